"""Whom a campaign is for, all at once: counted before it starts."""

from typing import Any

from django.db.models import QuerySet

from lianyi.ops.campaigns.models import Campaign
from lianyi.ops.campaigns.rules.holdout import is_held_out
from lianyi.ops.campaigns.rules.launch import Drawn
from lianyi.ops.members.lists import members_where
from lianyi.ops.members.selectors import groups_of
from lianyi.ops.shop.lists import buyers_where


def audience_of(campaign: Campaign) -> QuerySet[Any]:
    """The members whom a campaign is for at this moment, as a query; apart from hold-outs."""
    kind, _, name = campaign.audience.partition(":")
    match kind:
        case "new":
            return members_where().exclude(pk__in=buyers_where())
        case "tag":
            return members_where(tag=name)
        case "tier":
            return members_where(tier=name)
    return members_where()


def drawn_groups(campaign: Campaign) -> Drawn | None:
    """How the lot falls among the groups of those whom it is for; None unless whole groups are held out. Cost: reads all their groups."""
    if campaign.holdout_unit != "group":
        return None
    audience = audience_of(campaign)
    counted = groups_of(audience.values("pk"))
    groups = set(counted.values())
    held_out = sum(is_held_out(campaign.salt, one, campaign.holdout_bp) for one in groups)
    return Drawn(groups=len(groups), held_out=held_out, in_group=len(counted), in_none=audience.count() - len(counted))
