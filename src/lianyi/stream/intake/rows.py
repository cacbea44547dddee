"""What every reader hands on: batches of text cells with the physical line each row begins on."""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import pyarrow as pa

Item = TypeVar("Item")
# A separator inside a cell that collects "the rest" of a row.
REST_SEPARATOR = "\x1f"


@dataclass(frozen=True, slots=True)
class Malformed:
    """A row that could not be cut into cells.

    reason : a key of rejects.REASONS
    """

    line: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows.

    lines     : int64, the physical line (or sheet row, or record number) each row begins on, from 1
    columns   : string arrays, one for each column asked for
    malformed : rows beside these that could not be cut
    ignored   : rows beside these that add up the others, or hold nothing
    position  : bytes of the unpacked file read so far
    """

    lines: pa.Array
    columns: list[pa.Array]
    malformed: list[Malformed] = field(default_factory=list)
    ignored: int = 0
    position: int = 0


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file is cut.

    names       : headings, as they stand there (made unique)
    first_line  : the physical line of the first data row
    description : what was decided, as said to people: the sheet, the delimiter
    """

    names: tuple[str, ...]
    first_line: int
    delimiter: str = ","
    quoted: bool = True
    rest: bool = False
    sheet: str = ""
    header_line: int = 0


class Reader(Protocol):
    """One file, cut into rows."""

    shape: Shape

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        """The rows, only the columns wanted (by position), in order; memory stays bounded."""
        ...


def ahead(items: Iterable[Item]) -> Iterator[Item]:
    """The items, each made in another thread while the one before is worked on; what the maker raises is raised here.

    >>> list(ahead(range(3)))
    [0, 1, 2]
    """
    source, end = iter(items), object()
    with ThreadPoolExecutor(1, thread_name_prefix="reader") as maker:
        coming = maker.submit(next, source, end)
        while (item := coming.result()) is not end:
            coming = maker.submit(next, source, end)
            yield item  # type: ignore[misc]


def unique(names: Sequence[str]) -> tuple[str, ...]:
    """Headings made unique: a second `金额` becomes `金额 (2)`, an empty one `column 3`.

    >>> unique(["a", "a", ""])
    ('a', 'a (2)', 'column 3')
    """
    seen: dict[str, int] = {}
    found = []
    for nth, name in enumerate(names, start=1):
        base = name.strip().strip("\ufeff") or f"column {nth}"
        seen[base] = seen.get(base, 0) + 1
        found.append(base if seen[base] == 1 else f"{base} ({seen[base]})")
    return tuple(found)
