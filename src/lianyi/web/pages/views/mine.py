"""What is a member's own: the overview, points and commission line by line, what is held for review."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.campaigns import services as campaigns
from lianyi.ops.campaigns.rules.risk import reasons
from lianyi.ops.campaigns.selectors import (
    find_promoter,
    find_review,
    list_reviews_of,
    list_running,
    list_usable,
    list_withdrawals_of,
    terms_of,
)
from lianyi.ops.ledger.accounts import MEMBER_KINDS
from lianyi.ops.ledger.selectors import balances_of, statement
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import list_orders
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.mechanics import facts_of
from lianyi.web.pages.numbers import fen
from lianyi.web.pages.session import actor_of, key_of, member_only, the_member
from lianyi.web.pages.showing import show
from lianyi.web.pages.views.campaigns import is_for
from lianyi.web.pages.wording import ACCOUNTS, movement
from lianyi.web.ui.templatetags.words import spoken

SHOWN = 200
"""Lines of a statement on one page: the newest; the export holds all."""
AGREEMENT = "2026-11"
"""The edition of the promoter's terms that is agreed to."""
ASKS = Limit("asking for money", times=10, window_seconds=600)
REVIEW = Text(zh="复核单", en="review")
STATES = {
    "requested": (Text(zh="处理中", en="being handled"), "warn"),
    "paid": (Text(zh="已打款", en="paid out"), "good"),
    "refused": (Text(zh="已退回", en="returned to you"), ""),
    "open": (Text(zh="复核中", en="being looked at"), "warn"),
    "released": (Text(zh="已放行", en="released"), "good"),
    "denied": (Text(zh="未通过", en="not granted"), "bad"),
}


@require_GET
@member_only
def mine(request: HttpRequest) -> HttpResponse:
    """The overview."""
    member = the_member(request)
    orders = list_orders(member)
    context = {
        "balances": balances_of(member),
        "waiting": sum(order.state == "pending" and order.expires_at > request.at for order in orders),
        "n_orders": len(orders),
        "n_coupons": len(list_usable(member, request.at)),
        "n_reviews": sum(review.state == "open" for review in list_reviews_of(member)),
    }
    return show(request, "mine", context, page="mine")


@require_GET
@member_only
def points(request: HttpRequest) -> HttpResponse:
    """Points: what there is, today's check-in, every movement."""
    member = the_member(request)
    return show(request, "points", {**account(member, "points"), **week(request, member)}, page="points", subject="points")


def week(request: HttpRequest, member: Member) -> dict[str, Any]:
    """The check-in that runs for this member, if one does."""
    for campaign in list_running(request.at, "check_in"):
        if is_for(campaign, member):
            return {"campaign": campaign, **facts_of(request, campaign, terms_of(campaign), member)}
    return {}


@require_GET
@member_only
def commission(request: HttpRequest) -> HttpResponse:
    """Commission: what is released, what still waits, the way to have it paid out."""
    member = the_member(request)
    context = {
        **account(member, "commission"),
        "promoter": find_promoter(member),
        "withdrawals": [(one, *STATES[one.state]) for one in list_withdrawals_of(member)],
    }
    return show(request, "commission", context, page="commission", subject="commission")


def account(member: Member, kind: str) -> dict[str, Any]:
    """A member's statement of points or of commission: every movement with the balance after it, the newest first."""
    lines = [line for name in (kind, f"{kind}_pending", f"{kind}_owed") for line in statement(member, kind=name)]
    lines.sort(key=lambda line: line.at, reverse=True)
    held = balances_of(member)
    return {
        "in_points": MEMBER_KINDS[kind],
        "title": ACCOUNTS[kind],
        "balance": held.get(kind, 0),
        "pending": held.get(f"{kind}_pending", 0),
        "owed": -held.get(f"{kind}_owed", 0),
        "lines": [(line, movement(line.kind, line.key), ACCOUNTS[line.account]) for line in lines[:SHOWN]],
        "is_cut": len(lines) > SHOWN,
    }


@require_POST
@member_only
@limited(ASKS)
def agree_to_promote(request: HttpRequest) -> HttpResponse:
    """Become a promoter, or stop being one: free of charge either way."""
    member, actor = the_member(request), actor_of(request)
    if request.POST.get("agreed") == "yes":
        campaigns.become_promoter(key=key_of(request, "promote"), actor=actor, at=request.at, member=member, agreement=AGREEMENT)
        messages.success(request, Text(zh="您已是推广员", en="You are a promoter now").say(spoken()))
    else:
        campaigns.stop_promoter(key=key_of(request, "stop"), actor=actor, at=request.at, member=member)
        messages.success(request, Text(zh="已停止推广，已得佣金仍归您", en="Stopped; what you earned stays yours").say(spoken()))
    return redirect("commission")


@require_POST
@member_only
@limited(ASKS)
def withdraw(request: HttpRequest) -> HttpResponse:
    """Ask for released commission to be paid out."""
    campaigns.request_withdrawal(
        key=key_of(request, "withdraw"),
        actor=actor_of(request),
        at=request.at,
        member=the_member(request),
        amount_fen=fen(request.POST.get("amount", "")),
    )
    messages.success(request, Text(zh="提现申请已提交", en="Your request was sent").say(spoken()))
    return redirect("commission")


@require_GET
@member_only
def reviews(request: HttpRequest) -> HttpResponse:
    """Rewards that a person still has to look at: why, and where to say that it is otherwise."""
    known = reasons()
    found = [
        (review, [known[code].says for code in review.reasons if code in known], *STATES.get(review.state, STATES["open"]))
        for review in list_reviews_of(the_member(request))
    ]
    return show(request, "reviews", {"reviews": found}, page="mine")


@require_POST
@member_only
@limited(ASKS)
def appeal(request: HttpRequest, public_id: str) -> HttpResponse:
    """Say why a doubt is mistaken. Somebody else's review is as if it were not there."""
    review = find_review(public_id)
    if review is None or review.member_id != the_member(request).pk:
        raise NotThere(what=REVIEW)
    campaigns.appeal(
        key=key_of(request, "appeal"), actor=actor_of(request), at=request.at, review=review, words=request.POST.get("words", "")[:500]
    )
    messages.success(request, Text(zh="申诉已提交，会由人复核", en="Sent; a person will look at it").say(spoken()))
    return redirect("reviews")
