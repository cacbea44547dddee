"""The cockpit's figures: what its page shows, and what is worked out before anybody waits for it."""

import datetime as dt
import time
from dataclasses import dataclass

from django.conf import settings

from lianyi.ops.plan.selectors import list_goals
from lianyi.web.console.asking import HELD_SECONDS, Horizon, find_held, find_newest, is_waited_for, stand_on
from lianyi.web.console.cards import Card, cards
from lianyi.web.console.goals import paces_of
from lianyi.web.console.meters import Meter, meters
from lianyi.web.console.windows import DEFAULT, Span, preset_span, spark_grain

KEY_METRICS = ("net_sales", "orders", "buyers", "aov", "new_buyers", "repeat_buyer_rate", "active_members", "k_factor")
HELD_PER_SECOND_SPENT = 60


@dataclass(frozen=True, slots=True)
class Cockpit:
    """Key metrics that there are facts for, and the rules that the operation keeps to."""

    cards: list[Card]
    meters: list[Meter]


def cockpit(horizon: Horizon, span: Span) -> Cockpit:
    """The figures of a span. Cost: four kept questions; asked for the first time, some two seconds for a million facts."""
    found = cards(horizon, KEY_METRICS, span, grain=spark_grain(span.window))
    return Cockpit([card for card in found if card.status == "ok"], meters(horizon, span))


def warm(at: dt.datetime) -> bool:
    """Work out the newest snapshot's cockpit and goals, then let pages move on to it; False when they stand on it already, or somebody waits on the older one.

    at : by the brand's clock
    The longer it took, the longer pages stay: a large history is not worked through without end. Raises TryLater when the snapshot goes.
    """
    newest = find_newest()
    if newest is None or is_waited_for():
        return False
    begun = time.monotonic()
    is_new = newest != find_held()
    if is_new:
        cockpit(newest, preset_span(DEFAULT, newest.last_day))
        paces_of(list_goals(), newest, at.astimezone(settings.WORKSPACE.zone).date())
    stand_on(newest, max(HELD_SECONDS, HELD_PER_SECOND_SPENT * (time.monotonic() - begun)))
    return is_new
