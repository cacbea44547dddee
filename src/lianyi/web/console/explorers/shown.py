"""What an explorer asks of its reader and hands to its page: parameters in the address, figures, pictures and tables."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.utils.safestring import SafeString

from lianyi.insight.analyse.estimate import Estimate
from lianyi.insight.report.cells import Quantity
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.cards import formatter
from lianyi.web.ui.templatetags.words import spoken

Chosen = Mapping[str, str]
MOST_STEPS = 6


@dataclass(frozen=True, slots=True)
class Parameter:
    """One thing that a reader may set; it stands in the address, so that an answer can be sent to somebody.

    options : value -> name, for a choice; empty for a number
    default : taken where the address says nothing
    low, high : ends of a number, included
    many    : several values in order, kept as one text with commas
    """

    id: str
    name: Text
    options: Mapping[str, Text]
    default: str
    low: float = 0
    high: float = 0
    many: bool = False

    def read(self, query: QueryDict) -> str:
        """The value that an address names. Raises UnknownName, BadInput for a number outside its ends."""
        if self.many:
            given = [part for text in query.getlist(self.id) for part in text.split(",") if part]
            for part in given:
                self._check(part)
            return ",".join(given[:MOST_STEPS]) or self.default
        value = query.get(self.id, "").strip() or self.default
        if self.options:
            self._check(value)
            return value
        try:
            number = float(value)
        except ValueError:
            number = float("nan")
        if not self.low <= number <= self.high:
            raise BadInput(
                reason=Text(zh="%(name)s 应在 %(low)s 到 %(high)s 之间", en="%(name)s lies between %(low)s and %(high)s"),
                name=self.name,
                low=f"{self.low:g}",
                high=f"{self.high:g}",
            )
        return f"{number:g}"

    def _check(self, value: str) -> None:
        if value not in self.options:
            raise UnknownName(what=self.name, given=value, allowed=list(self.options))


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table. unit: text | date | count | money | ratio | ... as report.formats writes it."""

    heading: Text
    unit: str = "text"

    @property
    def is_number(self) -> bool:
        return self.unit not in {"text", "date"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows behind a picture, raw; money in minor units. Text cells are in the data's own words or in both languages."""

    id: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]

    @property
    def cells(self) -> list[list[tuple[Column, Any]]]:
        """Every row with its columns."""
        return [list(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with what it is worth, in the reader's words; `because` where there is none."""

    name: str
    value: str
    interval: str = ""
    n: int | None = None
    grade: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture and the table that says the same. `picture` is "" where there is nothing to draw."""

    title: Text
    picture: SafeString | str
    table: Table
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as its page shows it: one language, drawn."""

    explain: str
    figures: tuple[Figure, ...]
    drawings: tuple[Drawing, ...]

    def table(self, id_: str) -> Table:
        """One table. Raises UnknownName."""
        tables = {drawing.table.id: drawing.table for drawing in self.drawings}
        if id_ not in tables:
            raise UnknownName(what="table", given=id_, allowed=list(tables))
        return tables[id_]


@dataclass(frozen=True, slots=True)
class Explorer:
    """One analysis in the console.

    id         : its name among method cards and in the address
    icon       : of the Lucide set
    parameters : what the reader may set
    show       : the answer for a window and what was chosen
    presets    : name -> parameters, offered as links
    """

    id: str
    icon: str
    parameters: tuple[Parameter, ...]
    show: Callable[[Engine, Workspace, Window, Chosen], Shown]
    presets: tuple[tuple[Text, Mapping[str, str]], ...] = ()

    def read(self, query: QueryDict) -> dict[str, str]:
        """What an address chooses. Raises UnknownName, BadInput."""
        return {parameter.id: parameter.read(query) for parameter in self.parameters}


def figure(name: Text, estimate: Estimate, unit: str) -> Figure:
    """An estimate in the reader's words."""
    words = formatter()
    if estimate.value is None:
        because = estimate.because.say(spoken()) if estimate.because else ""
        return Figure(name.say(spoken()), "–", n=estimate.n, grade=estimate.grade, because=because)
    interval = ""
    if estimate.interval is not None:
        interval = " – ".join(words.short(Quantity(end, unit)) for end in estimate.interval)
    return Figure(name.say(spoken()), words.short(Quantity(estimate.value, unit)), interval, estimate.n, estimate.grade)


def plain_figure(name: Text, value: float | None, unit: str, because: Text | None = None) -> Figure:
    """A counted number, which needs no interval."""
    if value is None:
        return Figure(name.say(spoken()), "–", because=because.say(spoken()) if because else "")
    return Figure(name.say(spoken()), formatter().short(Quantity(value, unit)))


def choices(parameter_id: str, name: Text, options: Sequence[tuple[str, Text]], default: str = "") -> Parameter:
    """A choice among named options; the first is the default unless said."""
    return Parameter(parameter_id, name, dict(options), default or options[0][0])
