"""Series counted from what people did on each day: funnel steps, activity, stickiness, bounces, steps to an order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.rates.sides import Units
from lianyi.insight.evaluate.behaviour import DIMENSIONS, KEPT, PERSON_DAYS, STEPS, recorded
from lianyi.insight.evaluate.watch.cells import Cells
from lianyi.insight.evaluate.watch.families import Series
from lianyi.insight.evaluate.watch.scans import Scan
from lianyi.insight.measure.session import written_out
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]
TALLIES = ("steps", "active", "visited", "sticky", "bounce", "length")
# Where most facts of a step do not say the platform, a platform's rate of reaching it means nothing.
STATED_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class _Counted:
    """SQL over a person's day: what is counted above the line and below it."""

    hits: str
    base: str | None


def countable(engine: Engine, series: Series) -> bool:
    """Whether the history holds what a series counts."""
    known = recorded(engine, STEPS)
    if series.of is not None:
        return set(series.of) <= known and not set(series.unless) & known
    return bool(known)


def _counted(series: Series, known: set[str]) -> _Counted:
    if series.of is not None:
        a, b = series.of
        return _Counted(f"w.did_{a} * w.did_{b}", f"w.did_{a}")
    order = "order_placed" if "order_placed" in known else "order_paid"
    return {
        "active": _Counted("w.is_engaged * w.is_member", None),
        "visited": _Counted("CASE WHEN w.n_visit_facts >= 1 THEN 1 ELSE 0 END", None),
        "sticky": _Counted("w.is_engaged * w.is_member", None),
        "bounce": _Counted("CASE WHEN w.n_visit_facts = 1 THEN 1 ELSE 0 END", "CASE WHEN w.n_visit_facts >= 1 THEN 1 ELSE 0 END"),
        "length": _Counted(f"w.did_{order} * w.n_visit_facts", f"w.did_{order}"),
    }[series.tally or ""]


_DAYS = f"""
SELECT q.d AS d, q.actor AS actor{{value}}, max(q.is_member) AS is_member, max(q.is_engaged) AS is_engaged,
    CAST(sum(q.n_visit_facts) AS BIGINT) AS n_visit_facts, {", ".join(f"max(q.did_{step}) AS did_{step}" for step in STEPS)}
FROM {KEPT} AS q GROUP BY q.d, q.actor{{group}}
"""


def person_cells(engine: Engine, series: Sequence[Series], scans: Sequence[Scan], *, by: str | None) -> dict[str, Cells]:
    """Cells of several series at once, by series id; those whose steps do not state the dimension are left out.

    Needs `keep_by` of the dimension. Cost: one pass over what it kept, and one a scan.
    """
    known = recorded(engine, STEPS)
    wanted = [s for s in series if by is None or (by in s.by and _stated(engine, s, by))]
    if not wanted or (by is not None and by not in DIMENSIONS):
        return {}
    counted = [_counted(s, known) for s in wanted]
    source, split = f"{kept_by(by)} AS w", "" if by is None else ", w.value"
    sums = ", ".join(f"CAST(sum({c.hits}) AS BIGINT) AS x{i}, CAST(sum({c.base or '0'}) AS BIGINT) AS n{i}" for i, c in enumerate(counted))
    sql = f"SELECT w.d AS d{split}, {sums} FROM {source} GROUP BY w.d{split}"
    rows = engine.run(sql)
    values = tuple(rows.column("value").to_pylist()) if by is not None else (None,) * len(rows)
    days = rows.column("d").to_numpy().astype(np.int64)
    units = [_units(engine, counted, source, split, scan) for scan in scans]
    found = {}
    for i, one in enumerate(wanted):
        hits = _reals(rows, f"x{i}")
        base = None if counted[i].base is None else _reals(rows, f"n{i}")
        mine = {(v, nth, side): u for nth, scan in enumerate(units) for (v, side), u in scan[i].items()}
        spread = one.tally == "sticky"
        alone = f"SELECT w.d AS d{split}, CAST(sum({counted[i].hits}) AS BIGINT) AS x, CAST(sum({counted[i].base or '0'}) AS BIGINT) AS n\n"
        if spread:  # so many days a person: its query keeps the people
            alone = f"SELECT w.d AS d{split}, w.actor AS actor, {counted[i].hits} AS x\n"
        own = f"{alone}FROM {source}" if spread else f"{alone}FROM {source} GROUP BY w.d{split}"
        found[one.id] = Cells(by, days, values, hits, base, mine if base is not None or spread else {}, spread=spread, sql=own)
    return found


