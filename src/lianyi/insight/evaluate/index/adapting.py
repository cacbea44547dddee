"""A plan of an index cut down to what a shop has data for; its judgements cut with it, so that what is left keeps its proportions."""

import tomllib
from collections.abc import Collection, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.insight.evaluate.index.plan import TOP, Plan, plan_of

Entries = Mapping[str, Any]


@cache
def bundled() -> Entries:
    """The plan that ships, as its file says it.

    >>> "conversion_rate" in bundled()["indicators"]
    True
    """
    found: Entries = tomllib.loads(files(__package__).joinpath("bundled.toml").read_text(encoding="utf-8"))
    return found


def adapted(entries: Entries, known: Collection[str]) -> Plan | None:
    """The plan over the indicators that are known; None where none is.

    Rows and columns of a matrix of judgements are left out with what they judged: pairwise judgements of the others stand as they were.
    >>> sorted(i.id for i in adapted(bundled(), {"reply_rate", "refund_rate"}).indicators)
    ['refund_rate', 'reply_rate']
    """
    indicators = {id_: entry for id_, entry in entries.get("indicators", {}).items() if id_ in known}
    if not indicators:
        return None
    groups = {id_: entry for id_, entry in entries.get("groups", {}).items() if any(i.get("group") == id_ for i in indicators.values())}
    members = {TOP: (list(entries.get("groups", {})), set(groups))} | {
        id_: ([i for i, e in entries["indicators"].items() if e.get("group") == id_], set(indicators)) for id_ in groups
    }
    judgements = {id_: _cut(given, *members[id_]) for id_, given in entries.get("judgements", {}).items() if id_ in members}
    return plan_of({"index": entries.get("index", {}), "groups": groups, "indicators": indicators, "judgements": judgements})


def _cut(given: Any, ids: list[str], kept: set[str]) -> Any:
    if isinstance(given, Mapping):
        return {id_: weight for id_, weight in given.items() if id_ in kept}
    places = [nth for nth, id_ in enumerate(ids) if id_ in kept]
    return [[given[row][column] for column in places] for row in places]
