"""Campaigns: the list, the wizard, the check line by line, the monitor, the hold-out, the end and what was learned."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from lianyi.compliance.channels import channel_names
from lianyi.insight.report.cells import Spark
from lianyi.insight.report.html.drawing import sparkline
from lianyi.kernel.errors import BadInput, Refusal, UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.campaigns import services
from lianyi.ops.campaigns.mechanics import MECHANICS, mechanic
from lianyi.ops.campaigns.rules.machine import EDITABLE, LIVE
from lianyi.ops.campaigns.selectors import Campaign, conditions_of, find_check, get_campaign, list_overrides
from lianyi.ops.campaigns.selectors import monitor as looks
from lianyi.ops.campaigns.selectors.outlook import outlook
from lianyi.ops.plan.selectors import segment_title
from lianyi.ops.shop.lists import hourly_sales
from lianyi.web.console import campaign_words as words
from lianyi.web.console.campaign_form import CampaignForm
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.ui.lists import Asked, Bar, Column, Filter, Listing, wants_file
from lianyi.web.ui.templatetags.words import spoken

STEPS: dict[str, Callable[..., Campaign]] = {
    "schedule": services.schedule,
    "start": services.start,
    "pause": services.pause,
    "resume": services.resume,
    "close": services.close,
    "drop": services.drop,
}
MOST_HOURS = 24 * 31
WITH_REASON = frozenset({"pause", "resume", "close", "drop"})
DONE = {
    "schedule": Text(zh="已排期，到时间自动开始", en="Scheduled; it starts by itself"),
    "start": Text(zh="已开始", en="It runs"),
    "pause": Text(zh="已暂停，不再接纳新的参与", en="Paused; nobody new is taken in"),
    "resume": Text(zh="已恢复", en="It goes on"),
    "close": Text(zh="已结束", en="Closed"),
    "drop": Text(zh="已放弃", en="Dropped"),
    "check": Text(zh="检查已通过，可以排期", en="The check has passed; it can be scheduled"),
    "open": Text(zh="还有未过的检查项", en="Items of the check are still open"),
    "override": Text(zh="已放行，记在您名下", en="Let pass, in your name"),
    "lessons": Text(zh="复盘已保存", en="What was learned is kept"),
    "settle": Text(zh="已结算，花费已入账", en="Settled; its costs are booked"),
    "save": Text(zh="已保存", en="Saved"),
}


def _pace(row: looks.Overview) -> Bar | None:
    """Spent of the budget line, where there is one."""
    budget = row.campaign.budget
    return Bar(row.spent_fen, budget.amount_fen) if budget and budget.amount_fen else None


LIST = Listing(
    name=Text(zh="活动", en="campaigns"),
    sort="-starts",
    icon="flame",
    empty=Text(zh="选一种玩法，填目标和条款，过了上线检查就能开始。", en="Choose a mechanic, state its goal and terms; once the check has passed it can start."),
    columns=(
        Column(
            id="title", name=Text(zh="活动", en="Campaign"), value=lambda row: row.campaign.title, sort=True,
            link=lambda row: reverse("console:campaign", args=[row.campaign.public_id]), under=lambda row: MECHANICS[row.campaign.mechanic].name,
        ),
        Column(id="state", name=Text(zh="状态", en="State"), value=lambda row: row.campaign.state, says=words.STATES.__getitem__, tone=words.TONES.__getitem__),
        Column(id="starts", name=Text(zh="开始", en="Starts"), value=lambda row: row.campaign.starts_at, unit="moment", sort=True),
        Column(id="ends", name=Text(zh="结束", en="Ends"), value=lambda row: row.campaign.ends_at, unit="moment", sort=True),
        Column(id="members", name=Text(zh="触达", en="Reached"), value=lambda row: row.members if row.campaign.holdout_bp else None, unit="count"),
        Column(id="paid", name=Text(zh="已付订单", en="Orders paid"), value=lambda row: row.sales.paid if row.campaign.product_id else None, unit="count"),
        Column(id="net", name=Text(zh="成交额", en="Sales"), value=lambda row: row.sales.net_fen if row.campaign.product_id else None, unit="money"),
        Column(id="spent", name=Text(zh="花费", en="Spent"), value=lambda row: row.spent_fen, unit="money", bar=_pace),
    ),
    filters=(
        Filter(id="words", name=Text(zh="名称", en="Title")),
        Filter(id="state", name=Text(zh="状态", en="State"), kind="choice", choices=words.STATES),
        Filter(id="mechanic", name=Text(zh="玩法", en="Mechanic"), kind="choice", choices=lambda: {one.id: one.name for one in MECHANICS.values()}),
    ),
)  # fmt: skip


def _fetch(asked: Asked) -> Any:
    return looks.page_overviews(**asked.given, sort=asked.sort, number=asked.number, size=asked.size)


@require_GET
@opened_to("campaign.read")
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every campaign, the latest start first."""
    if wants_file(request):
        return LIST.file(request, _fetch, "campaigns")
    page = {"table": LIST.table(request, _fetch), "may_write": may(request, "campaign.write"), "counts": looks.count_by_state()}
    return render(request, "console/campaigns/list.html", page)


