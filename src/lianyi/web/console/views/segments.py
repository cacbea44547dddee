"""Segments: a readable rule, counted while it is written, and the members of whom it holds."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianyi.kernel.errors import BadInput
from lianyi.kernel.money import minor_digits
from lianyi.ops.members import lists
from lianyi.ops.members.rules import PURPOSES
from lianyi.ops.plan.rules.segments import CONDITIONS, read_conditions, worded
from lianyi.ops.plan.segments import drop_segment, make_segment, members_in
from lianyi.ops.plan.selectors import Segment, get_segment, list_segments
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.console.views.members import LIST, rows_of, saved_list
from lianyi.web.ui.lists import Asked, wants_file
from lianyi.web.ui.templatetags.words import spoken

MOST_ROWS = 6


@require_GET
@opened_to("member.read")
def segments(request: HttpRequest) -> HttpResponse:
    """Every segment with its rule in words and its members counted now."""
    found = [(one, _worded(one), members_in(one.conditions, request.at).count()) for one in list_segments()]
    page = {"segments": found, "here": "segments", "may_write": may(request, "member.write")}
    return render(request, "console/members/segments.html", page)


@require_http_methods(["GET", "POST"])
@opened_to("member.write")
def new(request: HttpRequest) -> HttpResponse:
    """Write a rule; the count follows while it is written."""
    given = request.POST if request.method == "POST" else request.GET
    fault = ""
    if request.method == "POST":
        try:
            made = make_segment(
                key=form_key(request), actor=request.actor, at=request.at, title=given.get("title", ""), conditions=_given(given)
            )
        except BadInput as wrong:
            fault = wrong.say(spoken())
        else:
            return redirect("console:segment", made.public_id)
    rows = [(given.get(f"condition-{n}", ""), given.get(f"value-{n}", "")) for n in range(MOST_ROWS)]
    page = {
        "conditions": CONDITIONS.values(),
        "rows": rows,
        "title": given.get("title", ""),
        "fault": fault,
        "purposes": PURPOSES,
        "tiers": [name for name, _ in lists.count_by_tier()],
        "tags": [name for name, _ in lists.count_by_tag()],
        "channels": lists.list_channels(),
        **_counted(request, given),
    }
    return render(request, "console/members/segment_new.html", page)


@require_GET
@opened_to("member.read")
def count(request: HttpRequest) -> HttpResponse:
    """How many members a rule holds of, for the page on which it is being written."""
    return render(request, "console/members/segment_count.html", _counted(request, request.GET))


@require_GET
@opened_to("member.read")
def segment(request: HttpRequest, public_id: str) -> HttpResponse:
    """One segment: its rule, its members. Raises SegmentUnknown."""
    one = get_segment(public_id)

    def fetch(asked: Asked) -> Any:
        among = members_in(one.conditions, request.at)
        return rows_of(lists.page_members(**asked.given, sort=asked.sort, number=asked.number, size=asked.size, among=among))

    if wants_file(request):
        return saved_list(request, fetch, f"segment-{public_id}")
    page = {
        "segment": one,
        "says": _worded(one),
        "table": LIST.table(request, fetch, saves=may(request, "member.export")),
        "may_write": may(request, "member.write"),
    }
    return render(request, "console/members/segment.html", page)


@require_POST
@opened_to("member.write")
def drop(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a segment off the list. Raises SegmentUnknown."""
    drop_segment(key=form_key(request), actor=request.actor, at=request.at, segment=get_segment(public_id))
    return redirect("console:segments")


def _worded(one: Segment) -> list[str]:
    return [text.say(spoken()) for text in worded(one.conditions, settings.WORKSPACE.currency, PURPOSES)]


def _given(form: Any) -> list[dict[str, Any]]:
    """The conditions of a form; money is written in major units there, rows without a condition are left out."""
    found = []
    for n in range(MOST_ROWS):
        id_, value = form.get(f"condition-{n}", ""), form.get(f"value-{n}", "").strip()
        if not id_:
            continue
        if id_ in CONDITIONS and CONDITIONS[id_].kind == "money" and value.isascii() and value.isdigit():
            value = str(int(value) * 10 ** minor_digits(settings.WORKSPACE.currency))
        found.append({"id": id_, "value": value})
    return found


def _counted(request: HttpRequest, form: Any) -> dict[str, Any]:
    """The rule in words and its members counted; or what is still missing of it."""
    given = _given(form)
    if not given:
        return {"counted": None, "says": [], "unfinished": ""}
    try:
        read = read_conditions(given, PURPOSES)
    except BadInput as wrong:
        return {"counted": None, "says": [], "unfinished": wrong.say(spoken())}
    says = [text.say(spoken()) for text in worded(read, settings.WORKSPACE.currency, PURPOSES)]
    return {"counted": members_in(read, request.at).count(), "says": says, "unfinished": ""}
