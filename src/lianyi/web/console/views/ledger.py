"""The ledger: what accounts hold, every entry, a member's statement, what is to be paid out, the day check and the chain."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.day_check import find_latest_check
from lianyi.flows.jobs import day_check
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.selectors import queues
from lianyi.ops.campaigns.services import decide_withdrawal
from lianyi.ops.journal.chain import chain_of
from lianyi.ops.ledger import lists
from lianyi.ops.ledger.accounts import POINTS
from lianyi.ops.ledger.selectors import balances_of, points_liability
from lianyi.ops.members.selectors import get_member
from lianyi.stream.log.table import EventLog
from lianyi.web.console import ledger_words as words
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.ui.lists import Asked, Column, Filter, Listing, wants_file
from lianyi.web.ui.templatetags.words import spoken


def _in_money(row: Any) -> int | None:
    return row.amount if row.currency != POINTS else None


def _in_points(row: Any) -> int | None:
    return row.amount if row.currency == POINTS else None


def _member(row: Any) -> str:
    member = row.account.member
    return reverse("console:statement", args=[member.public_id]) if member and not member.erased_at else ""


KIND = Filter(
    id="kind", name=Text(zh="交易", en="Transaction"), kind="choice",
    choices=lambda: {kind: words.kind_words(kind) for kind in lists.list_transaction_kinds()},
)  # fmt: skip
ENTRIES = Listing(
    name=Text(zh="分录", en="entries"),
    icon="scale",
    empty=Text(zh="有了积分、佣金或提现，这里就有分录。", en="Points, commission and withdrawals make entries."),
    columns=(
        Column(id="at", name=Text(zh="时间", en="When"), value=lambda row: row.transaction.at, unit="moment"),
        Column(id="kind", name=Text(zh="交易", en="Transaction"), value=lambda row: row.transaction.kind, says=words.kind_words),
        Column(
            id="account", name=Text(zh="账户", en="Account"), value=lambda row: words.ACCOUNTS[row.account.kind],
            under=lambda row: row.account.member.public_id if row.account.member else Text(zh="商家", en="the house"), link=_member,
        ),
        Column(id="points", name=Text(zh="积分", en="Points"), value=_in_points, unit="count"),
        Column(id="money", name=Text(zh="金额", en="Money"), value=_in_money, unit="money"),
        Column(id="key", name=Text(zh="凭证号", en="Voucher"), value=lambda row: row.transaction_id, unit="code"),
    ),
    filters=(
        KIND,
        Filter(id="words", name=Text(zh="凭证号开头", en="Voucher begins with")),
        Filter(id="since", name=Text(zh="从", en="From"), kind="day"),
        Filter(id="until", name=Text(zh="到", en="To"), kind="day"),
    ),
)  # fmt: skip
WITHDRAWALS = Listing(
    name=Text(zh="提现", en="withdrawals"),
    sort="-requested",
    icon="wallet",
    empty=Text(zh="推广员申请提现后在这里处理。", en="What promoters ask to be paid out is decided here."),
    columns=(
        Column(
            id="member", name=Text(zh="会员", en="Member"), value=lambda row: row.member.public_id,
            link=lambda row: reverse("console:withdrawal", args=[row.public_id]),
        ),
        Column(id="state", name=Text(zh="状态", en="State"), value=lambda row: row.state, says=words.WITHDRAWALS.__getitem__, tone=words.WITHDRAWAL_TONES.__getitem__),
        Column(id="amount", name=Text(zh="申请金额", en="Asked"), value=lambda row: row.amount_fen, unit="money", sort=True),
        Column(id="tax", name=Text(zh="代扣税", en="Tax kept back"), value=lambda row: row.tax_fen, unit="money"),
        Column(id="net", name=Text(zh="实付", en="To pay"), value=lambda row: row.net_fen, unit="money"),
        Column(id="requested", name=Text(zh="申请", en="Asked on"), value=lambda row: row.requested_at, unit="moment", sort=True),
        Column(id="decided", name=Text(zh="处理", en="Decided"), value=lambda row: row.decided_at, unit="moment", under=lambda row: row.decided_by),
    ),
    filters=(
        Filter(id="words", name=Text(zh="会员号", en="Member's id")),
        Filter(id="state", name=Text(zh="状态", en="State"), kind="choice", choices=words.WITHDRAWALS),
    ),
)  # fmt: skip
DONE = {
    "asked": Text(zh="正在核对，稍后刷新", en="The books are being checked; reload in a moment"),
    "paid": Text(zh="已记为付出", en="Noted as paid out"),
    "refused": Text(zh="已拒绝，金额退回可提佣金", en="Refused; the amount is the member's again"),
}


@require_GET
@opened_to("ledger.read")
def overview(request: HttpRequest) -> HttpResponse:
    """What accounts hold, what is owed in points, whether the books are in order."""
    members, house = lists.sums_by_kind()
    liability = points_liability(at=request.at)
    check = find_latest_check(settings.WORKSPACE)
    page = {
        "here": "ledger",
        "waiting": queues.count_withdrawals_waiting(),
        "members": [(words.ACCOUNTS[one.kind], one) for one in members],
        "house": [(words.ACCOUNTS[one.kind], one) for one in house],
        "liability": liability,
        "expiring": sorted(liability.expiring.items())[:6],
        "chain": chain_of(EventLog(settings.WORKSPACE)),
        "check": check,
        "checked_at": dt.datetime.fromisoformat(check["at"]) if check else None,
        "rows": [(row, *words.STATUS[row["status"]]) for row in check["rows"]] if check else [],
        "broken": sum(row["status"] == "broken" for row in check["rows"]) if check else 0,
        "may_write": may(request, "ledger.write"),
    }
    return render(request, "console/ledger/overview.html", page)


@require_GET
@opened_to("ledger.read")
def entries(request: HttpRequest) -> HttpResponse:
    """Every entry, the newest first."""

    def fetch(asked: Asked) -> Any:
        return lists.page_entries(**asked.given, number=asked.number, size=asked.size)

    if wants_file(request):
        return ENTRIES.file(request, fetch, "entries")
    page = {"table": ENTRIES.table(request, fetch), "here": "entries", "waiting": queues.count_withdrawals_waiting()}
    return render(request, "console/ledger/list.html", page)


@require_GET
@opened_to("ledger.read")
def statement(request: HttpRequest, public_id: str) -> HttpResponse:
    """A member's entries on all their accounts. Raises MemberUnknown."""
    one = get_member(public_id)

    def fetch(asked: Asked) -> Any:
        return lists.page_entries(**asked.given, member=one.public_id, number=asked.number, size=asked.size)

    if wants_file(request):
        return ENTRIES.file(request, fetch, f"statement-{public_id}")
    balances = [(words.ACCOUNTS[kind], kind, amount) for kind, amount in balances_of(one).items()]
    page = {"table": ENTRIES.table(request, fetch), "member": one, "balances": balances, "may_see": may(request, "member.read")}
    return render(request, "console/ledger/statement.html", page)


