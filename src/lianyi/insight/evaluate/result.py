"""What an evaluation is: the shape of `evaluation.json`, and all that a report is written from.

Every value here is plain data. Texts are bilingual templates already filled with numbers; money is integer minor units;
ratios are unrounded numbers; a missing number is None beside a status that says why, never 0.
"""

import dataclasses
import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from lianyi.kernel.text import Text

SCHEMA = "lianyi.evaluation/1"

OK, NO_DATA, UNDEFINED = "ok", "no_data", "undefined"
# Of a finding's evidence: A randomised, B complete records or quasi-experiment, C model, D descriptive or partial data.
# Of a method's data: A every check passed, B something to look at, C one check failed or a part is missing, D several failed.
GRADES = ("A", "B", "C", "D")
SEVERITIES = ("high", "medium", "low", "good")


@dataclass(frozen=True, slots=True)
class Point:
    """One period of a series: `at` is the first day of the period, ISO date; value None where nothing can be said."""

    at: str
    value: float | None
    complete: bool = True  # False where the window or the data cuts the period short


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric over the window, beside its baseline and its target.

    unit         : count | money | ratio | seconds | days | score
    better       : up | down | band
    value        : money in minor units (int), otherwise a number; None unless status is ok
    change       : value - baseline, in the metric's unit; None when either is missing
    change_share : change / |baseline|; None when the baseline is 0 or missing
    missing      : inputs that were never recorded, in an operator's words
    baseline_series : the baseline window at the same grain, period by period beside `series`; empty when there is none
    """

    metric: str
    name: Text
    says: Text
    unit: str
    better: str
    status: str
    value: float | int | None
    interval: tuple[float, float] | None
    n: int | None
    eligible: int | None
    excluded: int | None
    missing: tuple[Text, ...]  # what is not there, in an operator's words
    version: int
    baseline: float | int | None = None
    baseline_interval: tuple[float, float] | None = None
    change: float | None = None
    change_share: float | None = None
    target: float | int | None = None
    attainment: float | None = None
    verdict: str | None = None  # on_track | miss | undecided, against the target
    series: tuple[Point, ...] = ()
    baseline_series: tuple[Point, ...] = ()
    sql: str = ""
    section: str = ""  # part of the catalogue: money | growth | traffic | ...


@dataclass(frozen=True, slots=True)
class Exhibit:
    """A table with a meaning, which the report may also draw.

    kind    : series | ranking | cohorts | funnel | waterfall | split
    columns : (key, heading, unit) each; unit as in Figure, or "text", "date", "share", or "mixed" where each row's "unit" says it
    rows    : one dict a row, keyed by column key; None is "nothing can be said"
    command : the verb of `lianyi` that gives these rows, without window and snapshot; empty where only the query does
    """

    id: str
    kind: str
    title: Text
    columns: tuple[tuple[str, Text, str], ...]
    rows: tuple[dict[str, Any], ...]
    note: Text | None = None
    sql: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of a decomposition: its level before and now, and the part of the change it accounts for."""

    id: str
    name: Text
    unit: str
    baseline: float | None
    current: float | None
    effect: float


@dataclass(frozen=True, slots=True)
class Segment:
    """One value of a dimension: its share of the change of the whole, split into what moved inside it and what mix did."""

    dimension: str
    value: str | Text
    baseline: float
    current: float
    effect: float
    effects: dict[str, float]  # by factor id; sums to `effect`
    significant: bool | None = None  # after false-discovery control; None where not tested
    pooled: int = 0  # how many small values are summed here; 0 for a single one


@dataclass(frozen=True, slots=True)
class Decomposition:
    """An exact log-mean decomposition of a metric's change; the effects sum to the change. `command` as in an exhibit, with its windows."""

    metric: str
    baseline: float
    current: float
    change: float
    factors: tuple[Factor, ...]
    segments: dict[str, tuple[Segment, ...]]  # by dimension, largest effect first
    residual: float
    note: Text | None = None
    command: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a statement rests on; `command` as in an exhibit."""

    sql: str
    columns: tuple[tuple[str, Text, str], ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    n: int | None = None
    interval: tuple[float, float] | None = None
    command: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth an owner's attention.

    severity       : high | medium | low | good
    money_at_stake : minor units over the window, None where it cannot be put in money
    grade          : A | B | C | D
    """

    id: str
    kind: str
    severity: str
    title: Text
    statement: Text
    metric: str | None
    money_at_stake: int | None
    grade: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An action for findings: who, what it may bring, how its effect will be measured."""

    id: str
    finding_ids: tuple[str, ...]
    action: Text
    why: Text
    owner: Text
    effort: str  # low | medium | high
    measure: str  # metric id that will show the effect
    due_days: int
    money_at_stake: int | None = None


@dataclass(frozen=True, slots=True)
class Method:
    """One of the seven methods: its score with interval and data grade, or what it needs.

    status : evaluable | not_evaluable
    score  : 0-100
    lines  : what the score is made of: (name, score, weight, explanation)
    """

    id: str
    name: Text
    status: str
    score: float | None
    interval: tuple[float, float] | None
    grade: str | None
    says: Text
    lines: tuple[tuple[Text, float | None, float, Text], ...] = ()
    needs: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of data the evaluation stands on."""

    kind: str
    name: Text
    rows: int
    first_day: str | None
    last_day: str | None
    note: Text | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One check of the data before anything is concluded from it. status: ok | warn | fail; `command` as in an exhibit."""

    id: str
    name: Text
    status: str
    detail: Text
    share: float | None = None
    sql: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Statement(Text):
    """A sentence of the summary, and what its numbers rest on: ids of metrics, or "finding:" and the id of a finding."""

    rests_on: tuple[str, ...] = ()

    @classmethod
    def on(cls, text: Text, *names: str) -> "Statement":
        """A text with the metrics and findings behind its numbers."""
        return cls(text.zh, text.en, names)


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One evaluation of one scope over one window. scope: brand, or a dimension and its value, as in campaign:C9."""

    brand: str
    scope: str
    window: tuple[str, str]
    baseline_window: tuple[str, str] | None
    baseline_kind: str | None  # previous | year | given
    time_zone: str
    currency: str
    horizon: str | None  # last complete business day in the data
    snapshot: str
    made_at: str
    version: str
    level: float  # of every interval
    sources: tuple[Source, ...] = ()
    checks: tuple[Check, ...] = ()
    figures: tuple[Figure, ...] = ()
    methods: tuple[Method, ...] = ()
    decomposition: Decomposition | None = None
    exhibits: tuple[Exhibit, ...] = ()
    findings: tuple[Finding, ...] = ()
    suggestions: tuple[Suggestion, ...] = ()
    summary: tuple[Text, ...] = field(default=())
    scope_name: str = ""  # what a campaign or partner is called, where the scope is one

    def figure(self, metric: str) -> Figure | None:
        """The figure of one metric, or None."""
        return next((f for f in self.figures if f.metric == metric), None)

    def exhibit(self, exhibit_id: str) -> Exhibit | None:
        """One exhibit, or None."""
        return next((e for e in self.exhibits if e.id == exhibit_id), None)

    def to_json(self) -> dict[str, Any]:
        """The documented JSON shape; texts become `{"zh", "en"}`, sentences of the summary also say what they rest on."""
        return {"schema": SCHEMA, **_plain(self)}


def _plain(value: Any) -> Any:
    if isinstance(value, Text):
        said: dict[str, Any] = {"zh": value.zh, "en": value.en}
        return said | {"rests_on": list(value.rests_on)} if isinstance(value, Statement) else said
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
