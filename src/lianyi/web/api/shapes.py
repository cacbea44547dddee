"""What the API answers: shapes that are kept; a field may be added, none is renamed or taken away within /v1."""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from ninja import Field, Query, Schema

from lianyi.kernel.text import Text

MOST_ROWS = 200
Row = TypeVar("Row")
Limit = Annotated[int, Query(ge=1, le=MOST_ROWS, description="rows to answer, at most 200")]
Offset = Annotated[int, Query(ge=0, description="rows to leave out at the beginning")]


class Words(Schema):
    """A text in both languages."""

    zh: str
    en: str


class Fault(Schema):
    """What went wrong. `code` is stable and listed in docs/reference/errors.md; `message` is in the language asked for."""

    code: str
    message: str
    request_id: str


class Rows(Schema, Generic[Row]):
    """A page of a list."""

    items: list[Row]
    total: int
    limit: int
    offset: int


class Me(Schema):
    """Who asks, and what they may do."""

    id: str
    roles: list[str]
    permissions: list[str]
    brand: str
    time_zone: str
    currency: str


class MetricOut(Schema):
    """A metric of the catalogue. unit: count | money (minor units) | ratio | seconds | ..."""

    id: str
    version: int
    section: str
    name: Words
    says: Words
    unit: str
    better: str
    dimensions: list[str]


class ValueOut(Schema):
    """A value. status: ok | undefined | no_data; value is null unless ok. at: first day of the period, null for the whole window."""

    metric: str
    status: str
    value: float | None
    unit: str
    interval: list[float] | None
    n: int | None
    by: dict[str, str | None] | None
    at: dt.date | None
    missing: list[Words]


class MeasureOut(Schema):
    """Values over a window; `to` is excluded. snapshot: of the history: the same snapshot gives the same values."""

    snapshot: int
    window_from: dt.date = Field(alias="from")
    window_to: dt.date = Field(alias="to")
    grain: str
    values: list[ValueOut]


class AnalysisOut(Schema):
    """An analysis and the parameters it takes."""

    id: str
    name: Words
    answers: Words
    grade: str
    parameters: dict[str, list[str]]


class TableOut(Schema):
    """Rows of an analysis; money in minor units, texts in the language asked for."""

    id: str
    title: str
    columns: list[dict[str, str]]
    rows: list[list[Any]]


class AnswerOut(Schema):
    """The answer of an analysis."""

    snapshot: int
    window_from: dt.date = Field(alias="from")
    window_to: dt.date = Field(alias="to")
    explain: str
    figures: list[dict[str, Any]]
    tables: list[TableOut]


class EvaluationOut(Schema):
    """An evaluation that was asked for. state: waiting | running | done | failed. `last` is included."""

    id: str
    state: str
    progress: int
    window_from: dt.date = Field(alias="from")
    last: dt.date
    baseline: str
    template: str
    snapshot: str
    summary: dict[str, Any]
    fault: dict[str, str]
    asked_by: str
    asked_at: dt.datetime
    ended_at: dt.datetime | None


class EvaluationIn(Schema):
    """An evaluation to ask for."""

    window_from: dt.date = Field(alias="from")
    last: dt.date
    baseline: str = "previous"
    template: str = "full"


class FindingOut(Schema):
    """A finding. money_at_stake in minor units."""

    id: str
    kind: str
    severity: str
    title: Words
    statement: Words
    metric: str | None
    money_at_stake: int | None
    grade: str
    n: int | None
    interval: list[float] | None


class SuggestionOut(Schema):
    """A suggestion, and what was decided about it: accepted | declined | null."""

    id: str
    findings: list[str]
    action: Words
    why: Words
    owner: Words
    effort: str
    measure: str
    due_days: int
    money_at_stake: int | None
    decision: str | None


class TaskOut(Schema):
    """A task that came of a suggestion; outcome: what followed, {} before it is measured."""

    id: str
    state: str
    action: Words
    owner: str
    due_on: dt.date
    metric: str
    evaluation: str
    made_at: dt.datetime
    closed_at: dt.datetime | None
    outcome: dict[str, Any]


class CampaignOut(Schema):
    """A campaign. spent_fen: what it cost so far, minor units."""

    id: str
    title: str
    mechanic: str
    state: str
    starts_at: dt.datetime
    ends_at: dt.datetime
    members: int
    spent_fen: int


class OrderOut(Schema):
    """An order. Amounts in minor units; goods - discount + shipping = payable. member: a pseudonym."""

    id: str
    state: str
    member: str
    campaign: str
    channel: str
    platform: str
    goods_fen: int
    discount_fen: int
    shipping_fen: int
    payable_fen: int
    refunded_fen: int
    placed_at: dt.datetime
    paid_at: dt.datetime | None


class ImportOut(Schema):
    """An import that is in the history."""

    record: str
    kind: str
    snapshot: int
    received_at: dt.datetime
    files: list[dict[str, Any]]


def words(text: Text) -> Words:
    """A Text for an answer."""
    return Words(zh=text.zh, en=text.en)


def rows(found: Sequence[Any], limit: int, offset: int, total: int | None = None) -> dict[str, Any]:
    """A page of a list that is at hand whole, or with `total` of a page of one."""
    items = list(found[offset : offset + limit]) if total is None else list(found)
    return {"items": items, "total": len(found) if total is None else total, "limit": limit, "offset": offset}
