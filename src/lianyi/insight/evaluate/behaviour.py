"""What each person did on each day, kept once: funnel steps, activity, stickiness and the check of tracking all read it."""

from collections.abc import Sequence

from lianyi.insight.measure.session import session_of
from lianyi.stream.contracts.sets import ENGAGED, VISIT
from lianyi.stream.engines.base import Engine

KEPT = "person_days"
# What is told apart; everything else that counts as being active is only that.
STEPS = (
    "page_viewed",
    "content_viewed",
    "product_viewed",
    "cart_added",
    "checkout_started",
    "order_placed",
    "order_paid",
    "campaign_viewed",
    "campaign_joined",
)
DIMENSIONS = ("platform", "channel")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


# Small integers: there are as many rows as people times days, and a dozen flags in each.
_FLAGS = ",\n    ".join(f"CAST(max(CASE WHEN e.name = '{step}' THEN 1 ELSE 0 END) AS TINYINT) AS did_{step}" for step in STEPS)
PERSON_DAYS = f"""
SELECT e.d AS d, e.actor AS actor, e.platform AS platform, e.channel AS channel,
    CAST(max(CASE WHEN e.member_id IS NOT NULL OR e.actor <> e.device_id THEN 1 ELSE 0 END) AS TINYINT) AS is_member,
    CAST(max(CASE WHEN e.name IN ({_listed(ENGAGED)}) THEN 1 ELSE 0 END) AS TINYINT) AS is_engaged,
    CAST(sum(CASE WHEN e.name IN ({_listed(VISIT)}) THEN 1 ELSE 0 END) AS BIGINT) AS n_visit_facts,
    {_FLAGS}
FROM events AS e
WHERE e.actor IS NOT NULL AND e.d >= $from_d AND e.d < $to_d AND e.name IN ({_listed(tuple(dict.fromkeys((*ENGAGED, *STEPS))))})
GROUP BY e.d, e.actor, e.platform, e.channel
"""


def keep_person_days(engine: Engine, from_day: int, to_day: int) -> None:
    """Keep `person_days`: one row for each day, person, platform and channel, over `[from_day, to_day)`.

    Cost: one pass over the facts of those days; some sixty bytes a row are held or, beyond the engine's memory, spilled.
    """
    engine.keep(KEPT, PERSON_DAYS, {"from_d": from_day, "to_d": to_day})


def recorded(engine: Engine, names: Sequence[str]) -> set[str]:
    """Those of the event names that the history holds."""
    facts = session_of(engine).presence.facts(engine)
    return {name for name in names if facts.get(name)}
