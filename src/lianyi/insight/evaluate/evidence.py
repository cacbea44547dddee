"""Queries behind findings: each stands alone and returns the rows of which the finding speaks."""

from lianyi.insight.evaluate.case import Case, Comparison
from lianyi.insight.evaluate.result import Evidence, Figure
from lianyi.insight.measure import catalogue
from lianyi.insight.measure.compute import run_of, split_by
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text

BEFORE, NOW = Text(zh="之前", en="Before"), Text(zh="现在", en="Now")
LOW, HIGH = Text(zh="区间下限", en="Low"), Text(zh="区间上限", en="High")


def both_sides(case: Case, metric: str, before: Window, now: Window, *, by: str | None = None) -> str:
    """The catalogue's query of a metric over two windows, one below the other, told apart by the column `side`."""
    first, second = (metric_sql(case, metric, window, by=by) for window in (before, now))
    return f"SELECT 'before' AS side, b.* FROM (\n{first}\n) AS b\nUNION ALL\nSELECT 'now' AS side, n.* FROM (\n{second}\n) AS n"


def sides_of(sql: str, comparison: Comparison, *, hits: str, base: str | None, split: bool) -> str:
    """Counts by day gathered into the two sides of a comparison: value, before, now, and the base now.

    sql   : gives d, `hits`, `base` and, where it is split, value
    base  : None for a plain count, which is then a mean a day
    """
    before, now = comparison.before, comparison.now
    sides = [f"c.d >= {w.from_day} AND c.d < {w.to_day}" for w in (before, now)]
    sums = [f"CAST(sum(CASE WHEN {side} THEN c.{hits} END) AS DOUBLE)" for side in sides]
    bases = [
        f"CAST({w.days} AS DOUBLE)" if base is None else f"nullif(CAST(sum(CASE WHEN {side} THEN c.{base} END) AS DOUBLE), 0)"
        for w, side in zip((before, now), sides, strict=True)
    ]
    value, group = ("c.value AS value, ", " GROUP BY c.value ORDER BY c.value") if split else ("", "")
    return (
        f"SELECT {value}{sums[0]} / {bases[0]} AS before, {sums[1]} / {bases[1]} AS now, {bases[1]} AS base\n"
        f"FROM (\n{sql}\n) AS c\nWHERE ({sides[0]}) OR ({sides[1]}){group}"
    )


def days_a_person(sql: str, comparison: Comparison, *, split: bool) -> str:
    """On how many days each person who came at all came, on both sides: value, before, now, and the people now.

    sql : gives d, actor, x (1 on a day on which the person came) and, where it is split, value
    """
    sides = [f"c.d >= {w.from_day} AND c.d < {w.to_day}" for w in (comparison.before, comparison.now)]
    value, group = ("c.value AS value, ", "c.value, ") if split else ("", "")
    each = ", ".join(f"coalesce(sum(CASE WHEN {side} THEN c.x END), 0) AS {name}" for side, name in zip(sides, ("b", "n"), strict=True))
    people = [f"nullif(sum(CASE WHEN q.{name} > 0 THEN 1 ELSE 0 END), 0)" for name in ("b", "n")]
    shown, by = ("q.value AS value, ", " GROUP BY q.value ORDER BY q.value") if split else ("", "")
    return (
        f"SELECT {shown}CAST(sum(q.b) AS DOUBLE) / {people[0]} AS before, CAST(sum(q.n) AS DOUBLE) / {people[1]} AS now, {people[1]} AS base\n"
        f"FROM (SELECT {value}c.actor AS actor, {each} FROM (\n{sql}\n) AS c GROUP BY {group}c.actor) AS q{by}"
    )


def part_and_rest(sql: str, now: Window, value: str, *, hits: str, base: str) -> str:
    """Counts by day and value gathered into one value and all others that are known, over a window."""
    part = "CASE WHEN c.value = '" + value.replace("'", "''") + "' THEN c.value ELSE 'rest' END"
    sums = f"CAST(sum(c.{hits}) AS DOUBLE) / nullif(CAST(sum(c.{base}) AS DOUBLE), 0) AS now, CAST(sum(c.{base}) AS BIGINT) AS base"
    return (
        f"SELECT {part} AS value, {sums}\nFROM (\n{sql}\n) AS c\n"
        f"WHERE c.d >= {now.from_day} AND c.d < {now.to_day} AND c.value IS NOT NULL GROUP BY {part}"
    )


def with_whole(parts: str, whole: str) -> str:
    """The rows of the parts, and below them that of the whole, which need not be their sum: one person may be in two parts."""
    return f"SELECT p.* FROM (\n{parts}\n) AS p\nUNION ALL\nSELECT CAST(NULL AS VARCHAR) AS value, w.* FROM (\n{whole}\n) AS w"


def metric_sql(case: Case, metric: str, window: Window, *, by: str | None = None) -> str:
    """The catalogue's own query of a metric over a window, written but not run."""
    entry = catalogue()[metric]
    run = run_of(case.engine, window, split_by(by, [entry]), grain="total", horizon_day=case.horizon_day, zone=case.zone)
    return run.query_of(entry)


def of_figure(figure: Figure) -> Evidence:
    """A figure as evidence: its query and one row with what it says."""
    return Evidence(
        sql=figure.sql,
        columns=(("now", figure.name, figure.unit), ("low", LOW, figure.unit), ("high", HIGH, figure.unit)),
        rows=({"now": figure.value, "low": None, "high": None} | _ends(figure),),
        n=figure.n,
        interval=figure.interval,
    )


def of_change(case: Case, figure: Figure, interval: tuple[float, float] | None) -> Evidence:
    """A figure's change as evidence: both sides in one query, and what they come to."""
    compared = case.comparison
    now = None if figure.baseline is None or figure.change is None else figure.baseline + figure.change
    return Evidence(
        sql=figure.sql if compared is None else both_sides(case, figure.metric, compared.before, compared.now),
        columns=(("name", Text(zh="指标", en="Figure"), "text"), ("before", BEFORE, figure.unit), ("now", NOW, figure.unit)),
        rows=({"name": figure.name, "before": figure.baseline, "now": now},),
        n=figure.n,
        interval=interval,
        unit=figure.unit,
    )


def _ends(figure: Figure) -> dict[str, float]:
    return {} if figure.interval is None else {"low": figure.interval[0], "high": figure.interval[1]}
