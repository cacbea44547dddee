"""Columns of a file that is analysed as it lies, without being imported: CSV in any encoding, packed or not, or a workbook."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path

from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.intake.delimited import cut_lines, peek, sniff
from lianyi.stream.intake.encodings import decoder
from lianyi.stream.intake.opening import look_at
from lianyi.stream.intake.rows import Shape, unique
from lianyi.stream.intake.sheets import SheetReader, sheets

csv.field_size_limit(1 << 24)


def table_of(path: Path) -> tuple[tuple[str, ...], list[list[str]]]:
    """Headings and rows of a file, every cell as text; empty lines are skipped, short rows filled with empty cells.

    Raises the errors of intake for a file that is missing, damaged or no table; BadInput for other formats.
    """
    file = look_at(path)
    if file.format == "workbook":
        sheet, first = next(iter(sheets(file).items()))
        line, heading = first[0]
        names = unique(heading)
        shape = Shape(names=names, first_line=line + 1, sheet=sheet)
        rows = [
            list(row)
            for b in SheetReader(file, shape).batches(range(len(names)))
            for row in zip(*(c.to_pylist() for c in b.columns), strict=True)
        ]
        return names, rows
    if file.format != "delimited" or file.encoding is None:
        raise BadInput(reason=Text(zh="%(path)s 不是 CSV 或工作簿", en="%(path)s is no CSV and no workbook"), path=path.name)
    delimiter = sniff(peek(file))
    with file.opened() as stream:
        text = decoder(file.encoding).decode(stream.read(), final=True).removeprefix("\ufeff")
    if delimiter == " ":
        cells = [row for _, row in cut_lines(text.splitlines(keepends=True), delimiter)]
    else:
        cells = [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if any(c.strip() for c in row)]
    names = unique(cells[0])
    return names, [(row + [""] * (len(names) - len(row)))[: len(names)] for row in cells[1:]]


def columns_of(path: Path, wanted: Sequence[str]) -> list[list[str]]:
    """The named columns of a file, in the order asked.

    Raises UnknownName, offering the nearest heading.
    """
    names, rows = table_of(path)
    places = []
    for name in wanted:
        if name not in names:
            raise UnknownName(what="column", given=name, allowed=list(names))
        places.append(names.index(name))
    return [[row[place] for row in rows] for place in places]


def number_of(text: str) -> float:
    """A number as people write it; nan for an empty cell.

    Raises BadInput with the cell.
    >>> number_of("1,234.5"), number_of("12%")
    (1234.5, 0.12)
    """
    word = text.strip().replace(",", "").replace("，", "")
    if not word:
        return float("nan")
    share = word.endswith(("%", "％"))
    try:
        value = float(word.rstrip("%％"))
    except ValueError:
        raise BadInput(reason=Text(zh="%(given)s 不是数", en="%(given)s is no number"), given=text) from None
    return value / 100 if share else value
