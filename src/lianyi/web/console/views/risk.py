"""Doubts about rewards, for a person to decide: reasons, whom they may wrong, what the member says, what is at stake."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.campaigns import services
from lianyi.ops.campaigns.rules.risk import reasons
from lianyi.ops.campaigns.selectors import queues
from lianyi.web.console import ledger_words as words
from lianyi.web.console.bulk import Act, Bulk, One
from lianyi.web.console.bulk_forms import NoteForm
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.ui.lists import Asked, Column, Filter, Listing, wants_file
from lianyi.web.ui.templatetags.words import spoken


def _first_reason(row: Any) -> Text:
    known = reasons()
    return next((known[code].says for code in row.reasons if code in known), Text(zh="–", en="–"))


LIST = Listing(
    name=Text(zh="复核单", en="reviews"),
    sort="-opened",
    icon="shield-alert",
    mark=lambda row: row.public_id,
    empty=Text(zh="奖励有疑点时会停在这里，由人决定，不由程序拒绝。", en="A doubtful reward waits here for a person; no program refuses it."),
    columns=(
        Column(
            id="member", name=Text(zh="会员", en="Member"), value=lambda row: row.member.public_id,
            link=lambda row: reverse("console:risk_review", args=[row.public_id]), under=_first_reason,
        ),
        Column(id="state", name=Text(zh="状态", en="State"), value=lambda row: row.state, says=words.REVIEWS.__getitem__, tone=words.REVIEW_TONES.__getitem__),
        Column(id="score", name=Text(zh="疑点分", en="Doubt"), value=lambda row: row.score, unit="count", sort=True),
        Column(id="subject", name=Text(zh="事项", en="About"), value=lambda row: words.SUBJECTS[row.subject], under=lambda row: row.campaign.title),
        Column(id="opened", name=Text(zh="发现", en="Opened"), value=lambda row: row.opened_at, unit="moment", sort=True),
        Column(id="appealed", name=Text(zh="申诉", en="Appealed"), value=lambda row: row.appealed_at, unit="moment"),
        Column(id="decided", name=Text(zh="结论", en="Decided"), value=lambda row: row.decided_at, unit="moment", under=lambda row: row.decided_by),
    ),
    filters=(
        Filter(id="words", name=Text(zh="会员号", en="Member's id")),
        Filter(id="state", name=Text(zh="状态", en="State"), kind="choice", choices=words.REVIEWS),
    ),
)  # fmt: skip
DONE = {
    "release": Text(zh="已放行，奖励已发出", en="Released; the reward is given"),
    "deny": Text(zh="已拒绝，会员会看到理由", en="Denied; the member reads the reason"),
}


def _page(asked: Asked) -> Any:
    return queues.page_reviews(**asked.given, sort=asked.sort, number=asked.number, size=asked.size, chosen=asked.chosen)


def _decides(*, release: bool) -> Callable[[One], object]:
    return lambda one: services.decide(**one.around, review=one.row, release=release, note=one.given["note"])


BULK = Bulk(
    listing=LIST,
    fetch=_page,
    list_route="risk",
    act_route="risk_bulk",
    acts=(
        Act(
            id="release",
            name=Text(zh="放行", en="Release"),
            permission="risk.review",
            says=Text(zh="放行 %(n)s 张，发出奖励", en="Release %(n)s, and give the rewards"),
            done=Text(zh="已放行 %(n)s 张，奖励已发出", en="%(n)s are released; the rewards are given"),
            does=_decides(release=True),
            form=NoteForm,
        ),
        Act(
            id="deny",
            name=Text(zh="拒绝", en="Deny"),
            permission="risk.review",
            says=Text(zh="拒绝 %(n)s 张", en="Deny %(n)s"),
            done=Text(zh="已拒绝 %(n)s 张，会员会看到理由", en="%(n)s are denied; the members read the reason"),
            does=_decides(release=False),
            form=NoteForm,
            tone="danger",
        ),
    ),
)


@require_GET
@opened_to("risk.review")
def queue(request: HttpRequest) -> HttpResponse:
    """Every doubt, the newest first."""
    if wants_file(request):
        return LIST.file(request, _page, "reviews")
    table = LIST.table(request, _page, offer=BULK.offer(request))
    return render(request, "console/risk/queue.html", {"table": table, "open": queues.count_reviews_open()})


@require_POST
@opened_to("risk.review")
def bulk(request: HttpRequest) -> HttpResponse:
    """Many doubts let go or refused, with one reason. Raises NotAllowed, TooManyRows."""
    return BULK.answer(request)


@require_GET
@opened_to("risk.review")
def review(request: HttpRequest, public_id: str) -> HttpResponse:
    """One doubt. Raises ReviewUnknown."""
    one = queues.get_review(public_id)
    known = reasons()
    page = {
        "review": one,
        "state": words.REVIEWS[one.state],
        "tone": words.REVIEW_TONES[one.state],
        "subject": words.SUBJECTS[one.subject],
        "band": words.BANDS[one.band],
        "reasons": [known[code] for code in one.reasons if code in known],
        "stake": queues.stake_of(one),
        "may_see": may(request, "member.read"),
    }
    return render(request, "console/risk/review.html", page)


@require_POST
@opened_to("risk.review")
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let what is held go, or refuse it, with a reason that the member reads. Raises ReviewUnknown, ReviewDecided, NoteMissing, UnknownName."""
    decision = request.POST.get("decision", "")
    if decision not in DONE:
        raise UnknownName(what="decision", given=decision, allowed=list(DONE))
    services.decide(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        review=queues.get_review(public_id),
        release=decision == "release",
        note=request.POST.get("note", ""),
    )
    messages.success(request, DONE[decision].say(spoken()))
    return redirect("console:risk")
