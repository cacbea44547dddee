"""Any metric, by period and by dimension: its value, its definition, its query, its rows."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_GET

from lianyi.insight.measure import MetricValue, catalogue, dimension, explain, metric, to_csv
from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.charts import Slot, svg
from lianyi.insight.report.html.drawing import page_svg
from lianyi.insight.report.pictures import Bar, Line, Picture, Ranking, Trend
from lianyi.kernel.clock import GRAINS, date_of, periods
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.web.console.asking import find_horizon, values
from lianyi.web.console.cards import card, cards, change_of, formatter, shown
from lianyi.web.console.gate import opened_to
from lianyi.web.console.value_words import value_names
from lianyi.web.console.views.measure_rows import rows_address
from lianyi.web.console.windows import PRESETS, Span, chosen_grain, chosen_span, spark_grain
from lianyi.web.ui.templatetags.words import spoken

SECTIONS = {
    "money": Text(zh="转化与收益", en="Conversion and money"),
    "traffic": Text(zh="流量", en="Traffic"),
    "growth": Text(zh="增长与活跃", en="Growth and activity"),
    "fission": Text(zh="裂变", en="Fission"),
    "content": Text(zh="内容", en="Content"),
    "campaigns": Text(zh="活动", en="Campaigns"),
    "partners": Text(zh="合作", en="Partners"),
    "care": Text(zh="服务与体验", en="Care and experience"),
    "brand": Text(zh="品牌", en="Brand"),
}
MOST_BARS = 12


@require_GET
@opened_to("insight.read")
def section(request: HttpRequest) -> HttpResponse:
    """The metrics of one part of the catalogue."""
    chosen = request.GET.get("section", "money")
    if chosen not in SECTIONS:
        raise UnknownName(what="section", given=chosen, allowed=list(SECTIONS))
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day)
    ids = [one.id for one in catalogue().values() if one.section == chosen]
    found = cards(horizon, ids, span, grain=spark_grain(span.window))
    page = {
        "sections": SECTIONS,
        "chosen": chosen,
        "span": span,
        "presets": PRESETS,
        "cards": [one for one in found if one.status == "ok"],
        "silent": [one for one in found if one.status != "ok"],
        "horizon_on": date_of(horizon.last_day),
    }
    return render(request, "console/measure.html", page)


@require_GET
@opened_to("insight.read")
def one(request: HttpRequest, metric_id: str) -> HttpResponse:
    """One metric. Raises UnknownName."""
    chosen = metric(metric_id)
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day, "90d")
    grain = chosen_grain(request, span.window)
    by = request.GET.get("by", "") or None
    words = formatter()
    spans = [f"from={one.start.isoformat()}&to={one.end.isoformat()}" for one in periods(span.window, grain)]
    hrefs = [rows_address(metric_id, one) for one in spans]
    total, before = (values(horizon, [metric_id], window)[0] for window in (span.window, span.before))
    series = values(horizon, [metric_id], span.window, grain=grain)
    parts = values(horizon, [metric_id], span.window, by=by) if by else []
    names = value_names(horizon, by, [_member(value) for value in parts]) if by else {}
    change, tone = change_of(total, before, words)
    explained = explain(metric_id, by=by)
    page = {
        "metric": chosen,
        "card": card(total, before, [], horizon.last_day, grain),
        "change": change,
        "tone": tone,
        "span": span,
        "presets": PRESETS,
        "grains": [(name, GRAIN_NAMES[name]) for name in GRAINS if name != "total"],
        "grain": grain,
        "by": by,
        "dimensions": [dimension(id_) for id_ in chosen.dims],
        "chart": _drawn(_trend(series, before, grain, hrefs)) if total.status == "ok" else "",
        "parts_chart": _drawn(_ranking(parts, names, metric_id, span)) if any(value.status == "ok" for value in parts) else "",
        "rows": [_row(value, href) for value, href in zip(series, hrefs, strict=False)],
        "parts": [
            _row(value, rows_address(metric_id, span.query, by, _member(value)), names[_member(value)]) for value in _largest_first(parts)
        ],
        "rows_href": rows_address(metric_id, span.query) if total.status == "ok" else "",
        "explained": explained,
        "sql": total.sql or explained.sql,
        "section": SECTIONS[chosen.section],
        "csv": f"{reverse('console:metric_csv', args=[metric_id])}?{span.query}&grain={grain}" + (f"&by={by}" if by else ""),
        "back": f"{reverse('console:measure')}?section={chosen.section}&{span.query}",
        "horizon_on": date_of(horizon.last_day),
        "snapshot": horizon.snapshot,
    }
    return render(request, "console/metric.html", page)


GRAIN_NAMES = {
    "day": Text(zh="按日", en="Daily"),
    "week": Text(zh="按周", en="Weekly"),
    "month": Text(zh="按月", en="Monthly"),
    "quarter": Text(zh="按季", en="Quarterly"),
}


@require_GET
@opened_to("insight.read")
def csv(request: HttpRequest, metric_id: str) -> HttpResponse:
    """The same values as a file."""
    metric(metric_id)
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day, "90d")
    found = values(horizon, [metric_id], span.window, grain=chosen_grain(request, span.window), by=request.GET.get("by", "") or None)
    response = HttpResponse("\ufeff" + to_csv(found, language=spoken()), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{metric_id}-{span.window.start.isoformat()}-{span.last.isoformat()}.csv"'
    return response


def _member(value: MetricValue) -> str | None:
    """The value of the dimension that a value is split by."""
    return next(iter(value.by.values())) if value.by else None


def _row(value: MetricValue, href: str, name: str = "") -> dict[str, object]:
    """One value as a line of a table."""
    writes = formatter()
    interval = ""
    if value.interval is not None and value.status == "ok":
        interval = f"{writes.full(Quantity(value.interval[0], value.unit))} – {writes.full(Quantity(value.interval[1], value.unit))}"
    return {
        "at": value.at,
        "name": name,
        "shown": writes.full(Quantity(value.value, value.unit)) if value.status == "ok" else shown(value, writes),
        "status": value.status,
        "interval": interval,
        "n": value.n,
        "href": href if value.status == "ok" else "",
    }


def _trend(series: list[MetricValue], before: MetricValue, grain: str, hrefs: list[str]) -> Trend:
    periods = tuple(value.at.isoformat() for value in series if value.at is not None)
    line = Line(
        metric(before.metric).name.say(spoken()), tuple(_number(value) for value in series), tuple(True for _ in series), hrefs=tuple(hrefs)
    )
    return Trend(periods=periods, grain=grain, unit=before.unit, lines=(line,))


def _ranking(parts: list[MetricValue], names: dict[str | None, str], metric_id: str, span: Span) -> Ranking:
    largest = [value for value in _largest_first(parts) if value.value is not None][:MOST_BARS]
    return Ranking(
        unit=largest[0].unit,
        bars=tuple(
            Bar(
                name=names[_member(value)],
                value=float(value.value or 0),
                low=value.interval[0] if value.interval else None,
                high=value.interval[1] if value.interval else None,
                href=rows_address(metric_id, span.query, *next(iter((value.by or {}).items()))),
            )
            for value in largest
        ),
    )


def _largest_first(parts: list[MetricValue]) -> list[MetricValue]:
    return sorted(parts, key=lambda value: -(value.value if value.value is not None else float("-inf")))


def _number(value: MetricValue) -> float | None:
    return None if value.value is None else float(value.value)


def _drawn(picture: Picture) -> str:
    """The picture for a wide and for a narrow page; the style sheet shows the one that fits."""
    words = formatter()
    drawn = "".join(page_svg(svg(picture, Slot(width, words)), name) for width, name in ((860, "wide"), (350, "narrow")))
    return mark_safe(drawn)  # noqa: S308 - drawn by us, texts escaped by the drawer
