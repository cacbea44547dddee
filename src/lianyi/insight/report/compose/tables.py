"""Tables of an evaluation's own rows: exhibits and evidence."""

from typing import Any

from lianyi.insight.report.cells import Cell, Label, Period, Quantity
from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.document import Column, Row, Table
from lianyi.insight.report.periods import grain_of
from lianyi.kernel.text import Text

Columns = tuple[tuple[str, Text, str], ...]
Rows = tuple[dict[str, Any], ...]


def table(
    context: Context,
    table_id: str,
    title: str,
    columns: Columns,
    rows: Rows,
    *,
    censored: bool = False,
    folded: bool = False,
    totals: bool = False,
) -> Table:
    """Rows as a table. censored: a missing number means that its time is not over. totals: money and counts have a sum."""
    grains = {key: grain_of(tuple(str(row[key]) for row in rows if row.get(key))) for key, _, unit in columns if unit == "date"}
    dated = {} if censored else grains  # a cohort begins when it begins: its own period is never called unfinished
    because = context.words("value.not_over") if censored else ""

    def cell(row: dict[str, Any], key: str, unit: str) -> Cell:
        value = row.get(key)
        unit = str(row.get("unit", "count")) if unit == "mixed" else unit
        if unit == "date":
            return None if not value else Period(str(value), grains[key], _complete(context, row, dated))
        if unit == "text":
            return None if value is None else Label(context.name(value))
        return Quantity(_number(value), context.unit(key, unit), because=because if value is None else "")

    heads = tuple(
        Column(key, context.say(name), context.unit(key, unit), total="sum" if totals and unit == "money" else "none")
        for key, name, unit in columns
    )
    return Table(
        table_id,
        title,
        heads,
        tuple(Row({key: cell(row, key, unit) for key, _, unit in columns}, marked=not _complete(context, row, dated)) for row in rows),
        folded=folded,
    )


def _complete(context: Context, row: dict[str, Any], grains: dict[str, str]) -> bool:
    if "complete" in row:
        return bool(row["complete"])
    return all(context.complete(str(row[key]), grain) for key, grain in grains.items() if row.get(key))


def _number(value: Any) -> float | int | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None
