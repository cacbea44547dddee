"""From a number to the rows it counts: of a window, a period, one value of a dimension; page by page, or as a file."""

import datetime as dt
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from lianyi.insight.measure import MetricValue, dimension, metric
from lianyi.insight.measure.behind import Behind, rows_behind
from lianyi.insight.measure.catalogue import Metric, formula_inputs
from lianyi.insight.report.cells import Quantity
from lianyi.kernel.clock import date_of
from lianyi.kernel.pages import Page
from lianyi.kernel.text import Text
from lianyi.web.console.asking import Horizon, find_horizon, kept, values
from lianyi.web.console.cards import formatter, shown
from lianyi.web.console.explorers.drawing import event_text
from lianyi.web.console.gate import may, opened_to
from lianyi.web.console.row_words import DAYS, FLAGS, MOMENTS, MONEY, PEOPLE, word_of
from lianyi.web.console.value_words import value_names
from lianyi.web.console.windows import Span, chosen_span
from lianyi.web.ui.lists import Asked, Column, Listing, wants_file

MOST_ASKED = 20_000
YES = Text(zh="是", en="yes")


@require_GET
@opened_to("insight.read")
def rows(request: HttpRequest, metric_id: str) -> HttpResponse:
    """The rows that a metric counts, or the metrics that it is worked out from. Raises UnknownName, BadInput."""
    chosen = metric(metric_id)
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day, "90d")
    by = request.GET.get("by", "") or None
    value = request.GET.get("value") if by else None
    page = {
        "metric": chosen,
        "span": span,
        "by": dimension(by).name if by else None,
        "value": value_names(horizon, by, [value])[value] if by else None,
        "shown": _shown(horizon, chosen, span, by, value),
        "back": f"{reverse('console:metric', args=[metric_id])}?{span.query}" + (f"&by={by}" if by else ""),
        "snapshot": horizon.snapshot,
    }
    if chosen.formula is not None:
        parts = [metric(one) for one in formula_inputs(chosen.formula)]
        return render(request, "console/metric_parts.html", page | {"parts": parts, "query": request.GET.urlencode()})

    def behind(first: int, size: int) -> Behind:
        asked = {"by": by, "value": value, "first": first, "size": size}
        ask = partial(rows_behind, metric_id=metric_id, window=span.window, zone=settings.WORKSPACE.zone, **asked)
        return kept(horizon, f"behind {metric_id} {span.window} {by} {value} {first} {size}", ask)

    saving = wants_file(request)
    hides_people = not may(request, "member.export" if saving else "member.read")
    found = behind(0, MOST_ASKED if saving else 1)
    listing = _listing(found.columns, hides_people=hides_people)
    if saving:
        return listing.saved(found.rows, f"{metric_id}-{span.window.start.isoformat()}-{span.last.isoformat()}")

    def fetch(asked: Asked) -> Page[Any]:
        number = min(asked.number, max(1, -(-found.total // asked.size)))
        return Page(behind((number - 1) * asked.size, asked.size).rows, number, asked.size, found.total)

    unit = "money" if chosen.unit == "money" else "count"
    page |= {
        "table": listing.table(request, fetch, kept=_kept(request)),
        "total": found.total,
        "numerator": _number(found.numerator, unit),
        "denominator": _number(found.denominator, "count"),
        "sql": found.sql,
        "hides_people": hides_people and bool(PEOPLE & set(found.columns)),
    }
    return render(request, "console/metric_rows.html", page)


def rows_address(metric_id: str, span_query: str, by: str | None = None, value: str | None = None) -> str:
    """Where the rows behind a number are. value None with a dimension : what has none."""
    more = {} if by is None else {"by": by} if value is None else {"by": by, "value": value}
    return f"{reverse('console:metric_rows', args=[metric_id])}?{span_query}" + ("&" + urlencode(more) if more else "")


def _kept(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET[name] for name in ("span", "from", "to", "by", "value") if name in request.GET}


def _shown(horizon: Horizon, chosen: Metric, span: Span, by: str | None, value: str | None) -> str:
    found: list[MetricValue] = values(horizon, [chosen.id], span.window, by=by)
    one = next((each for each in found if by is None or (each.by or {}).get(by) == value), None)
    return shown(one, formatter()) if one is not None else "–"


def _number(value: float | None, unit: str) -> str:
    return "" if value is None else formatter().full(Quantity(value, unit))


def _listing(columns: tuple[str, ...], *, hides_people: bool) -> Listing:
    return Listing(
        name=Text(zh="行", en="rows"),
        icon="rows-3",
        empty=Text(zh="这段时间没有计入的行。", en="Nothing was counted in this time."),
        columns=[
            replace(_column(name, place), optional=place > 0) for place, name in enumerate(columns) if not (hides_people and name in PEOPLE)
        ],
    )


def _column(name: str, place: int) -> Column:
    def plain(row: Any) -> Any:
        return row[place]

    if name in DAYS:
        return Column(id=name, name=word_of(name), value=lambda row: None if row[place] is None else date_of(row[place]), unit="day")
    if name in MOMENTS:
        return Column(id=name, name=word_of(name), value=lambda row: _moment(row[place]), unit="moment")
    if name.endswith(MONEY):
        return Column(id=name, name=word_of(name), value=plain, unit="money")
    if name == "name":
        return Column(id=name, name=word_of(name), value=lambda row: event_text(row[place]))
    if name in FLAGS:
        return Column(id=name, name=word_of(name), value=lambda row: YES if row[place] else None)
    if name in PEOPLE or name.endswith("_id") or name in ("platform", "keyword", "question", "cost_kind", "vital"):
        return Column(id=name, name=word_of(name), value=plain)
    return Column(id=name, name=word_of(name), value=lambda row: _plain(row[place]), unit="number")


def _plain(value: Any) -> Any:
    return f"{value:g}" if isinstance(value, float) else value


def _moment(t: int | None) -> dt.datetime | None:
    return None if t is None else dt.datetime.fromtimestamp(t / 1_000_000, dt.UTC)
