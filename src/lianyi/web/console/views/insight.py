"""Analyses: choose one, set its parameters, read the answer, its table and its method; take the rows along."""

import csv as csv_files
import io
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET

from lianyi.insight.analyse.cards import card
from lianyi.insight.analyse.fission.family import family as family_of
from lianyi.kernel.clock import date_of
from lianyi.kernel.money import major, minor_digits
from lianyi.kernel.text import Text
from lianyi.stream.intake.rejects import harmless
from lianyi.web.console.asking import Horizon, find_horizon, kept
from lianyi.web.console.explorers import EXPLORERS, explorer
from lianyi.web.console.explorers.fission import family_picture
from lianyi.web.console.explorers.shown import Explorer, Shown
from lianyi.web.console.gate import may, opened_to
from lianyi.web.console.windows import PRESETS, Span, chosen_span
from lianyi.web.ui.templatetags.words import spoken

DEFAULT_SPAN = "90d"


@require_GET
@opened_to("insight.read")
def analyses(request: HttpRequest) -> HttpResponse:
    """Every analysis with the question it answers."""
    return render(
        request,
        "console/insight.html",
        {
            "entries": [(one, card(one.id)) for one in EXPLORERS.values()],
            "may_read_texts": may(request, "member.read"),
        },
    )


@require_GET
@opened_to("insight.read")
def explore(request: HttpRequest, name: str) -> HttpResponse:
    """One analysis. Raises UnknownName, BadInput."""
    one = explorer(name)
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day, DEFAULT_SPAN)
    chosen = one.read(request.GET)
    query = urlencode(chosen)
    page = {
        "explorer": one,
        "card": card(name),
        "method": card(name).pairs(spoken()),
        "fields": [(parameter, chosen[parameter.id], chosen[parameter.id].split(",")) for parameter in one.parameters],
        "presets_of": [(title, urlencode({**chosen, **preset})) for title, preset in one.presets],
        "span": span,
        "presets": PRESETS,
        "keep": f"{query}&" if query else "",
        "shown": answer(horizon, one, span, chosen),
        "csv": f"{reverse('console:analysis_csv', args=[name])}?{span.query}&{query}",
        "horizon_on": date_of(horizon.last_day),
        "snapshot": horizon.snapshot,
    }
    return render(request, "console/explore.html", page)


@require_GET
@opened_to("insight.read")
def csv(request: HttpRequest, name: str) -> HttpResponse:
    """One table of an analysis as a file that no spreadsheet takes for formulas. Raises UnknownName, BadInput."""
    one = explorer(name)
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    span = chosen_span(request, horizon.last_day, DEFAULT_SPAN)
    shown = answer(horizon, one, span, one.read(request.GET))
    table = shown.table(request.GET.get("table", "") or shown.drawings[0].table.id)
    text = io.StringIO()
    writer = csv_files.writer(text, lineterminator="\r\n")
    writer.writerow([harmless(column.heading.say(spoken())) for column in table.columns])
    for row in table.cells:
        writer.writerow([_plain(column.unit, value) for column, value in row])
    response = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    file = f"{name}-{table.id}-{span.first.isoformat()}-{span.last.isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{file}"'
    return response


@require_GET
@opened_to("member.read")
def family(request: HttpRequest) -> HttpResponse:
    """The tree of a family of invitations, from any member downwards. Raises NotThere."""
    horizon = find_horizon()
    if horizon is None:
        return redirect("console:home")
    root = request.GET.get("root", "").strip()[:64]
    found = kept(horizon, f"family {root}", partial(family_of, root=root or None))
    page = {"family": found, "picture": family_picture(found) if found else "", "snapshot": horizon.snapshot}
    return render(request, "console/family.html", page)


def answer(horizon: Horizon, one: Explorer, span: Span, chosen: dict[str, str]) -> Shown:
    """What an explorer shows, drawn; kept for the snapshot, so that the same question is worked out once."""
    ask = partial(one.show, workspace=settings.WORKSPACE, window=span.window, chosen=chosen)
    return kept(horizon, f"explore {one.id} {span.window} {sorted(chosen.items())} {spoken()}", ask)


def _plain(unit: str, value: object) -> object:
    if isinstance(value, Text):
        return harmless(value.say(spoken()))
    if isinstance(value, str):
        return harmless(value)
    if unit == "money" and isinstance(value, int | float):
        digits = minor_digits(settings.WORKSPACE.currency)
        return f"{major(round(value), settings.WORKSPACE.currency):.{digits}f}"
    return value
