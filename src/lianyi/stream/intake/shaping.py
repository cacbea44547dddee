"""From a file to its shape: which sheet, delimiter and heading row, and which kind when nobody said."""

import re
from collections.abc import Sequence
from dataclasses import replace

from lianyi.stream.intake.catalogue import KINDS, kind
from lianyi.stream.intake.columns import guess_kind, score
from lianyi.stream.intake.delimited import DelimitedReader, cut_lines, peek, sniff
from lianyi.stream.intake.faults import FileEmpty, HeaderMissing, MappingUnusable
from lianyi.stream.intake.mapping import Mapping
from lianyi.stream.intake.opening import SourceFile
from lianyi.stream.intake.rows import Reader, Shape, unique
from lianyi.stream.intake.sheets import SheetReader, sheets
from lianyi.stream.intake.structured import JsonReader, ParquetReader, json_shape, parquet_shape

HEADER_ROWS = 20
Rows = Sequence[tuple[int, list[str]]]


def reader_for(file: SourceFile, kind_name: str, mapping: Mapping) -> tuple[Reader, str]:
    """A reader of a file, and its kind (guessed when "auto").

    Raises HeaderMissing, KindUnsure, FileEmpty, FileDamaged, MappingUnusable.
    """
    if file.format == "json":
        shape = json_shape(file)
        return JsonReader(file, shape), _kind(shape, kind_name, mapping, file)
    if file.format == "parquet":
        shape = parquet_shape(file)
        return ParquetReader(file, shape), _kind(shape, kind_name, mapping, file)
    if file.format == "workbook":
        return _sheet(file, kind_name, mapping)
    lines = peek(file)
    delimiter = mapping.delimiter or sniff(lines)
    rows = cut_lines(lines, delimiter)
    quoted = True
    if mapping.rest:
        rows, quoted = [(n, text.rstrip("\r\n").split(delimiter)) for n, text in enumerate(lines, start=1) if text.strip()], False
    shape = replace(_header(rows, kind_name, mapping, file), delimiter=delimiter, quoted=quoted, rest=mapping.rest)
    return DelimitedReader(file, shape), _kind(shape, kind_name, mapping, file)


def _kind(shape: Shape, kind_name: str, mapping: Mapping, file: SourceFile) -> str:
    return kind_name if kind_name != "auto" else guess_kind(shape.names, mapping, file=file.name)


def _sheet(file: SourceFile, kind_name: str, mapping: Mapping) -> tuple[Reader, str]:
    found = sheets(file)
    if mapping.sheet:
        if mapping.sheet not in found:
            raise MappingUnusable(path=file.name, why=f"sheet {mapping.sheet}; there are: {', '.join(found)}")
        found = {mapping.sheet: found[mapping.sheet]}
    best, best_points = next(iter(found)), -1.0
    for name, rows in found.items():
        points = max((_points(cells, kind_name, mapping) for _, cells in rows[:HEADER_ROWS]), default=0)
        if points > best_points:
            best, best_points = name, points
    shape = replace(_header(found[best], kind_name, mapping, file), sheet=best)
    return SheetReader(file, shape), _kind(shape, kind_name, mapping, file)


def _points(cells: Sequence[str], kind_name: str, mapping: Mapping) -> float:
    names = KINDS if kind_name == "auto" else (kind_name,)
    return max(score(cells, kind(name), mapping) for name in names)


def _header(rows: Rows, kind_name: str, mapping: Mapping, file: SourceFile) -> Shape:
    """The heading row: the best match among the first rows, so that titles and notes above it do not count."""
    if not rows:
        raise FileEmpty(path=file.name)
    if not mapping.header:
        return Shape(names=unique(mapping.names), first_line=rows[0][0])
    best, best_points = 0, 0.0
    for i, (_, cells) in enumerate(rows[:HEADER_ROWS]):
        points = _points(cells, kind_name, mapping)
        # Of two rows alike the first: a data row may hold words that are headings elsewhere.
        if points > best_points + 0.75 or (points > best_points and best_points == 0):
            best, best_points = i, points
    line, cells = rows[best]
    if best_points < 1 and any(_is_number(c) for c in cells):
        raise HeaderMissing(path=file.name, rows=min(len(rows), HEADER_ROWS), first=", ".join(cells[:8]))
    # A workbook pads its rows; in a text every row carries the same empty cells at its end.
    while file.format == "workbook" and cells and not cells[-1].strip():
        cells = cells[:-1]
    if best + 1 >= len(rows):
        raise FileEmpty(path=file.name)
    return Shape(names=unique(cells), first_line=rows[best + 1][0], header_line=line)


def _is_number(cell: str) -> bool:
    return bool(re.fullmatch(r"\s*[¥￥$£€]?[-+]?\d[\d,./:\- ]*\s*", cell))
