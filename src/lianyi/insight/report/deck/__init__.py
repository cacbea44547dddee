"""The report as slides for whoever decides: the first page says it all, each title is a finding, each chart can be edited.

Document ── story ──> slides ── native charts, tables, notes ──> PPTX
"""

from lianyi.insight.report.deck.story import deck

__all__ = ["deck"]
