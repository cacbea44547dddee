"""What every part of the composition needs: the evaluation, its reader's language, and the small steps all parts share."""

import dataclasses
import datetime as dt
from dataclasses import dataclass

from lianyi.insight.evaluate.result import OK, UNDEFINED, Evaluation, Figure, Statement
from lianyi.insight.measure import catalogue
from lianyi.insight.report.cells import Interval, Label, Period, Quantity, Spark
from lianyi.insight.report.document import Sentence
from lianyi.insight.report.formats import EMPTY, Formatter
from lianyi.insight.report.periods import grain_of, period_end
from lianyi.insight.report.templates import REST, Template, arranged
from lianyi.insight.report.words import Words
from lianyi.kernel.clock import add_months
from lianyi.kernel.text import Text

SMALL_N = 30
MULTIPLES = frozenset({"input_output_ratio", "roas", "incremental_profit_per_yuan", "frequency", "orders_per_buyer"})
"""Ratios that people read as "5.2 times", not as a percentage."""


@dataclass(frozen=True, slots=True)
class Context:
    """The evaluation and how it is to be worded."""

    evaluation: Evaluation
    language: str
    words: Words
    formatter: Formatter
    template: Template

    @classmethod
    def of(cls, evaluation: Evaluation, language: str, template: Template) -> "Context":
        """The evaluation with only those figures that the template shows."""
        if REST not in template.metrics:
            kept = set(arranged([figure.metric for figure in evaluation.figures], template.metrics))
            evaluation = dataclasses.replace(evaluation, figures=tuple(f for f in evaluation.figures if f.metric in kept))
        return cls(evaluation, language, Words(language), Formatter(language, evaluation.currency), template)

    def say(self, text: Text) -> str:
        return text.say(self.language)

    def sentence(self, text: Text) -> Sentence:
        """A text of the summary with the anchors of what it rests on."""
        names = text.rests_on if isinstance(text, Statement) else ()
        return Sentence(self.say(text), tuple(_anchor(name) for name in names))

    def name(self, value: object) -> str:
        """A name out of the data: bilingual where it is ours, as it stands where it is the shop's."""
        return self.say(value) if isinstance(value, Text) else str(value)

    def section(self, figure: Figure) -> str:
        """The part of the catalogue a figure belongs to, in words."""
        return self.words.of("section", figure.section) or self.words("section.other")

    def unit(self, metric: str, unit: str) -> str:
        """The unit as people read it."""
        return "times" if unit == "ratio" and metric in MULTIPLES else unit

    def value(self, figure: Figure) -> Quantity:
        return Quantity(figure.value, self.unit(figure.metric, figure.unit), because=self.why(figure))

    def change(self, figure: Figure) -> Quantity | None:
        return (
            None
            if figure.change is None
            else Quantity(figure.change, self.unit(figure.metric, figure.unit), delta=True, tone=self.tone(figure))
        )

    def change_share(self, figure: Figure) -> Quantity | None:
        return None if figure.change_share is None else Quantity(figure.change_share, "share", delta=True, tone=self.tone(figure))

    def complete(self, start: str, grain: str) -> bool:
        """Whether a period that begins on `start` lies wholly inside the window and the data."""
        evaluation = self.evaluation
        first = dt.date.fromisoformat(start[:10])
        if first < dt.date.fromisoformat(evaluation.window[0]):
            return False
        end = period_end(first, grain)
        if evaluation.horizon and end > dt.date.fromisoformat(evaluation.horizon) + dt.timedelta(days=1):
            return False
        return end <= dt.date.fromisoformat(evaluation.window[1])

    def interval(self, figure: Figure) -> Interval | None:
        return None if figure.interval is None else Interval(*figure.interval, self.unit(figure.metric, figure.unit))

    def why(self, figure: Figure) -> str:
        """Why a figure has no value, in the reader's words; empty when it has one."""
        if figure.status == OK:
            return ""
        if figure.status == UNDEFINED:
            if figure.excluded and not figure.eligible:
                return self.words("value.why_waiting", excluded=f"{figure.excluded:,}")
            return self.words("value.why_empty")
        if not figure.missing:
            return self.words("value.no_data_any")
        return self.words("value.no_data_why", missing=self.words.listed(self.say(text) for text in figure.missing))

    def link(self, metric: str) -> Label:
        """The name of a metric, leading to its definition where the evaluation has it."""
        figure = self.evaluation.figure(metric)
        if figure is None:
            return Label(self.say(catalogue()[metric].name) if metric in catalogue() else metric)
        return Label(self.say(figure.name), anchor_of(metric))

    def tone(self, figure: Figure) -> str:
        """good | bad | plain: whether the change is for the better."""
        if not figure.change or figure.better == "band":
            return "plain"
        return "good" if (figure.change > 0) == (figure.better == "up") else "bad"

    def spark(self, figure: Figure) -> Spark | None:
        known = [p for p in figure.series if p.value is not None]
        if len(known) < 2:
            return None
        points = tuple((p.at, p.value, p.complete) for p in figure.series)
        return Spark(points, grain_of(tuple(p.at for p in figure.series)), self.unit(figure.metric, figure.unit))

    def asked(self, verb: str) -> str:
        """A whole command line for a verb of `lianyi`, with the window and the snapshot of the evaluation; empty for no verb.

        A verb that names its own window keeps it; `status` has none.
        """
        if verb in ("", "status"):
            return f"lianyi {verb}" if verb else ""
        evaluation = self.evaluation
        window = "" if " --from " in verb else f" --from {evaluation.window[0]} --to {evaluation.window[1]}"
        snapshot = f" --snapshot {evaluation.snapshot}" if evaluation.snapshot.isdigit() else ""
        return f"lianyi {verb}{window}{snapshot}"

    def count(self, n: int | None) -> str:
        return EMPTY if n is None else f"{n:,}"

    def against(self) -> str:
        """ "vs a year earlier" and the like; empty without a baseline."""
        kind = self.evaluation.baseline_kind
        if kind is None or self.evaluation.baseline_window is None:
            return ""
        return self.words(f"against.{kind if kind in ('previous', 'year') else 'given'}")

    def scope(self) -> str:
        evaluation = self.evaluation
        if evaluation.scope == "brand":
            return self.words("scope.brand")
        return self.words("scope.part", scope=evaluation.scope_name or evaluation.scope.partition(":")[2] or evaluation.scope)

    def period(self) -> str:
        """The window by its calendar name where it is a whole month or quarter, else by its days."""
        start, end = (dt.date.fromisoformat(day) for day in self.evaluation.window)
        for months, grain in ((1, "month"), (3, "quarter")):
            if start.day == 1 and add_months(start, months) == end and (months == 1 or start.month % 3 == 1):
                return self.formatter.period(Period(start.isoformat(), grain))
        return self.formatter.window(*self.evaluation.window)


def _anchor(name: str) -> str:
    kind, colon, id_ = name.partition(":")
    return f"{kind}-{slug(id_)}" if colon else anchor_of(name)


def anchor_of(metric: str) -> str:
    """The anchor of a metric's definition."""
    return f"metric-{slug(metric)}"


def slug(name: str) -> str:
    """A name as part of an anchor: ASCII letters, digits, hyphen; anything else becomes its code point.

    >>> slug("net_sales"), slug("a b")
    ('net_sales', 'a-20-b')
    """
    return "".join(c if c.isascii() and (c.isalnum() or c in "_-") else f"-{ord(c):x}-" for c in name)
