"""The ways money comes in and goes back: one port, and behind it each payment gateway by its own file. Nothing here knows Django."""

from lianyi.ops.shop.tenders.port import ForgedNotice, Notice, Owed, Sent, Start, Tender, TenderUnreachable, Wanted

__all__ = ["ForgedNotice", "Notice", "Owed", "Sent", "Start", "Tender", "TenderUnreachable", "Wanted"]
