"""Sums of a table's columns, the same in every format."""

from typing import Any

from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.document import Column, Row, Table


def totals(table: Table) -> dict[str, Quantity] | None:
    """Column sums of a table that has them; a column with an unknown value has no sum. None when nothing is summed."""
    if len(table.rows) < 2:
        return None
    sums = {column.key: total for column in table.columns if column.total == "sum" and (total := _sum(column, table.rows)) is not None}
    return sums or None


def _sum(column: Column, rows: tuple[Row, ...]) -> Quantity | None:
    cells: list[Any] = [row.cells.get(column.key) for row in rows]
    values = [cell.value for cell in cells if isinstance(cell, Quantity) and cell.value is not None]
    if len(values) != len(cells):
        return None
    return Quantity(sum(values), cells[0].unit, delta=cells[0].delta)
