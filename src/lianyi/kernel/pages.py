"""A long list, a page at a time, in an order that its reader chose from a closed list."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from lianyi.kernel.errors import UnknownName

Row = TypeVar("Row")
PER_PAGE = 50


class Countable(Protocol):
    """What can be counted and cut without being read whole, as a database query can."""

    def count(self) -> int:
        """How many rows there are."""

    def __getitem__(self, cut: slice, /) -> Any:
        """Some of the rows."""


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Some rows of a list.

    number : of this page, from 1
    total  : rows in the whole list
    """

    rows: Sequence[Row]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page; 1 for an empty list."""
        return max(1, -(-self.total // self.size))

    @property
    def first_row(self) -> int:
        """The place of this page's first row in the list, from 1; 0 for an empty list."""
        return (self.number - 1) * self.size + 1 if self.total else 0

    @property
    def last_row(self) -> int:
        """The place of this page's last row in the list."""
        return min(self.number * self.size, self.total)


def page_of(rows: Countable, number: int = 1, size: int = PER_PAGE) -> Page[Any]:
    """A page of a query; beyond the last page, the last one. Cost: one count and one read.

    Raises ValueError for a size below 1.
    """
    if size < 1:
        raise ValueError(size)
    total = rows.count()
    number = min(max(1, number), max(1, -(-total // size)))
    return Page(tuple(rows[(number - 1) * size : number * size]), number, size, total)


def order_of(allowed: Mapping[str, str], asked: str) -> str:
    """The column that a list is ordered by: a name of the closed list, with "-" for descending.

    Raises UnknownName.
    >>> order_of({"paid": "payable_fen"}, "-paid")
    '-payable_fen'
    """
    name = asked.removeprefix("-")
    if name not in allowed:
        raise UnknownName(what="order", given=asked, allowed=list(allowed))
    return ("-" if asked.startswith("-") else "") + allowed[name]