def kept_by(by: str | None) -> str:
    """The name under which people's days are kept by a dimension."""
    return KEPT + ("_whole" if by is None else f"_by_{by}")


def keep_by(engine: Engine, by: str | None) -> None:
    """Keep `person_days` with one row for each day and person, or for each day, person and value of a dimension."""
    value, group = ("", "") if by is None else (f", q.{by} AS value", f", q.{by}")
    engine.keep(kept_by(by), _DAYS.format(value=value, group=group))


def _reals(rows: pa.Table, column: str) -> Reals:
    return np.array([float(v or 0) for v in rows.column(column).to_pylist()])


def _units(
    engine: Engine, counted: Sequence[_Counted], source: str, split: str, scan: Scan
) -> list[Mapping[tuple[str | None, int], Units]]:
    """For each series, what single people brought: (value, side) -> sums of squares over people."""
    each = ", ".join(
        f"CAST(sum({c.hits}) AS DOUBLE) AS x{i}, CAST({f'sum({c.base})' if c.base else f'max({c.hits})'} AS DOUBLE) AS n{i}"
        for i, c in enumerate(counted)
    )
    squares = ", ".join(
        f"CAST(sum(CASE WHEN u.n{i} > 0 THEN 1 ELSE 0 END) AS BIGINT) AS m{i}, sum(u.x{i} * u.x{i}) AS xx{i}, sum(u.x{i} * u.n{i}) AS xn{i}, "
        f"sum(u.n{i} * u.n{i}) AS nn{i}"
        for i in range(len(counted))
    )
    side = "CASE WHEN w.d >= $now_d AND w.d < $now_to_d THEN 1 ELSE 0 END"
    outer = ", u.value" if split else ""
    rows = engine.run(
        f"""SELECT u.side{outer}, {squares} FROM (
    SELECT {side} AS side{split}, w.actor AS actor, {each} FROM {source}
    WHERE (w.d >= $before_d AND w.d < $before_to_d) OR (w.d >= $now_d AND w.d < $now_to_d)
    GROUP BY {side}{split}, w.actor
) AS u GROUP BY u.side{outer}""",
        {
            "before_d": scan.before.from_day,
            "before_to_d": scan.before.to_day,
            "now_d": scan.now.from_day,
            "now_to_d": scan.now.to_day,
        },
    ).to_pylist()
    return [
        {(r.get("value"), r["side"]): Units(r[f"m{i}"], float(r[f"xx{i}"]), float(r[f"xn{i}"]), float(r[f"nn{i}"])) for r in rows}
        for i in range(len(counted))
    ]


def _stated(engine: Engine, series: Series, by: str) -> bool:
    """Whether the people-days that reached the last step of a series mostly say the dimension."""
    if series.of is None:
        return True
    step = series.of[1]
    row = engine.run(f"SELECT count(*) AS n, count(q.{by}) AS said FROM {KEPT} AS q WHERE q.did_{step} = 1").to_pylist()[0]
    return bool(row["said"] >= STATED_SHARE * max(1, row["n"]))


def standing_alone(sql: str, by: str | None, from_day: int, to_day: int) -> str:
    """A query over people's days with what it reads written in front."""
    value, group = ("", "") if by is None else (f", q.{by} AS value", f", q.{by}")
    days = written_out(PERSON_DAYS, {"from_d": from_day, "to_d": to_day})
    return f"WITH {KEPT} AS (\n{days}\n),\n{kept_by(by)} AS ({_DAYS.format(value=value, group=group)})\n{sql}"
