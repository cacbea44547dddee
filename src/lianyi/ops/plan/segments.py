"""Segments: said once as conditions, counted anew each time they are looked at."""

import datetime as dt
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import QuerySet

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.members.lists import members_where
from lianyi.ops.members.rules import PURPOSES
from lianyi.ops.plan.models import Segment
from lianyi.ops.plan.rules.segments import read_conditions
from lianyi.ops.plan.selectors import get_segment
from lianyi.ops.shop.lists import buyers_where

DAY = dt.timedelta(days=1)
Members = QuerySet[Any]
# What each condition leaves of some members: (members, value, the moment) -> members.
KEEPS: dict[str, Callable[[Members, Any, dt.datetime], Members]] = {
    "tier": lambda found, value, at: members_where(among=found, tier=value),
    "tag": lambda found, value, at: members_where(among=found, tag=value),
    "without_tag": lambda found, value, at: members_where(among=found, without_tag=value),
    "channel": lambda found, value, at: members_where(among=found, channel=value),
    "joined_within": lambda found, value, at: members_where(among=found, joined_from=at - value * DAY),
    "joined_before": lambda found, value, at: members_where(among=found, joined_before=at - value * DAY),
    "bought_within": lambda found, value, at: found.filter(pk__in=buyers_where(since=at - value * DAY)),
    "not_bought_within": lambda found, value, at: found.exclude(pk__in=buyers_where(since=at - value * DAY)),
    "orders": lambda found, value, at: found.filter(pk__in=buyers_where(least_orders=value)),
    "paid": lambda found, value, at: found.filter(pk__in=buyers_where(least_fen=value)),
    "never_bought": lambda found, value, at: found.exclude(pk__in=buyers_where()),
    "consents_to": lambda found, value, at: members_where(among=found, consents_to=value),
}


def members_in(conditions: Sequence[Mapping[str, Any]], at: dt.datetime) -> Members:
    """The members of whom every condition holds at a moment, as a query. Cost: one query when it is counted or read."""
    found = members_where()
    for one in conditions:
        found = KEEPS[one["id"]](found, one["value"], at)
    return found


def make_segment(*, actor: Actor, at: dt.datetime, title: str, conditions: Sequence[Mapping[str, Any]], key: str = "") -> Segment:
    """A new segment. Raises UnknownName, ConditionUnusable, BadInput, NotAllowed."""
    actor.require("member.write")
    read = read_conditions(conditions, PURPOSES)
    if not title.strip():
        raise BadInput(reason=Text(zh="请给人群起个名字。", en="Give the segment a name."))

    def do() -> Result:
        made = Segment.objects.create(
            public_id=f"s_{secrets.token_hex(6)}", title=title.strip()[:60], conditions=read, made_by=actor.id, made_at=at
        )
        return {"segment": made.public_id}

    payload = {"title": title, "conditions": read}
    done = execute(key=key or f"segment:{secrets.token_urlsafe(12)}", name="plan.make_segment", actor=actor, at=at, payload=payload, do=do)
    return get_segment(done["segment"])


def drop_segment(*, actor: Actor, at: dt.datetime, segment: Segment, key: str = "") -> None:
    """Take a segment off the list. Raises NotAllowed."""
    actor.require("member.write")

    def do() -> Result:
        Segment.objects.filter(pk=segment.pk, dropped_at__isnull=True).update(dropped_at=at)
        return {"segment": segment.public_id}

    payload = {"segment": segment.public_id}
    execute(key=key or f"drop:{secrets.token_urlsafe(12)}", name="plan.drop_segment", actor=actor, at=at, payload=payload, do=do)