@require_GET
@opened_to("campaign.write")
def choose(request: HttpRequest) -> HttpResponse:
    """The first step: which mechanic."""
    page = {"mechanics": [(one, words.ICONS[one.id]) for one in MECHANICS.values()], "steps": _steps(), "at": 0}
    return render(request, "console/campaigns/choose.html", page)


@require_http_methods(["GET", "POST"])
@opened_to("campaign.write")
def new(request: HttpRequest, mechanic_id: str) -> HttpResponse:
    """The second step: what it says of itself; saved, it is a draft. Raises UnknownName."""
    one = mechanic(mechanic_id)
    form = CampaignForm(one, request.POST or None, initial=_suggested(request))
    if request.method == "POST" and form.is_valid():
        try:
            made = services.create_campaign(key=form_key(request), actor=request.actor, at=request.at, said=form.said())
        except (BadInput, Refusal) as fault:
            form.refuse(fault)
        else:
            return _check(request, made)
    page = {"form": form, "mechanic": one, "steps": _steps(), "at": 1, **_outlook(form)}
    return render(request, "console/campaigns/form.html", page)


@require_GET
@opened_to("campaign.write")
def may_bring(request: HttpRequest, mechanic_id: str) -> HttpResponse:
    """What a campaign may bring in the time that its form says, for the form that asks while it is written. Raises UnknownName."""
    one = mechanic(mechanic_id)
    return render(request, "console/campaigns/outlook.html", {"mechanic": one, **_outlook(CampaignForm(one, request.GET))})


@require_http_methods(["GET", "POST"])
@opened_to("campaign.write")
def revise(request: HttpRequest, public_id: str) -> HttpResponse:
    """The second step again. Raises CampaignUnknown."""
    one = get_campaign(public_id)
    form = CampaignForm(mechanic(one.mechanic), request.POST or None, campaign=one)
    if request.method == "POST" and form.is_valid():
        try:
            services.revise_campaign(
                key=form_key(request), actor=request.actor, at=request.at, campaign=one, said=form.said(),
                why=request.POST.get("why", ""), reason=request.POST.get("reason", ""),
            )  # fmt: skip
        except (BadInput, Refusal) as fault:
            form.refuse(fault)
        else:
            if one.state in EDITABLE:
                return _check(request, get_campaign(public_id))
            messages.success(request, DONE["save"].say(spoken()))
            return redirect("console:campaign", public_id)
    page = {
        **_outlook(form),
        "form": form,
        "mechanic": form.mechanic,
        "campaign": one,
        "steps": _steps(),
        "at": 1,
        "is_live": one.state in LIVE,
        "reasons": words.REASONS,
    }
    return render(request, "console/campaigns/form.html", page)