@require_GET
@opened_to("ledger.read")
def withdrawals(request: HttpRequest) -> HttpResponse:
    """What promoters asked to be paid out."""

    def fetch(asked: Asked) -> Any:
        return queues.page_withdrawals(**asked.given, sort=asked.sort, number=asked.number, size=asked.size)

    if wants_file(request):
        return WITHDRAWALS.file(request, fetch, "withdrawals")
    page = {"table": WITHDRAWALS.table(request, fetch), "here": "withdrawals", "waiting": queues.count_withdrawals_waiting()}
    return render(request, "console/ledger/list.html", page)


@require_GET
@opened_to("ledger.read")
def withdrawal(request: HttpRequest, public_id: str) -> HttpResponse:
    """One withdrawal, to be decided. Raises NotThere."""
    one = queues.get_withdrawal(public_id)
    page = {
        "withdrawal": one,
        "net_fen": one.amount_fen - one.tax_fen,
        "state": words.WITHDRAWALS[one.state],
        "tone": words.WITHDRAWAL_TONES[one.state],
        "balances": balances_of(one.member),
        "may_write": may(request, "ledger.write"),
    }
    return render(request, "console/ledger/withdrawal.html", page)


@require_POST
@opened_to("ledger.write")
def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Note that a withdrawal was paid, with the payment service's reference, or refuse it. Raises NotThere, WithdrawalRefused, BadInput."""
    pay = request.POST.get("decision") == "pay"
    reference = request.POST.get("reference", "").strip()
    if pay and not reference:
        raise BadInput(reason=Text(zh="请填写支付机构的流水号。", en="Give the payment service's reference."))
    decide_withdrawal(
        key=form_key(request), actor=request.actor, at=request.at, withdrawal=queues.get_withdrawal(public_id), pay=pay, reference=reference
    )
    messages.success(request, DONE["paid" if pay else "refused"].say(spoken()))
    return redirect("console:withdrawals")


@require_POST
@opened_to("ledger.read")
def check(request: HttpRequest) -> HttpResponse:
    """Have the books checked now; the worker does it."""
    form_key(request)
    day_check()
    messages.success(request, DONE["asked"].say(spoken()))
    return redirect("console:ledger")
