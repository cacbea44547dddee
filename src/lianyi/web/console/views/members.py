"""Members: the list, one of them from all sides, tiers and tags, what they may ask for (a copy, erasure)."""

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows import erase_member
from lianyi.insight.measure import dimension
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.selectors import list_claims_of, list_coupons_of, list_reviews_of
from lianyi.ops.journal.selectors import list_facts
from lianyi.ops.ledger.selectors import balances_of, statement
from lianyi.ops.members import lists, services
from lianyi.ops.members.rules import PURPOSES
from lianyi.ops.members.selectors import get_member, list_referred, list_tags
from lianyi.ops.shop.lists import purchases_of
from lianyi.ops.shop.selectors import list_orders
from lianyi.web.console import shop_words
from lianyi.web.console.bulk import Act, Bulk
from lianyi.web.console.bulk_forms import TagForm
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.console.member_history import outside
from lianyi.web.console.timeline import timeline
from lianyi.web.console.value_words import channel_words, tier_words
from lianyi.web.ui.lists import Asked, Column, Filter, Listing, wants_file
from lianyi.web.ui.templatetags.words import spoken

MOST_EVENTS, MOST_ORDERS, MOST_LINES = 60, 20, 20
COUPONS = {
    "issued": Text(zh="可用", en="usable"),
    "used": Text(zh="已用", en="used"),
    "expired": Text(zh="已过期", en="expired"),
    "revoked": Text(zh="已收回", en="revoked"),
}
CLAIMS = {
    "claimed": Text(zh="未下单", en="not bought yet"),
    "confirmed": Text(zh="已下单", en="bought"),
    "void": Text(zh="已作废", en="void"),
}
DONE = {
    "tag": Text(zh="标签已更新", en="The tags are changed"),
    "tier": Text(zh="等级已更新", en="The tier is changed"),
    "consent": Text(zh="已替会员撤回同意", en="The consent is withdrawn for the member"),
    "erased": Text(zh="已抹除；历史会在几秒内忘记这位会员", en="Erased; the history forgets this member within seconds"),
}
LIST = Listing(
    name=Text(zh="会员", en="members"),
    sort="-joined",
    icon="users",
    empty=Text(zh="会员在会员页上加入，或由导入的历史接入。", en="Members join on the members' pages, or come from the imported history."),
    mark=lambda row: row["member"].public_id,
    columns=(
        Column(
            id="member", name=Text(zh="会员", en="Member"), value=lambda row: row["member"].public_id,
            link=lambda row: reverse("console:member", args=[row["member"].public_id]),
        ),
        Column(id="tier", name=Text(zh="等级", en="Tier"), value=lambda row: tier_words(row["member"].tier), tone=lambda tier: "accent", sort=True),
        Column(id="tags", name=Text(zh="标签", en="Tags"), value=lambda row: "、".join(row["tags"])),
        Column(id="channel", name=Text(zh="来源", en="Came by"), value=lambda row: channel_words(row["member"].channel), under=lambda row: row["member"].platform),
        Column(id="joined", name=Text(zh="加入", en="Joined"), value=lambda row: row["member"].joined_at, unit="day", sort=True),
        Column(id="orders", name=Text(zh="本店订单", en="Orders here"), value=lambda row: row["bought"].orders if row["bought"] else None, unit="count"),
        Column(id="net", name=Text(zh="本店实付", en="Paid here"), value=lambda row: row["bought"].net_fen if row["bought"] else None, unit="money"),
        Column(id="last", name=Text(zh="最近付款", en="Last paid"), value=lambda row: row["bought"].last_at if row["bought"] else None, unit="day"),
    ),
    filters=(
        Filter(id="words", name=Text(zh="会员号", en="Member's id")),
        Filter(id="tier", name=Text(zh="等级", en="Tier"), kind="choice", choices=lambda: {one: tier_words(one) for one, _ in lists.count_by_tier()}),
        Filter(id="tag", name=Text(zh="标签", en="Tag"), kind="choice", choices=lambda: {one: Text(zh=one, en=one) for one, _ in lists.count_by_tag()}),
        Filter(id="channel", name=Text(zh="来源", en="Came by"), kind="choice", choices=lambda: {one: dimension("channel").called(one) for one in lists.list_channels()}),
        Filter(id="since", name=Text(zh="加入不早于", en="Joined from"), kind="day"),
    ),
)  # fmt: skip


