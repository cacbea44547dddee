"""The head of a file and what its columns seem to mean, for a person to look at before anything is read whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from lianyi.kernel.text import folded
from lianyi.stream.intake import columns
from lianyi.stream.intake.catalogue import kind
from lianyi.stream.intake.columns import ColumnUse
from lianyi.stream.intake.faults import KindUnsure
from lianyi.stream.intake.mapping import Mapping, layout_of
from lianyi.stream.intake.opening import look_at
from lianyi.stream.intake.rows import Batch
from lianyi.stream.intake.shaping import reader_for


@dataclass(frozen=True, slots=True)
class Preview:
    """The head of a file.

    kind     : what the rows are, as asked or guessed; unsure: several kinds would do, this is the best
    names    : headings
    rows     : the first rows, as text
    uses     : what each column is used for, with the reason
    encoding : of text, else the format
    """

    kind: str
    unsure: bool
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    uses: tuple[ColumnUse, ...]
    encoding: str
    sheet: str


def preview(path: Path, *, kind_name: str = "auto", mapping: Mapping | None = None, rows: int = 5) -> Preview:
    """The first rows of a file and what its columns seem to mean.

    kind_name : one of catalogue.KINDS, or "auto" to tell by the headings
    mapping   : what is known already; what it leaves open is found by the alias table
    Raises    FileMissing, FileEmpty, FileDamaged, FormatUnknown, HeaderMissing, MappingUnusable.
    Cost      reads the file once for its encoding, then its head; a workbook's sheet is read whole.
    """
    given = mapping or Mapping()
    source = look_at(path)
    unsure = False
    try:
        reader, name = reader_for(source, kind_name, given)
    except KindUnsure as fault:
        unsure = True
        reader, name = reader_for(source, str(fault.data["best"]), given)
    names = reader.shape.names
    layout = layout_of({columns.stem(heading) for heading in names} | {folded(heading) for heading in names}, name)
    return Preview(
        kind=name,
        unsure=unsure,
        names=names,
        rows=_head(reader.batches(range(len(names))), rows),
        uses=columns.match(names, kind(name), mapping=given, keep_personal=(), layout=layout),
        encoding=source.encoding.name if source.encoding else source.format,
        sheet=reader.shape.sheet,
    )


def _head(batches: Iterator[Batch], most: int) -> tuple[tuple[str, ...], ...]:
    found: list[Sequence[str]] = []
    for batch in batches:
        cells = [column[:most].to_pylist() for column in batch.columns]
        found += [tuple("" if cell is None else str(cell) for cell in row) for row in zip(*cells, strict=True)]
        if len(found) >= most:
            break
    return tuple(tuple(row) for row in found[:most])
