"""Where the chain of facts stands: how many are numbered, what the head is, how far the stream got."""

from dataclasses import dataclass

from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.journal.relay import APPLICATION
from lianyi.stream.log.table import EventLog


@dataclass(frozen=True, slots=True)
class Chain:
    """numbered : facts with a number; waiting : facts without one yet; delivered : the highest number in the stream; head : its digest, "" for none.

    agrees : whether the stream noted the same head at the number that it got to
    """

    commands: int
    numbered: int
    waiting: int
    delivered: int
    head: str
    agrees: bool


def chain_of(log: EventLog) -> Chain:
    """The state of the chain now; whether every link holds is what the day check says. Four counts and one read of the stream's log."""
    last = Fact.objects.filter(seq__isnull=False).order_by("-seq").values_list("seq", "link").first() or (0, "")
    delivered = log.delivered(APPLICATION)
    at_delivered = Fact.objects.filter(seq=delivered).values_list("link", flat=True).first() or ""
    return Chain(
        commands=Command.objects.count(),
        numbered=last[0],
        waiting=Fact.objects.filter(seq__isnull=True).count(),
        delivered=delivered,
        head=last[1],
        agrees=not delivered or at_delivered == log.noted("link"),
    )
