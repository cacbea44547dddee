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
BASES = ("data", "change", "level", "symptom")


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
    grade        : of the data behind it, as for a method; D where it rests on records that broke
    doubt        : why it must not be compared, where it must not; then there is no change either
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
    grade: str | None = None
    doubt: Text | None = None


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
    """One value of a dimension: its share of the change of the whole, split into what moved inside it and what mix did.

    value : as people call it; key: as the data has it, None where it is not known or several are summed
    """

    dimension: str
    value: str | Text
    baseline: float
    current: float
    effect: float
    effects: dict[str, float]  # by factor id; sums to `effect`
    significant: bool | None = None  # after false-discovery control; None where not tested
    pooled: int = 0  # how many small values are summed here; 0 for a single one
    key: str | None = None


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
    """What a statement rests on; `command` as in an exhibit. unit: of the interval, where it is not the metric's."""

    sql: str
    columns: tuple[tuple[str, Text, str], ...] = ()
    rows: tuple[dict[str, Any], ...] = ()
    n: int | None = None
    interval: tuple[float, float] | None = None
    command: str = ""
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """Something worth an owner's attention.

    severity       : high | medium | low | good
    money_at_stake : minor units over the window, None where it cannot be put in money
    grade          : A | B | C | D
    area           : what it is about: data, funnel, content, community, care, money ...
    basis          : change (something moved beyond chance) | level (something lies apart from the rest, or beyond a line) |
                     symptom (a total that moved, whatever the cause) | data (the records, not the business)
    where          : (dimension, value) for a finding about a part
    since          : ISO date from which the new level holds, where one day says it
    q              : false-discovery rate at which it would just pass; None where nothing was tested
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
    area: str = ""
    basis: str = "level"
    where: tuple[str, str] | None = None
    since: str | None = None
    q: float | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """What an action may bring, and how well that is known.

    of     : money (low and high are shares of the money at stake) | metric (relative change of the measure for the better)
    source : judgement | guideline | study | simulation; says: the same in words
    cost_days, cost : days of work, and what they cost in minor units
    value_low, value_high : minor units after the cost; None where the findings have no money
    """

    of: str
    low: float
    high: float
    source: str
    says: Text
    cost_days: float
    cost: int
    value_low: int | None
    value_high: int | None


@dataclass(frozen=True, slots=True)
class Suggestion:
    """An action for findings: who, what it may bring, what must hold first, how its effect will be measured (measure, design)."""

    id: str
    finding_ids: tuple[str, ...]
    action: Text
    why: Text
    owner: Text
    effort: str  # low | medium | high
    measure: str  # metric id that will show the effect
    due_days: int
    money_at_stake: int | None = None
    precondition: Text | None = None
    design: Text | None = None
    expected: Expectation | None = None


@dataclass(frozen=True, slots=True)
class Concordance:
    """How far the experts of a review agree on the order of what they judged: Kendall's W, 0 (none) to 1 (the same order).

    w, p : None where they are not estimable, and then `says` tells why; p is the chance of a W as large among experts who order at random
    experts, criteria : how many of each it rests on
    """

    w: float | None
    interval: tuple[float, float] | None
    p: float | None
    experts: int
    criteria: int
    says: Text


@dataclass(frozen=True, slots=True)
class Method:
    """One of the seven methods: its score with interval and data grade, or what it needs.

    status : evaluable | not_evaluable
    score  : 0-100
    grade  : of the data behind it
    lines  : what the score is made of: (name, score, weight, explanation)
    n      : observations it rests on, where they are counted: answers, experts, mentions; version: of the anchors and the method
    concordance : of the experts, for the method that asks them; sql, command: what gives the numbers it scored, as in an exhibit
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
    n: int | None = None
    version: int = 1
    concordance: Concordance | None = None
    sql: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far the methods agree: highest and lowest, the points between them, and pairs of ids whose intervals do not overlap."""

    highest: str
    lowest: str
    spread: float
    apart: tuple[tuple[str, str], ...]
    says: Text


@dataclass(frozen=True, slots=True)
class IndexPart:
    """One indicator of the index.

    weight    : its share of the index; by_method: what each way of weighting alone would give (judged, entropy, critic)
    floor, target : values that score 0 and 100
    score, before : 0-100, of the window and of the baseline
    """

    id: str
    name: Text
    group: Text
    weight: float
    by_method: dict[str, float]
    floor: float
    target: float
    value: float | None
    score: float | None
    before: float | None


@dataclass(frozen=True, slots=True)
class IndexPeriod:
    """One period under the same weights: index with its interval under shaken weights, places by index and by TOPSIS."""

    at: str
    index: float | None
    interval: tuple[float, float] | None
    rank: float | None
    topsis: float | None
    rank_topsis: float | None
    first_share: float


@dataclass(frozen=True, slots=True)
class IndexWay:
    """Another way of ranking the periods: Kendall's tau with the one shown, who is first, who moves most and by how many places."""

    method: str
    tau: float | None
    first: str | None
    moves_most: str | None
    places: float


@dataclass(frozen=True, slots=True)
class Index:
    """The composite index: anchored scores under frozen weights.

    score, before : 0-100 of the window and of the baseline; intervals are the middle 95% under shaken weights, not sampling error
    known      : share of the weight for which there is a value
    same_order : share of draws of other weights in which the periods keep their order; None for fewer than two periods
    frozen     : whether the weights were fixed beforehand (or rest on judgement alone); weights_hash names them
    """

    name: Text
    score: float | None
    interval: tuple[float, float] | None
    before: float | None
    before_interval: tuple[float, float] | None
    known: float
    formula: Text
    parts: tuple[IndexPart, ...]
    periods: tuple[IndexPeriod, ...]
    same_order: float | None
    draws: int
    ways: tuple[IndexWay, ...]
    weights_hash: str
    frozen: bool
    grade: str
    notes: tuple[Text, ...]
    version: int


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
    agreement: Agreement | None = None
    index: Index | None = None
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
