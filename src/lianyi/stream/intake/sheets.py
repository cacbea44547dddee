"""Workbooks (XLSX, XLS, ODS): the sheet whose headings fit, its cells as the text a CSV would hold."""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from lianyi.stream.intake.faults import FileDamaged, FileEmpty
from lianyi.stream.intake.opening import SourceFile
from lianyi.stream.intake.rows import Batch, Shape
from lianyi.stream.intake.words import is_total

ROWS_PER_BATCH = 20_000
# A workbook keeps numbers with 15 digits: a longer identifier has lost its end already, and must not pass as one.
_EXACT_DIGITS = 10**15


def sheets(file: SourceFile, *, rows: int = 25) -> dict[str, list[tuple[int, list[str]]]]:
    """The first rows of every sheet that has any, by name, each with its row number.

    Raises FileDamaged, FileEmpty.
    """
    book = _open(file.path, file.name)
    found = {}
    for name in book.sheet_names:
        first = []
        for number, row in enumerate(_rows(book, name, file.name), start=1):
            cells = [written(c) for c in row]
            if any(c.strip() for c in cells):
                first.append((number, cells))
            if len(first) >= rows or number > 200:
                break
        if first:
            found[name] = first
    if not found:
        raise FileEmpty(path=file.name)
    return found


class SheetReader:
    """One sheet of a workbook."""

    def __init__(self, file: SourceFile, shape: Shape) -> None:
        self.file = file
        self.shape = shape

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        """The rows; only the columns wanted."""
        book = _open(self.file.path, self.file.name)
        lines: list[int] = []
        cells: list[list[str]] = [[] for _ in wanted]
        ignored = seen = 0
        for number, row in enumerate(_rows(book, self.shape.sheet, self.file.name), start=1):
            if number < self.shape.first_line or not any(c not in {"", None} for c in row):
                continue
            seen += 1
            if is_total(next((c for c in row if isinstance(c, str) and c.strip()), "")) and any(c == "" for c in row):
                ignored += 1
                continue
            lines.append(number)
            for into, i in zip(cells, wanted, strict=True):
                into.append(written(row[i]) if i < len(row) else "")
            if len(lines) >= ROWS_PER_BATCH:
                yield self._batch(lines, cells, ignored, number)
                lines, cells, ignored = [], [[] for _ in wanted], 0
        yield self._batch(lines, cells, ignored, seen)

    def _batch(self, lines: list[int], cells: list[list[str]], ignored: int, _seen: int) -> Batch:
        return Batch(pa.array(lines, pa.int64()), [pa.array(c, pa.string()) for c in cells], [], ignored, self.file.size)


def written(cell: Any) -> str:
    """A cell as text: dates in ISO form, whole numbers without a decimal point, numbers too long to be exact as 1.2E+17.

    >>> written(12.0), written(dt.date(2024, 5, 31)), written(True)
    ('12', '2024-05-31', 'true')
    """
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell)) if abs(cell) < _EXACT_DIGITS else f"{cell:.6E}"
        return repr(cell)
    if isinstance(cell, int):
        return str(cell) if abs(cell) < _EXACT_DIGITS else f"{cell:.6E}"
    if isinstance(cell, dt.datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, dt.timedelta):
        return str(cell)
    return str(cell)


def _open(path: Path, name: str) -> calamine.CalamineWorkbook:
    try:
        return calamine.CalamineWorkbook.from_path(str(path))
    except (calamine.CalamineError, OSError, ValueError) as fault:
        raise FileDamaged(path=name, why=str(fault)) from None


def _rows(book: calamine.CalamineWorkbook, sheet: str, name: str) -> Iterator[list[Any]]:
    try:
        opened = book.get_sheet_by_name(sheet)
        start = opened.start
        if start is None:
            return
        # Rows above the first used one do not come; the numbers people see in the workbook count them.
        for _ in range(start[0]):
            yield []
        yield from opened.iter_rows()
    except (calamine.CalamineError, OSError, ValueError) as fault:
        raise FileDamaged(path=name, why=str(fault)) from None
