"""Lists: columns and filters stated once, shown as a table that can be sorted, filtered and paged, or saved as a file."""

import csv
import datetime as dt
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import compress
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.money import major, minor_digits
from lianyi.kernel.pages import PER_PAGE, Page
from lianyi.kernel.text import Text
from lianyi.web.ui.templatetags.amounts import count, moment, money
from lianyi.web.ui.templatetags.amounts import day as day_of
from lianyi.web.ui.templatetags.words import spoken

NUMBERS = ("money", "count", "number")
NOTHING = "–"
MOST_SAVED = 20_000
"""Rows in a file; whoever needs more narrows the filter or uses the interface for programs."""
MOST_LETTERS = 80
# What a spreadsheet would take for a formula, or for the beginning of one.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@dataclass(frozen=True, slots=True)
class Bar:
    """How far something is, as a small bar under a cell."""

    value: float
    most: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column.

    value : of a row: what is shown and saved
    unit  : words | money (fen) | count | number (as it is) | moment | day | code
    sort  : whether the list can be ordered by it, under its id
    link  : of a row, where the cell leads; "" for nowhere
    says  : of the value, its words (a state); tone : of the value, the badge's tone, None for no badge
    under : of a row, a second, smaller line; bar : of a row, a bar
    optional : left out of a page on which no row has anything there; a file keeps it
    """

    id: str
    name: Text
    value: Callable[[Any], Any]
    unit: str = "words"
    sort: bool = False
    link: Callable[[Any], str] | None = None
    says: Callable[[Any], Text] | None = None
    tone: Callable[[Any], str | None] | None = None
    under: Callable[[Any], Any] | None = None
    bar: Callable[[Any], Bar | None] | None = None
    optional: bool = False

    @property
    def is_number(self) -> bool:
        """Whether its cells stand at the right."""
        return self.unit in NUMBERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """One filter. kind : words | choice | day; choices : of a choice, value -> words, or what makes them when asked."""

    id: str
    name: Text
    kind: str = "words"
    choices: Mapping[str, Text] | Callable[[], Mapping[str, Text]] = field(default_factory=dict)

    def known(self) -> Mapping[str, Text]:
        """The choices there are."""
        return self.choices() if callable(self.choices) else self.choices

    def read(self, given: str) -> Any:
        """What was asked for: words, a choice, or a date; "" or None for anything. Raises UnknownName, BadInput."""
        given = given.strip()[:MOST_LETTERS]
        if self.kind == "choice" and given and given not in self.known():
            raise UnknownName(what="filter", given=given, allowed=list(self.known()))
        if self.kind != "day":
            return given
        try:
            return dt.date.fromisoformat(given) if given else None
        except ValueError:
            raise BadInput(
                reason=Text(zh="日期应写作 2024-05-31，收到的是 %(given)s", en="A date is written 2024-05-31, not %(given)s"), given=given
            ) from None


@dataclass(frozen=True, slots=True)
class Asked:
    """What an address asks of a list. chosen : ids of the rows that were chosen by hand; None for all that the filters leave."""

    given: Mapping[str, Any]
    sort: str
    number: int
    size: int = PER_PAGE
    chosen: Sequence[str] | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, ready to be shown."""

    column: Column
    shown: str
    href: str
    tone: str | None
    under: str
    bar: Bar | None
    label: str

    @property
    def classes(self) -> str:
        """Numbers stand at the right; where there is nothing, a narrow screen leaves the cell out."""
        return " ".join(name for name, holds in (("number", self.column.is_number), ("none", self.shown == NOTHING)) if holds)

    @property
    def html(self) -> SafeString:
        """As it stands in a table. A page has hundreds of them: drawn here, not by a template for each."""
        if self.tone is not None:
            drawn = format_html('<span class="badge{}{}">{}</span>', " is-" if self.tone else "", self.tone, self.shown)
        elif self.href:
            drawn = format_html('<a href="{}">{}</a>', self.href, self.shown)
        elif self.column.unit == "code":
            drawn = format_html("<code>{}</code>", self.shown)
        else:
            drawn = conditional_escape(self.shown)
        if self.bar:
            drawn += format_html(
                '<progress value="{}" max="{}" aria-label="{}"></progress>', round(self.bar.value), round(self.bar.most), self.label
            )
        if self.under:
            drawn += format_html('<span class="quiet small block">{}</span>', self.under)
        return drawn


@dataclass(frozen=True, slots=True)
class Heading:
    """The head of a column. href : orders the list by it; at : ascending | descending | "" where it is not."""

    column: Column
    href: str
    at: str


