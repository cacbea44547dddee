"""Tables for a page of fixed width: how wide each column is, and where a table is cut into pieces side by side."""

import dataclasses
from collections.abc import Callable
from typing import Any

from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.charts.theme import text_width
from lianyi.insight.report.document import Column, Table
from lianyi.insight.report.totals import totals

PAGE = 482  # points
SIZE = 8
GUTTER = 12
NAMES = 120  # a row's name takes no more than this before it wraps
WORDS = 150  # a column of words wants at least this before another is cut off
SPARK = 62
Values = dict[str, Any]


def pieces(table: Table, cells: list[list[Values]], written: Callable[[Quantity], str]) -> list[Values]:
    """A table as one piece or several, the first column repeated in each. `cells` are its rows as values."""
    table, cells = _without_sparks(table, cells)
    sums = totals(table) if len(cells) == len(table.rows) else None
    foot = None if sums is None else [{"text": written(sums[c.key]) if c.key in sums else "", "tone": "plain"} for c in table.columns]
    widths = [_natural(column, [row[i] for row in [*cells, *([foot] if foot else [])]]) for i, column in enumerate(table.columns)]
    return [
        {
            "id": table.id if k == 0 else "",
            "columns": [
                {"heading": table.columns[i].heading, "number": table.columns[i].numeric, "width": _share(table.columns[i], widths[i], i)}
                for i in chosen
            ],
            "rows": [
                {"group": row.group, "marked": row.marked, "cells": [values[i] for i in chosen]}
                for row, values in zip(table.rows, cells, strict=False)
            ],
            "foot": None if foot is None else [foot[i] for i in chosen],
        }
        for k, chosen in enumerate(_chunks(table, widths))
    ]


def _without_sparks(table: Table, cells: list[list[Values]]) -> tuple[Table, list[list[Values]]]:
    """The table without its sparklines where it has too many columns for one piece: they are not worth a second one."""
    widths = [_natural(column, [row[i] for row in cells]) for i, column in enumerate(table.columns)]
    kept = [i for i, column in enumerate(table.columns) if column.unit != "spark"]
    if len(_chunks(table, widths)) == 1 or len(kept) == len(table.columns):
        return table, cells
    return dataclasses.replace(table, columns=tuple(table.columns[i] for i in kept)), [[row[i] for i in kept] for row in cells]


def _natural(column: Column, cells: list[Values]) -> float:
    """Points a column wants: its longest cell, and its heading in two lines; words may wrap and want no more than a share."""
    if column.unit == "spark":
        return SPARK
    longest = max((text_width(str(cell["text"]), SIZE) for cell in cells), default=0)
    heading = text_width(column.heading, SIZE)
    wanted = max(longest, heading if heading < 60 else heading * 0.6)
    return float(wanted + GUTTER) if column.numeric else float(min(wanted + GUTTER, WORDS))


def _share(column: Column, width: float, place: int) -> Values:
    """A fixed width for numbers; words share what is left by how much they want."""
    if column.numeric or column.unit in ("spark", "date"):
        return {"points": width} if place else {"part": max(width, 40)}
    return {"part": max(width, 40)}


def _chunks(table: Table, widths: list[float]) -> list[list[int]]:
    """Column indices of each piece."""
    first = min(widths[0], NAMES)
    chunks: list[list[int]] = [[0]]
    room = PAGE - first
    for i in range(1, len(table.columns)):
        if widths[i] > room and len(chunks[-1]) > 1:
            chunks.append([0])
            room = PAGE - first
        chunks[-1].append(i)
        room -= widths[i]
    return chunks