def rows_of(page: Any) -> Any:
    """A page of members with their tags and what they bought."""
    tags, bought = lists.tags_of(page.rows), purchases_of(one.pk for one in page.rows)
    rows = [{"member": one, "tags": tags[one.pk], "bought": bought.get(one.pk)} for one in page.rows]
    return type(page)(rows, page.number, page.size, page.total)


def saved_list(request: HttpRequest, fetch: Any, name: str) -> HttpResponse:
    """A list of members as a file, for who may hand members' rows out; noted in the log of commands."""
    request.actor.require("member.export")
    file = LIST.file(request, fetch, name)
    services.note_list_saved(
        actor=request.actor, at=request.at, what=f"{name}?{request.GET.urlencode()}", rows=max(0, file.content.count(b"\n") - 1)
    )
    return file


def _page(asked: Asked) -> Any:
    return rows_of(lists.page_members(**asked.given, sort=asked.sort, number=asked.number, size=asked.size, chosen=asked.chosen))


def _export(request: HttpRequest, rows: Sequence[Any]) -> HttpResponse:
    services.note_members_saved(actor=request.actor, at=request.at, member_ids=[row["member"].public_id for row in rows])
    return LIST.saved(rows, "members")


BULK = Bulk(
    listing=LIST,
    fetch=_page,
    list_route="members",
    act_route="members_bulk",
    acts=(
        Act(
            id="tag",
            name=Text(zh="加标签", en="Add a tag"),
            permission="member.write",
            says=Text(zh="给 %(n)s 位会员加标签", en="Tag %(n)s {member|members}"),
            done=Text(zh="%(n)s 位会员有了这个标签", en="%(n)s {member has|members have} the tag now"),
            does=lambda one: services.tag(**one.around, member=one.row["member"], name=one.given["name"]),
            form=TagForm,
        ),
        Act(
            id="untag",
            name=Text(zh="去掉标签", en="Remove a tag"),
            permission="member.write",
            says=Text(zh="从 %(n)s 位会员去掉标签", en="Remove it from %(n)s {member|members}"),
            done=Text(zh="%(n)s 位会员不再有这个标签", en="%(n)s {member is|members are} without the tag now"),
            does=lambda one: services.untag(**one.around, member=one.row["member"], name=one.given["name"]),
            form=TagForm,
        ),
        Act(id="export", name=Text(zh="导出选中", en="Export chosen"), permission="member.export", file=_export),
    ),
)


@require_GET
@opened_to("member.read")
def members(request: HttpRequest) -> HttpResponse:
    """Members, the newest first."""
    if wants_file(request):
        return saved_list(request, _page, "members")
    page = {"table": LIST.table(request, _page, saves=may(request, "member.export"), offer=BULK.offer(request)), "here": "members"}
    return render(request, "console/members/list.html", page)


@require_POST
@opened_to("member.read")
def bulk(request: HttpRequest) -> HttpResponse:
    """Tags on or off many members, or many of them as a file. Raises NotAllowed, TooManyRows."""
    return BULK.answer(request)


@require_GET
@opened_to("member.read")
def tiers(request: HttpRequest) -> HttpResponse:
    """Tiers and tags, each with how many members."""
    page = {"tiers": lists.count_by_tier(), "tags": lists.count_by_tag(), "here": "tiers"}
    return render(request, "console/members/tiers.html", page)


