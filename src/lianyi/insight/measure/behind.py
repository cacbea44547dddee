"""The rows behind a number: what a metric counts, one by one, over a window and one value of a dimension."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from lianyi.insight.measure.catalogue import metric
from lianyi.insight.measure.compile import expressions
from lianyi.insight.measure.compute import DEFAULT_ZONE, run_of, split_by
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

# What a row never shows: what people wrote, words of the query itself, and that a fact is one.
HIDDEN = frozenset({"body", "text", "p", "dim", "dim_value", "n_rows"})


class NoRowsOfItsOwn(BadInput):
    """A metric that is arithmetic on others."""

    code = "no_rows_of_its_own"
    message = Text(
        zh="“%(metric)s”由别的指标算出，没有自己的行：%(formula)s。",
        en="%(metric)s is worked out from other metrics and has no rows of its own: %(formula)s.",
    )
    remedy = Text(zh="请看组成它的指标的行。", en="Look at the rows of the metrics that make it up.")


@dataclass(frozen=True, slots=True)
class Behind:
    """Rows that a metric counts.

    columns : names of the relation's columns, in its order; ids of people are pseudonyms
    rows    : those of one page
    total   : how many there are in all
    numerator, denominator : the metric's aggregates over all of them, which together are its value; None where it has no such part
    sql     : the query, complete: it stands alone
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    total: int
    numerator: float | None
    denominator: float | None
    sql: str


def rows_behind(
    engine: Engine,
    metric_id: str,
    window: Window,
    *,
    by: str | None = None,
    value: str | None = None,
    first: int = 0,
    size: int = 50,
    horizon_day: int | None = None,
    zone: ZoneInfo = DEFAULT_ZONE,
) -> Behind:
    """The rows that a metric counts over a window, ordered totally.

    window      : half-open, in business days: that of the number, or of one of its periods
    by, value   : a dimension and one of its values, None for what has none; both None for all
    first, size : which of them: the first's place from 0, and how many
    Raises      : UnknownName, BadInput; NoRowsOfItsOwn for a metric that is a formula
    Cost        : one scan, as for the metric itself; the rows are kept on the engine until others are asked for
    """
    one = metric(metric_id)
    if one.formula is not None:
        raise NoRowsOfItsOwn(metric=one.name, formula=one.formula)
    run = run_of(engine, window, split_by(by, [one]), grain="total", horizon_day=horizon_day, zone=zone)
    kept, sql = run.each(one)
    params: dict[str, object] = dict(run.params(window))
    where = ""
    if by is not None:
        where = "\nWHERE r.dim_value IS NULL" if value is None else "\nWHERE CAST(r.dim_value AS VARCHAR) = $value"
        params |= {} if value is None else {"value": value}
    roles = {role: text for role, text in expressions(one).items() if role in ("numerator", "denominator")}
    asked = ", ".join(["CAST(count(*) AS BIGINT) AS total", *(f"{text} AS {role}" for role, text in roles.items())])
    (sums,) = engine.run(f"SELECT {asked}\nFROM {kept} AS r{where}", params).to_pylist()
    names = [name for name in engine.run(f"SELECT r.* FROM {kept} AS r LIMIT 0").column_names if name not in HIDDEN]
    chosen = ", ".join(f"r.{name}" for name in names)
    order = ", ".join(f"r.{name}" for name in names)
    page = engine.run(f"SELECT {chosen}\nFROM {kept} AS r{where}\nORDER BY {order}\nLIMIT {size} OFFSET {first}", params)
    return Behind(
        columns=tuple(names),
        rows=tuple(tuple(row[name] for name in names) for row in page.to_pylist()),
        total=sums["total"],
        numerator=sums.get("numerator"),
        denominator=sums.get("denominator"),
        sql=f"SELECT {chosen}\nFROM (\n{sql}\n) AS r{where.replace('$value', _quoted(value))}\nORDER BY {order}",
    )


def _quoted(value: str | None) -> str:
    return "'" + (value or "").replace("'", "''") + "'"
