"""Reading draws."""

from lianyi.ops.campaigns.models import Campaign, Chance, Entry, Prize
from lianyi.ops.members.selectors import Member


def find_chance(campaign: Campaign, member: Member) -> Chance | None:
    """How many draws a member has earned and used; None before the first."""
    return Chance.objects.filter(campaign=campaign, member=member).first()


def find_draw(campaign: Campaign, member: Member, own_nth: int) -> Entry | None:
    """A member's nth draw in a campaign; None when there is none."""
    return Entry.objects.filter(campaign=campaign, member=member, own_nth=own_nth).select_related("campaign", "member").first()


def list_draws(campaign: Campaign) -> list[Entry]:
    """Every draw, in the order in which they were made."""
    return list(Entry.objects.filter(campaign=campaign).order_by("nth"))


def list_draws_of(campaign: Campaign, member: Member) -> list[Entry]:
    """A member's draws, the latest first."""
    return list(Entry.objects.filter(campaign=campaign, member=member).order_by("-own_nth"))


def list_prizes(campaign: Campaign) -> list[Prize]:
    """The rungs of the ladder with what was given, the largest first."""
    return list(Prize.objects.filter(campaign=campaign).order_by("place"))
