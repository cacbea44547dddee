"""Reading bargains."""

import datetime as dt
from dataclasses import replace

from lianyi.ops.campaigns.mechanics import bargain as mechanic
from lianyi.ops.campaigns.models import Bargain, Campaign, Help
from lianyi.ops.campaigns.refusals import BargainUnknown
from lianyi.ops.campaigns.selectors.campaigns import terms_of
from lianyi.ops.members.selectors import Member


def get_bargain(public_id: str) -> Bargain:
    """A bargain with its campaign, owner and order. Raises BargainUnknown."""
    found = Bargain.objects.filter(public_id=public_id).select_related("campaign__product", "campaign__budget", "member", "order").first()
    if found is None:
        raise BargainUnknown(bargain=public_id)
    return found


def terms_of_row(bargain: Bargain) -> mechanic.Terms:
    """The terms under which a bargain was started: its prices and helpers stay what they were."""
    terms: mechanic.Terms = terms_of(bargain.campaign)
    return replace(terms, start_fen=bargain.start_fen, floor_fen=bargain.floor_fen, helpers=bargain.helpers)


def price_now(bargain: Bargain) -> int:
    """What it costs at this moment, in fen."""
    return mechanic.price_now(terms_of_row(bargain), bargain.cut_fen)


def find_bargain(campaign: Campaign, member: Member) -> Bargain | None:
    """A member's bargain under way in a campaign; None when there is none."""
    found = Bargain.objects.filter(campaign=campaign, member=member, state__in=("open", "ordered"))
    return found.select_related("campaign__product", "order").first()


def list_helps(bargain: Bargain) -> list[Help]:
    """Who helped, in order."""
    return list(Help.objects.filter(bargain=bargain).select_related("helper").order_by("nth"))


def list_bargains(campaign: Campaign) -> list[Bargain]:
    """Every bargain of a campaign, in the order in which they were started."""
    return list(Bargain.objects.filter(campaign=campaign).select_related("campaign").order_by("id"))


def list_helps_in(campaign: Campaign) -> dict[int, list[Help]]:
    """Every help of a campaign's bargains, by the bargain's row, in order. One query."""
    found: dict[int, list[Help]] = {}
    for given in Help.objects.filter(bargain__campaign=campaign).order_by("bargain_id", "nth"):
        found.setdefault(given.bargain_id, []).append(given)
    return found


def list_bargains_of(member: Member) -> list[Bargain]:
    """A member's bargains, the latest first."""
    return list(Bargain.objects.filter(member=member).select_related("campaign__product", "order").order_by("-started_at", "-id"))


def list_due(at: dt.datetime, limit: int) -> list[Bargain]:
    """Open bargains whose time is over, the longest due first."""
    due = Bargain.objects.filter(state="open", expires_at__lte=at).select_related("campaign__product", "member")
    return list(due.order_by("expires_at", "id")[:limit])