@require_GET
@opened_to("campaign.read")
def campaign(request: HttpRequest, public_id: str) -> HttpResponse:
    """One campaign: what is to be done next, what it says, how it goes. Raises CampaignUnknown."""
    one = get_campaign(public_id)
    check = find_check(one)
    overrides = {override.item: override for override in list_overrides(one)}
    items = [(item, words.item_name(item["id"]), overrides.get(item["id"])) for item in check.items] if check else []
    page = {
        **_live(request, one),
        "mechanic": mechanic(one.mechanic),
        "icon_name": words.ICONS[one.mechanic],
        "conditions": conditions_of(one),
        "check": check,
        "items": items,
        "failed": [item for item in items if not item[0]["passed"]],
        "passed": [item for item in items if item[0]["passed"]],
        "open_items": sum(1 for item, _, override in items if not item["passed"] and override is None),
        "is_editable": one.state in EDITABLE,
        "audience": _audience(one),
        "channels": _channels(one),
        "revisions": looks.list_revisions(one),
        "may_write": may(request, "campaign.write"),
        "may_approve": may(request, "campaign.approve"),
        "may_start": one.state == "scheduled" and one.starts_at <= request.at < one.ends_at,
        "readout": looks.readout(one, request.at) if one.state not in EDITABLE else None,
        "spendings": [(words.SPENDINGS[kind], amount) for kind, amount in looks.list_spendings(one)],
        "steps": _steps(),
        "at": words.STEP_OF[one.state],
    }
    return render(request, "console/campaigns/campaign.html", page)


@require_GET
@opened_to("campaign.read")
def monitor(request: HttpRequest, public_id: str) -> HttpResponse:
    """The figures of a campaign that runs, for the page that asks for them every few seconds. Raises CampaignUnknown."""
    return render(request, "console/campaigns/monitor.html", _live(request, get_campaign(public_id)))


@require_POST
@opened_to("campaign.write")
def check(request: HttpRequest, public_id: str) -> HttpResponse:
    """Run the check before launch. Raises CampaignUnknown, StepNotAllowed."""
    return _check(request, get_campaign(public_id), key=form_key(request))


@require_POST
@opened_to("campaign.approve")
def override(request: HttpRequest, public_id: str) -> HttpResponse:
    """Let an item of the check pass, by name and with a reason, then look again. Raises CampaignUnknown, ItemNotOverridable."""
    one = get_campaign(public_id)
    key = form_key(request)
    services.override_item(
        key=key, actor=request.actor, at=request.at, campaign=one, item=request.POST.get("item", ""), reason=request.POST.get("reason", "")
    )
    services.check_campaign(key=f"{key}:check", actor=request.actor, at=request.at, campaign=one)
    messages.success(request, DONE["override"].say(spoken()))
    return _back(public_id, "check")


