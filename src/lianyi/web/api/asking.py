"""Metrics and analyses over HTTP."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Query, Router

from lianyi.insight.analyse.cards import card
from lianyi.insight.measure import Metric, MetricValue, catalogue, metric
from lianyi.kernel.clock import GRAINS, Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.opening import NoFacts
from lianyi.web.api.shapes import AnalysisOut, AnswerOut, Limit, MeasureOut, MetricOut, Offset, Rows, rows, words
from lianyi.web.console.asking import Horizon, find_horizon, values
from lianyi.web.console.explorers import EXPLORERS, explorer
from lianyi.web.console.views.insight import answer
from lianyi.web.console.windows import Span
from lianyi.web.ui.templatetags.words import spoken

router = Router(tags=["Measure and analyse"])
MOST_METRICS = 20


@router.get("/metrics", response=Rows[MetricOut], summary="The catalogue of metrics")
def list_metrics(request: HttpRequest, section: str = "", limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Every metric with its definition's words, unit and dimensions; of one section where given."""
    request.actor.require("insight.read")
    return rows([_metric(one) for one in catalogue().values() if section in {"", one.section}], limit, offset)


@router.get("/metrics/{metric_id}", response=MetricOut, summary="One metric")
def get_metric(request: HttpRequest, metric_id: str) -> dict[str, Any]:
    """One metric of the catalogue."""
    request.actor.require("insight.read")
    return _metric(metric(metric_id))


@router.get("/measure", response=MeasureOut, by_alias=True, summary="Values of metrics")
def measure(
    request: HttpRequest,
    metrics: str = Query(..., description="ids, separated by commas, at most 20"),
    start: str = Query(..., alias="from", description="first day, YYYY-MM-DD"),
    end: str = Query(..., alias="to", description="day after the last, YYYY-MM-DD"),
    grain: str = Query("total", description="total | day | week | month | quarter"),
    by: str = Query("", description="a dimension of every metric asked for"),
) -> dict[str, Any]:
    """Values over a window, by period and by dimension, with 95% intervals; money in minor units, ratios unrounded."""
    request.actor.require("insight.read")
    ids = [part.strip() for part in metrics.split(",") if part.strip()]
    if not 1 <= len(ids) <= MOST_METRICS:
        raise BadInput(reason=Text(zh="一次查询 1 到 %(most)s 个指标。", en="Ask for 1 to %(most)s metrics at once."), most=MOST_METRICS)
    if grain not in GRAINS:
        raise UnknownName(what="grain", given=grain, allowed=list(GRAINS))
    window, horizon = Window.parse(start, end), _horizon()
    found = values(horizon, ids, window, grain=grain, by=by or None)
    return {"snapshot": horizon.snapshot, **_days(window), "grain": grain, "values": [_value(one) for one in found]}


@router.get("/analyses", response=Rows[AnalysisOut], summary="The analyses and their parameters")
def list_analyses(request: HttpRequest, limit: Limit = 50, offset: Offset = 0) -> dict[str, Any]:
    """Every analysis that can be asked for, with the values its parameters take."""
    request.actor.require("insight.read")
    found = [
        {
            "id": one.id,
            "name": words(card(one.id).name),
            "answers": words(card(one.id).answers),
            "grade": card(one.id).grade,
            "parameters": {p.id: list(p.options) or [f"{p.low:g}", f"{p.high:g}"] for p in one.parameters},
        }
        for one in EXPLORERS.values()
    ]
    return rows(found, limit, offset)


@router.get("/analyses/{name}", response=AnswerOut, by_alias=True, summary="The answer of an analysis")
def get_analysis(
    request: HttpRequest,
    name: str,
    start: str = Query(..., alias="from", description="first day, YYYY-MM-DD"),
    end: str = Query(..., alias="to", description="day after the last, YYYY-MM-DD"),
) -> dict[str, Any]:
    """The answer over a window; the analysis's own parameters are taken from the query, as the console's address has them."""
    request.actor.require("insight.read")
    one, window, horizon = explorer(name), Window.parse(start, end), _horizon()
    shown = answer(horizon, one, Span(window, ""), one.read(request.GET))
    return {
        "snapshot": horizon.snapshot,
        **_days(window),
        "explain": shown.explain,
        "figures": [{name: getattr(figure, name) for name in figure.__slots__} for figure in shown.figures],
        "tables": [
            {
                "id": drawing.table.id,
                "title": drawing.table.title.say(spoken()),
                "columns": [{"heading": column.heading.say(spoken()), "unit": column.unit} for column in drawing.table.columns],
                "rows": [[cell.say(spoken()) if isinstance(cell, Text) else cell for cell in row] for row in drawing.table.rows],
            }
            for drawing in shown.drawings
        ],
    }


def _horizon() -> Horizon:
    horizon = find_horizon()
    if horizon is None:
        raise NoFacts(path=settings.WORKSPACE.path.name)
    return horizon


def _days(window: Window) -> dict[str, dt.date]:
    return {"from": window.start, "to": window.end}


def _metric(one: Metric) -> dict[str, Any]:
    return {
        "id": one.id,
        "version": one.version,
        "section": one.section,
        "name": words(one.name),
        "says": words(one.says),
        "unit": one.unit,
        "better": one.better,
        "dimensions": list(one.dims),
    }


def _value(one: MetricValue) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "status": one.status,
        "value": None if one.value is None else float(one.value),
        "unit": one.unit,
        "interval": None if one.interval is None else list(one.interval),
        "n": one.n,
        "by": one.by,
        "at": one.at,
        "missing": [words(text) for text in one.missing],
    }
