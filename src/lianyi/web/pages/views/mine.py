"""What is a member's own: the overview, points and commission, line by line."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from lianyi.ops.ledger.accounts import MEMBER_KINDS
from lianyi.ops.ledger.selectors import balances_of, statement
from lianyi.ops.shop.selectors import list_orders
from lianyi.web.pages.session import member_only, the_member
from lianyi.web.pages.showing import show
from lianyi.web.pages.wording import ACCOUNTS, movement

SHOWN = 200
"""Lines of a statement on one page: the newest; the export holds all."""


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
    }
    return show(request, "mine", context, page="mine")


@require_GET
@member_only
def account(request: HttpRequest, kind: str) -> HttpResponse:
    """The statement of points, or of commission: every movement with the balance after it."""
    member = the_member(request)
    kinds = [name for name in (kind, f"{kind}_pending") if name in MEMBER_KINDS]
    lines = [line for name in kinds for line in statement(member, kind=name)]
    lines.sort(key=lambda line: line.at, reverse=True)
    held = balances_of(member)
    context = {
        "kind": kind,
        "in_points": MEMBER_KINDS[kind],
        "title": ACCOUNTS[kind],
        "balance": held.get(kind, 0),
        "pending": held.get(f"{kind}_pending", 0),
        "lines": [(line, movement(line.kind), ACCOUNTS[line.account]) for line in lines[:SHOWN]],
        "is_cut": len(lines) > SHOWN,
    }
    return show(request, "statement", context, page="statement", subject=kind)
