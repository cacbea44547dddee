"""What is known of every player in a window, and how it is known."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.insight.evaluate.case import Case
from lianyi.kernel.clock import Window
from lianyi.kernel.money import minor_digits
from lianyi.kernel.text import Text, folded

KINDS = ("flow", "stock", "mean")
# An observation this much older than the window may stand in for a missing one, and is marked.
CARRIED_DAYS = 92
OURSELVES = ""


@dataclass(frozen=True, slots=True)
class Observed:
    """A metric by which competitors are observed; see metrics.toml."""

    id: str
    name: Text
    kind: str
    aliases: tuple[str, ...]


@cache
def observed() -> dict[str, Observed]:
    """Every metric by id; ValueError names the entry that is malformed.

    >>> observed()["followers"].kind
    'stock'
    """
    raw: dict[str, dict[str, Any]] = tomllib.loads(files(__package__).joinpath("metrics.toml").read_text(encoding="utf-8"))
    found = {}
    for id_, entry in raw.items():
        if set(entry) != {"name", "kind", "aliases"} or entry["kind"] not in KINDS:
            raise ValueError(f"metrics.toml [{id_}]: has name, aliases and a kind of {', '.join(KINDS)}")
        found[id_] = Observed(id_, Text.of(entry["name"]), entry["kind"], tuple(folded(a) for a in entry["aliases"]))
    return found


@cache
def _by_alias() -> dict[str, str]:
    return {alias: one.id for one in observed().values() for alias in one.aliases}


@dataclass(frozen=True, slots=True)
class Value:
    """One figure of one player. carried_from: the day of an older observation that stands in; None for one of the window itself."""

    value: float
    n: int | None = None
    carried_from: int | None = None


@dataclass(frozen=True, slots=True)
class Player:
    """Ourselves (name empty) or a competitor: what is known, by metric; `before` the same for the baseline, never carried."""

    name: str
    now: Mapping[str, Value]
    before: Mapping[str, Value]


OBSERVATIONS = """
SELECT c.competitor AS competitor, c.platform AS platform, c.metric AS metric, c.d AS d, c.value AS value FROM competitors AS c
WHERE c.value IS NOT NULL AND c.d >= $from_d AND c.d < $to_d ORDER BY competitor, metric, platform, d
"""
MENTIONS = """
SELECT coalesce(e.subject_id, '') AS player, CAST(sum(coalesce(e.quantity, 1)) AS BIGINT) AS n,
    CAST(sum(CASE WHEN e.kind = 'positive' THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS good,
    CAST(sum(CASE WHEN e.kind = 'negative' THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS bad,
    CAST(sum(CASE WHEN e.kind IS NOT NULL THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS told
FROM events AS e WHERE e.name = 'mention_seen' AND e.d >= $from_d AND e.d < $to_d GROUP BY coalesce(e.subject_id, '')
"""
OURS = """
SELECT avg(CASE WHEN e.name = 'review_posted' THEN e.value END) AS rating, count(CASE WHEN e.name = 'review_posted' THEN e.value END) AS n_rating,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen END) AS DOUBLE) AS paid_fen,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN coalesce(e.quantity, 1) END) AS DOUBLE) AS pieces
FROM events AS e WHERE e.name IN ('review_posted', 'order_paid') AND e.d >= $from_d AND e.d < $to_d
"""
FOLLOWERS = """
SELECT CAST(sum(f.followers) AS DOUBLE) AS followers FROM accounts AS f JOIN (
    SELECT a.account_id AS account_id, a.platform AS platform, max(a.d) AS last_d FROM accounts AS a
    WHERE a.followers IS NOT NULL AND a.d < $to_d AND a.d >= $from_d GROUP BY a.account_id, a.platform
) AS l ON l.account_id = f.account_id AND coalesce(l.platform, '') = coalesce(f.platform, '') AND l.last_d = f.d
"""


def players(case: Case) -> tuple[Player, ...]:
    """Ourselves first, then every competitor observed in the window or shortly before.

    A competitor's missing figure is carried forward from up to 92 days before the window, and says so.
    Cost: a few small queries.
    """
    window, before = case.window, case.comparison.before if case.comparison is not None and case.comparison.kind != "within" else None
    earlier = min(window.from_day - CARRIED_DAYS, before.from_day if before is not None else window.from_day)
    rows = case.engine.run(OBSERVATIONS, {"from_d": earlier, "to_d": window.to_day}).to_pylist()
    for row in rows:
        # People write prices in yuan; here they become minor units like every other amount.
        if _by_alias().get(folded(row["metric"] or "")) == "price":
            row["value"] *= 10 ** minor_digits(case.currency)
    seen = _mentioned(case, window)
    seen_before = {} if before is None else _mentioned(case, before)
    names = sorted({row["competitor"] for row in rows} | {name for name in seen if name != OURSELVES})
    found = [Player(OURSELVES, _ours(case, window, seen), {} if before is None else _ours(case, before, seen_before))]
    for name in names:
        mine = [row for row in rows if row["competitor"] == name]
        now = {**_carried(mine, window), **_values(mine, window), **_of_mentions(seen.get(name))}
        past = {} if before is None else {**_values(mine, before), **_of_mentions(seen_before.get(name))}
        if now:
            found.append(Player(name, now, past))
    return tuple(found)


def _mentioned(case: Case, window: Window) -> dict[str, Mapping[str, int]]:
    rows = case.engine.run(MENTIONS, {"from_d": window.from_day, "to_d": window.to_day}).to_pylist()
    return {row["player"]: row for row in rows}


def _of_mentions(row: Mapping[str, int] | None) -> dict[str, Value]:
    if row is None:
        return {}
    found = {"mentions": Value(float(row["n"]), row["n"])}
    if row["told"]:
        found["sentiment"] = Value((row["good"] - row["bad"]) / row["told"], row["told"])
    return found


def _values(rows: list[dict[str, Any]], window: Window) -> dict[str, Value]:
    """What the observations of a window say, platforms together."""
    by_metric: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        metric = _by_alias().get(folded(row["metric"] or ""))
        if metric is not None and window.from_day <= row["d"] < window.to_day:
            by_metric.setdefault(metric, []).append(row)
    found = {}
    for metric, mine in by_metric.items():
        kind = observed()[metric].kind
        if kind == "flow":
            found[metric] = Value(sum(row["value"] for row in mine))
        else:
            last = {row["platform"]: row["value"] for row in mine}  # rows come in order of days
            found[metric] = Value(sum(last.values()) if kind == "stock" else sum(row["value"] for row in mine) / len(mine))
    return found


def _carried(rows: list[dict[str, Any]], window: Window) -> dict[str, Value]:
    """The last observation before the window of what a window states by level; a flow of other days is no flow of these."""
    found: dict[str, Value] = {}
    for metric in {m for row in rows if (m := _by_alias().get(folded(row["metric"] or ""))) is not None}:
        if observed()[metric].kind == "flow":
            continue
        older = [row for row in rows if _by_alias().get(folded(row["metric"] or "")) == metric and row["d"] < window.from_day]
        if older:
            last = {row["platform"]: row for row in older}
            values = [row["value"] for row in last.values()]
            value = sum(values) if observed()[metric].kind == "stock" else sum(values) / len(values)
            found[metric] = Value(value, None, max(row["d"] for row in last.values()))
    return found


def _ours(case: Case, window: Window, seen: Mapping[str, Mapping[str, int]]) -> dict[str, Value]:
    """Our own figures, from our own records."""
    days = {"from_d": window.from_day, "to_d": window.to_day}
    found = _of_mentions(seen.get(OURSELVES))
    row = case.engine.run(OURS, days).to_pylist()[0]
    if row["n_rating"]:
        found["rating"] = Value(float(row["rating"]), row["n_rating"])
    if row["pieces"]:
        found["price"] = Value(row["paid_fen"] / row["pieces"])
    followers = case.engine.run(FOLLOWERS, days).to_pylist()[0]["followers"]
    if followers:
        found["followers"] = Value(float(followers))
    own = {value.metric: value for value in case.measured(["interactions", "posts_published", "sentiment"], window)}
    for metric, name in (("interactions", "interactions"), ("posts_published", "posts")):
        if own[metric].value is not None:
            found[name] = Value(float(own[metric].value or 0), own[metric].n)
    if own["sentiment"].value is not None:
        found["sentiment"] = Value(float(own["sentiment"].value or 0), own["sentiment"].n)
    return found
