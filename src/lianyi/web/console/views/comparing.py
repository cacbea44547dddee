"""Two evaluations side by side: scores, figures, and which findings came, stayed or went."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lianyi.flows.evaluate_period import stored_evaluation
from lianyi.insight.evaluate.result import Evaluation, Figure
from lianyi.insight.report.cells import Quantity
from lianyi.ops.review import selectors
from lianyi.web.console.cards import formatter, overlaps
from lianyi.web.console.gate import opened_to


@require_GET
@opened_to("insight.read")
def compare(request: HttpRequest) -> HttpResponse:
    """The evaluation `a` (earlier) and `b`; without them, a form to choose. Raises NotThere."""
    done = [review for review in selectors.list_reviews() if review.state == "done"]
    ids = [request.GET.get(name, "") for name in ("a", "b")]
    page: dict[str, Any] = {"reviews": done, "chosen": ids}
    if all(ids):
        reviews = [selectors.get_review(public_id) for public_id in ids]
        made = [stored_evaluation(settings.WORKSPACE, review.public_id) for review in reviews]
        page |= {
            "pair": list(zip(reviews, made, strict=True)),
            "methods": _methods(*made),
            "figures": _figures(*made),
            "findings": _findings(*made),
        }
    return render(request, "console/compare.html", page)


def _methods(one: Evaluation, other: Evaluation) -> list[dict[str, Any]]:
    later = {method.id: method for method in other.methods}
    rows = []
    for method in one.methods:
        match = later.get(method.id)
        if match is None or (method.score is None and match.score is None):
            continue
        change = None if method.score is None or match.score is None else match.score - method.score
        rows.append(
            {
                "name": method.name,
                "before": method,
                "after": match,
                "change": change,
                "certain": change and not overlaps(method.interval, match.interval),
            }
        )
    return rows


def _figures(one: Evaluation, other: Evaluation) -> list[dict[str, Any]]:
    later = {figure.metric: figure for figure in other.figures}
    rows = []
    for figure in one.figures:
        match = later.get(figure.metric)
        if match is None or figure.value is None or match.value is None:
            continue
        change = float(match.value) - float(figure.value)
        certain = bool(figure.interval and match.interval) and not overlaps(figure.interval, match.interval)
        tone = "" if not certain or figure.better == "band" else "good" if (change > 0) == (figure.better == "up") else "bad"
        rows.append({"figure": figure, "before": _said(figure), "after": _said(match), "change": _change(figure, match), "tone": tone})
    return rows


def _said(figure: Figure) -> str:
    return formatter().short(Quantity(figure.value, figure.unit))


def _change(figure: Figure, match: Figure) -> str:
    before, after = float(figure.value or 0), float(match.value or 0)
    if figure.unit != "ratio" and before:
        return formatter().short(Quantity((after - before) / abs(before), "share", delta=True))
    return formatter().short(Quantity(after - before, figure.unit, delta=True))


def _findings(one: Evaluation, other: Evaluation) -> dict[str, Any]:
    """Findings by what they are about: the same kind, metric and place is the same finding."""
    before = {(f.kind, f.metric, f.where): f for f in one.findings if f.severity != "good"}
    after = {(f.kind, f.metric, f.where): f for f in other.findings if f.severity != "good"}
    return {
        "new": [finding for key, finding in after.items() if key not in before],
        "stayed": [finding for key, finding in after.items() if key in before],
        "gone": [finding for key, finding in before.items() if key not in after],
    }