@require_GET
@opened_to("member.read")
def member(request: HttpRequest, public_id: str) -> HttpResponse:
    """One member from all sides. Raises MemberUnknown."""
    one = get_member(public_id)
    consents = lists.list_consents(one)
    orders = list_orders(one, limit=MOST_ORDERS)
    page = {
        "member": one,
        "tags": list_tags(one),
        "known_tags": [name for name, _ in lists.count_by_tag()],
        "known_tiers": [name for name, _ in lists.count_by_tier()],
        "bought": purchases_of([one.pk]).get(one.pk),
        "balances": balances_of(one),
        "events": timeline(list_facts(member_id=one.public_id))[:MOST_EVENTS],
        "links": True,
        "orders": [(order, shop_words.ORDERS[order.state], shop_words.ORDER_TONES[order.state]) for order in orders],
        "lines": statement(one, kind="points")[::-1][:MOST_LINES],
        "coupons": [(coupon, COUPONS[coupon.state]) for coupon in list_coupons_of(one)],
        "referred": list_referred(one),
        "claims": [(claim, CLAIMS[claim.state]) for claim in list_claims_of(one)],
        "reviews": list_reviews_of(one),
        "consents": [(purpose, words, consents.get(purpose)) for purpose, words in PURPOSES.items()],
        "identities": lists.list_identity_kinds(one),
        "may_write": may(request, "member.write"),
        "may_export": may(request, "member.export"),
        "may_erase": may(request, "member.erase"),
        "may_refer": may(request, "ledger.read"),
    }
    return render(request, "console/members/member.html", page)


@require_GET
@opened_to("member.read")
def history(request: HttpRequest, public_id: str) -> HttpResponse:
    """The timeline once more, with what the imported history knows; the page asks for it when it is there. Raises MemberUnknown."""
    one = get_member(public_id)
    events = timeline(list_facts(member_id=one.public_id)) + outside(one.public_id)
    page = {"events": sorted(events, key=lambda event: event.at, reverse=True)[:MOST_EVENTS], "links": True}
    return render(request, "console/parts/timeline.html", page)


@require_POST
@opened_to("member.write")
def change(request: HttpRequest, public_id: str) -> HttpResponse:
    """A tag more, a tag less, another tier, a consent withdrawn on the member's word. Raises MemberUnknown, TagUnusable, UnknownName."""
    one = get_member(public_id)
    around: dict[str, Any] = {"key": form_key(request), "actor": request.actor, "at": request.at, "member": one}
    match request.POST.get("change", ""):
        case "tag":
            services.tag(**around, name=request.POST.get("name", ""))
            done = "tag"
        case "untag":
            services.untag(**around, name=request.POST.get("name", ""))
            done = "tag"
        case "tier":
            services.set_tier(**around, tier=request.POST.get("tier", ""))
            done = "tier"
        case "withdraw":
            services.set_consent(**around, purpose=request.POST.get("purpose", ""), granted=False, source="team")
            done = "consent"
        case _:
            raise BadInput(reason=Text(zh="没有这种改动。", en="There is no such change."))
    messages.success(request, DONE[done].say(spoken()))
    return redirect("console:member", public_id)


@require_POST
@opened_to("member.export")
def export(request: HttpRequest, public_id: str) -> HttpResponse:
    """Everything that is held about a member, as a file to hand to them. Raises MemberUnknown."""
    one = get_member(public_id)
    held = services.hand_out(key=form_key(request), actor=request.actor, at=request.at, member=one)
    response = HttpResponse(json.dumps(held, ensure_ascii=False, indent=2, default=_plain), content_type="application/json; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="member-{public_id}.json"'
    return response


@require_POST
@opened_to("member.erase")
def erase(request: HttpRequest, public_id: str) -> HttpResponse:
    """Erase a member who asked for it; the form repeats the member's id. Raises MemberUnknown, BadInput."""
    one = get_member(public_id)
    if request.POST.get("confirm", "").strip() != one.public_id:
        raise BadInput(reason=Text(zh="请把会员号原样输入一遍，以免抹错人。", en="Type the member's id, so that nobody else is erased."))
    erase_member.erase(key=form_key(request), actor=request.actor, at=request.at, member=one)
    messages.success(request, DONE["erased"].say(spoken()))
    return redirect("console:members")


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, dt.datetime | dt.date) else str(value)