@require_POST
@opened_to("campaign.write")
def step(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a campaign one step on. Raises CampaignUnknown, StepNotAllowed, CheckNotPassed, UnknownName."""
    one = get_campaign(public_id)
    event = request.POST.get("event", "")
    if event not in STEPS:
        raise UnknownName(what="step", given=event, allowed=list(STEPS))
    more = {"reason": _reason(request, event)} if event in WITH_REASON else {}
    key = form_key(request)
    # The clock may have started it while the page was being looked at: it runs, as was asked.
    if (one.state, event) != ("running", "start"):
        STEPS[event](key=key, actor=request.actor, at=request.at, campaign=one, **more)
    messages.success(request, DONE[event].say(spoken()))
    return _back(public_id)


@require_POST
@opened_to("campaign.write")
def learn(request: HttpRequest, public_id: str) -> HttpResponse:
    """Keep what was learned and, where asked to, settle: costs are booked and what is left goes back. Raises StepNotAllowed, NotSettleable."""
    one = get_campaign(public_id)
    doing = "settle" if request.POST.get("settle") else "lessons"
    act = services.settle if doing == "settle" else services.write_lessons
    act(key=form_key(request), actor=request.actor, at=request.at, campaign=one, lessons=request.POST.get("lessons", "")[:4000])
    messages.success(request, DONE[doing].say(spoken()))
    return _back(public_id, "learn")


def _suggested(request: HttpRequest) -> dict[str, Any]:
    """What a new form begins with: from the next full hour, for three days, until late in the evening."""
    starts = timezone.localtime(request.at).replace(minute=0, second=0, microsecond=0) + dt.timedelta(hours=1)
    ends = (starts + dt.timedelta(days=3)).replace(hour=22)
    return {"goal": request.GET.get("goal", ""), "channels": ["own_h5"], "starts_at": starts, "ends_at": ends}


def _outlook(form: CampaignForm) -> dict[str, Any]:
    """What past campaigns say of the time that a form has; None where it has none yet."""
    given = []
    for name in ("starts_at", "ends_at"):
        field = form[name]
        try:
            given.append(field.field.clean(field.data) if form.is_bound else field.initial)
        except ValidationError:
            return {"outlook": None}
    return {"outlook": outlook(form.mechanic.id, *given)}


def _check(request: HttpRequest, one: Campaign, key: str = "") -> HttpResponse:
    found = services.check_campaign(key=key, actor=request.actor, at=request.at, campaign=one)
    say = messages.success if found.passed else messages.error
    say(request, DONE["check" if found.passed else "open"].say(spoken()))
    return _back(one.public_id, "check")


def _back(public_id: str, part: str = "") -> HttpResponse:
    return redirect(reverse("console:campaign", args=[public_id]) + (f"#{part}" if part else ""))


def _reason(request: HttpRequest, event: str) -> str:
    """Why a campaign is stopped; what has to be said is said. Raises BadInput."""
    given = request.POST.get("reason", "").strip()
    if event in ("pause", "drop") and not given:
        raise BadInput(reason=Text(zh="请写一句原因，大家会看到。", en="Say why; others will read it."))
    return given


def _live(request: HttpRequest, one: Campaign) -> dict[str, Any]:
    """What changes while a campaign runs."""
    stock = looks.stock_of(one)
    (overview,) = looks.overviews([one])
    return {
        "campaign": one,
        "state": words.STATES[one.state],
        "tone": words.TONES[one.state],
        "is_live": one.state in LIVE,
        "has_run": one.state not in (*EDITABLE, "dropped"),
        "figures": looks.figures(one) if one.state not in EDITABLE else [],
        "stock": stock,
        "spent_fen": overview.spent_fen,
        "elapsed": _elapsed(request, one),
        "hours": _hours(one) if one.product_id and one.state not in EDITABLE else "",
        "now": request.at,
    }


def _elapsed(request: HttpRequest, one: Campaign) -> int:
    """How much of its time is over, in per cent."""
    whole = (one.ends_at - one.starts_at).total_seconds()
    return max(0, min(100, round(100 * (request.at - one.starts_at).total_seconds() / whole)))


def _hours(one: Campaign) -> SafeString:
    """Orders paid, hour by hour, as a line, hours without one as zero; nothing for fewer than three hours."""
    paid = dict(hourly_sales(one.public_id))
    if not paid:
        return mark_safe("")
    first, last = min(paid), max(paid)
    hours = [first + dt.timedelta(hours=n) for n in range(min(MOST_HOURS, round((last - first).total_seconds() / 3600) + 1))]
    points = tuple((at.isoformat(), float(paid.get(at, 0)), True) for at in hours)
    if len(points) < 3:
        return mark_safe("")
    name = Text(zh="每小时已付订单", en="Orders paid by the hour").say(spoken())
    return mark_safe(sparkline(Spark(points, "hour", "count"), name, width=520, height=72))  # noqa: S308 - drawn and escaped by us


def _audience(one: Campaign) -> str:
    kind, _, name = one.audience.partition(":")
    if kind == "segment":
        title = segment_title(name)
        fixed = Text(zh="（开始时 %(n)s 人）", en=" (%(n)s at the start)").say(spoken(), n=looks.count_audience(one))
        return f"{words.AUDIENCES[kind].say(spoken())} {title}{'' if one.state in EDITABLE else fixed}"
    return words.AUDIENCES[kind].say(spoken()) + (f" {name}" if name else "")


def _channels(one: Campaign) -> list[Text]:
    return [channel_names()[name] for name in one.channels]


def _steps() -> list[str]:
    return [text.say(spoken()) for text in words.STEPS]