@dataclass(frozen=True, slots=True)
class Line:
    """A row, ready to be shown. mark : its id, by which it is chosen; "" where it cannot be."""

    cells: Sequence[Cell]
    mark: str


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be done with chosen rows. href : where the choice is sent; acts : id and name of each."""

    href: str
    acts: Sequence[tuple[str, Text]]


@dataclass(frozen=True, slots=True)
class Table:
    """A page of a list, ready to be shown. query : filters and order, as an address says them."""

    listing: "Listing"
    asked: Asked
    page: Page[Any]
    headings: Sequence[Heading]
    rows: Sequence[Line]
    fields: Sequence[tuple[Filter, str, Mapping[str, Text]]]
    before: str
    after: str
    file: str
    is_filtered: bool
    query: str
    offer: Offer | None


Fetch = Callable[[Asked], Page[Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A list as it is stated.

    sort  : the order before anybody chose one
    empty : what stands where there is nothing, and what to do
    mark  : of a row, the id by which it is chosen; None where rows are not chosen
    """

    name: Text
    columns: Sequence[Column]
    filters: Sequence[Filter] = ()
    sort: str = ""
    empty: Text
    icon: str = "inbox"
    mark: Callable[[Any], str] | None = None

    def asked(self, given: Mapping[str, str]) -> Asked:
        """What the parameters of an address ask for. Raises UnknownName, BadInput."""
        sort = given.get("sort", self.sort)
        allowed = [column.id for column in self.columns if column.sort]
        if sort and sort != self.sort and sort.removeprefix("-") not in allowed:
            raise UnknownName(what="order", given=sort, allowed=allowed)
        number = given.get("page", "1")
        return Asked(
            {one.id: one.read(given.get(one.id, "")) for one in self.filters},
            sort,
            int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 1,
        )

    def table(
        self, request: HttpRequest, fetch: Fetch, *, saves: bool = True, offer: Offer | None = None, kept: Mapping[str, str] | None = None
    ) -> Table:
        """A page of the list.

        fetch : reads what was asked for; saves : whether it may be saved as a file; offer : what may be done with rows
        kept  : what else the address says, which other pages and the file keep
        """
        asked = self.asked(request.GET)
        page = fetch(asked)
        filtered = {one.id: value for one in self.filters if (value := request.GET.get(one.id, "").strip())}
        ordered = dict(kept or {}) | filtered | ({"sort": asked.sort} if asked.sort != self.sort else {})

        def to(**more: Any) -> str:
            return "?" + urlencode(ordered | more)

        rows = [[cell_of(column, row) for column in self.columns] for row in page.rows]
        stand = [not column.optional or any(cells[n].shown != NOTHING for cells in rows) for n, column in enumerate(self.columns)]
        headings = [Heading(column, *self._heading(column, asked.sort, filtered)) for column in compress(self.columns, stand)]
        return Table(
            self,
            asked,
            page,
            headings,
            [
                Line(list(compress(cells, stand)), self.mark(row) if self.mark and offer else "")
                for cells, row in zip(rows, page.rows, strict=True)
            ],
            [(one, str(filtered.get(one.id, "")), one.known()) for one in self.filters],
            to(page=page.number - 1) if page.number > 1 else "",
            to(page=page.number + 1) if page.number < page.last else "",
            to(**{"as": "csv"}) if saves and page.total else "",
            bool(filtered),
            urlencode(ordered),
            offer,
        )

    def file(self, request: HttpRequest, fetch: Fetch, name: str) -> HttpResponse:
        """The whole list, as filtered and ordered, as a file that a spreadsheet opens."""
        asked = self.asked(request.GET)
        return self.saved(fetch(Asked(asked.given, asked.sort, 1, MOST_SAVED)).rows, name)

    def saved(self, rows: Sequence[Any], name: str) -> HttpResponse:
        """Rows of the list as a file that a spreadsheet opens."""
        response = HttpResponse("\ufeff" + to_csv(self.columns, rows), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
        return response

    def _heading(self, column: Column, sort: str, kept: Mapping[str, str]) -> tuple[str, str]:
        if not column.sort:
            return "", ""
        is_here = sort.removeprefix("-") == column.id
        at = ("descending" if sort.startswith("-") else "ascending") if is_here else ""
        # Numbers and moments are looked at from the top first, words from the beginning.
        first = "" if column.unit == "words" else "-"
        following = column.id if at == "descending" else f"-{column.id}" if at == "ascending" else first + column.id
        return "?" + urlencode(dict(kept) | {"sort": following}), at


def wants_file(request: HttpRequest) -> bool:
    """Whether a list was asked for as a file."""
    return request.GET.get("as") == "csv"


def cell_of(column: Column, row: Any) -> Cell:
    """One cell of a row."""
    value = column.value(row)
    return Cell(
        column,
        column.says(value).say(spoken()) if column.says else shown(value, column.unit),
        column.link(row) if column.link else "",
        column.tone(value) if column.tone else None,
        worded(column.under(row)) if column.under else "",
        column.bar(row) if column.bar else None,
        column.name.say(spoken()),
    )


def shown(value: Any, unit: str) -> str:
    """A value as people read it; a dash for none."""
    if value is None or value == "":
        return NOTHING
    writes: dict[str, Callable[[Any], str]] = {"money": money, "count": count, "moment": moment, "day": day_of}
    return writes[unit](value) if unit in writes else worded(value)


def worded(value: Any) -> str:
    """Words in the reader's language."""
    return value.say(spoken()) if isinstance(value, Text) else "" if value is None else str(value)


def to_csv(columns: Sequence[Column], rows: Sequence[Any]) -> str:
    """A file of rows. Money in major units, moments in the brand's time; words that a spreadsheet could run are made harmless."""
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow([harmless(column.name.say(spoken())) for column in columns])
    for row in rows:
        sheet.writerow(list(_saved(columns, row)))
    return written.getvalue()


def _saved(columns: Sequence[Column], row: Any) -> Iterator[str]:
    for column in columns:
        value = column.value(row)
        if value is None:
            yield ""
        elif column.says:
            yield harmless(column.says(value).say(spoken()))
        elif column.unit == "money":
            yield f"{major(value, settings.WORKSPACE.currency):.{minor_digits(settings.WORKSPACE.currency)}f}"
        elif column.unit == "count":
            yield str(int(value))
        elif isinstance(value, dt.datetime):
            yield timezone.localtime(value, settings.WORKSPACE.zone).strftime("%Y-%m-%d %H:%M:%S")
        else:
            yield harmless(worded(value))


def harmless(text: str) -> str:
    """Words for a spreadsheet: what it would take for a formula begins with an apostrophe.

    >>> harmless("=1+1"), harmless("山茶"), harmless(" @SUM(A1)")
    ("'=1+1", '山茶', "' @SUM(A1)")
    """
    return "'" + text if text.lstrip(" ").startswith(FORMULA) or text.startswith(FORMULA) else text
