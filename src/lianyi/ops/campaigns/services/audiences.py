"""Whom a campaign is for, all at once: counted before it starts, and written down when it does where it is a segment."""

import datetime as dt
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from lianyi.ops.campaigns.models import AudienceMember, Campaign
from lianyi.ops.campaigns.rules.holdout import is_held_out
from lianyi.ops.campaigns.rules.launch import Aimed, Drawn
from lianyi.ops.members.lists import members_where
from lianyi.ops.members.selectors import groups_of
from lianyi.ops.plan.segments import members_in
from lianyi.ops.plan.selectors import SegmentUnknown, get_segment
from lianyi.ops.shop.lists import buyers_where

SEGMENT = "segment"


def segment_of(campaign: Campaign) -> str:
    """The segment whom a campaign is for; "" where it is for others."""
    kind, _, name = campaign.audience.partition(":")
    return name if kind == SEGMENT else ""


def audience_of(campaign: Campaign, at: dt.datetime) -> QuerySet[Any]:
    """The members whom a campaign that has not begun would be for at a moment, as a query; apart from hold-outs. Raises SegmentUnknown."""
    kind, _, name = campaign.audience.partition(":")
    match kind:
        case "new":
            return members_where().exclude(pk__in=buyers_where())
        case "tag":
            return members_where(tag=name)
        case "tier":
            return members_where(tier=name)
        case "segment":
            return members_in(get_segment(name).conditions, at)
    return members_where()


def aimed_at(campaign: Campaign, at: dt.datetime) -> Aimed:
    """How many members it is for, as the check before launch tells it."""
    name = segment_of(campaign)
    try:
        return Aimed(kind=campaign.audience.partition(":")[0], members=audience_of(campaign, at).count(), segment=_title(name))
    except SegmentUnknown:
        return Aimed(kind=SEGMENT, members=None, segment=name)


def drawn_groups(campaign: Campaign, at: dt.datetime) -> Drawn | None:
    """How the lot falls among the groups of those whom it is for; None unless whole groups are held out. Cost: reads all their groups."""
    if campaign.holdout_unit != "group":
        return None
    try:
        audience = audience_of(campaign, at)
    except SegmentUnknown:
        return None
    counted = groups_of(audience.values("pk"))
    groups = set(counted.values())
    held_out = sum(is_held_out(campaign.salt, one, campaign.holdout_bp) for one in groups)
    return Drawn(groups=len(groups), held_out=held_out, in_group=len(counted), in_none=audience.count() - len(counted))


def fix_audience(campaign: Campaign, at: dt.datetime) -> None:
    """Write down who is in the segment at this moment, inside the command that is running: they, and nobody else, take part from here on.

    Cost: one statement, however many there are. Raises SegmentUnknown.
    """
    name = segment_of(campaign)
    AudienceMember.objects.filter(campaign=campaign).delete()
    if not name:
        return
    chosen, given = members_in(get_segment(name).conditions, at).values("pk").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH chosen (member_id) AS ({chosen}) "
            "INSERT INTO campaigns_audiencemember (campaign_id, member_id) SELECT %s, member_id FROM chosen",
            [*given, campaign.pk],
        )


def _title(segment: str) -> str:
    return str(get_segment(segment).title) if segment else ""
