"""The check before launch, letting an item pass, scheduling and starting."""

import datetime as dt
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.conf import settings

from lianyi.compliance import Verdict
from lianyi.compliance import check as ask
from lianyi.compliance.channels import channel_names
from lianyi.compliance.conditions import Value
from lianyi.compliance.prices import window_days
from lianyi.compliance.register import edition, records
from lianyi.compliance.register import rule as rule_of
from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import lottery, mechanic
from lianyi.ops.campaigns.models import Campaign, LaunchCheck, Override
from lianyi.ops.campaigns.refusals import CheckNotPassed, ItemNotOverridable, StepNotAllowed
from lianyi.ops.campaigns.rules.launch import Case, Item, is_passed, judge
from lianyi.ops.campaigns.rules.machine import EDITABLE
from lianyi.ops.campaigns.selectors.campaigns import conditions_of, find_check, get_campaign, list_overrides, terms_of
from lianyi.ops.campaigns.services.audiences import aimed_at, drawn_groups, fix_audience
from lianyi.ops.campaigns.services.lifecycle import step
from lianyi.ops.campaigns.services.stocks import set_aside, wanted
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.shop.selectors import (
    ProductUnknown,
    StockUnknown,
    find_last_deal_fen,
    find_lowest_deal_fen,
    find_price,
    get_product,
    get_stock,
)

RAISE_DAYS = 30


def case_of(campaign: Campaign, at: dt.datetime) -> Case:
    """Everything that the check looks at, read from the tables."""
    one = mechanic(campaign.mechanic)
    terms = terms_of(campaign)
    needed = wanted(campaign)
    purposes = ["shop", *([f"campaign:{campaign.public_id}"] if campaign.state == "scheduled" else [])]
    there = {product: _available(product, purposes) for product in needed}
    full = _full_price(campaign, at)
    held = lottery.published(terms) if one.is_draw else frozenset(rule_of("CN-LO-002").requires)
    return Case(
        has_goal=campaign.goal is not None,
        has_hypothesis=bool(campaign.hypothesis),
        budget_left_fen=None if campaign.budget is None else campaign.budget.amount_fen - campaign.budget.spent_fen,
        currency=settings.WORKSPACE.currency,
        problems=one.problems(terms),
        conditions=one.conditions(terms, settings.WORKSPACE.currency),
        is_draw=one.is_draw,
        prizes=sum(rung.units for rung in terms.rungs) if one.is_draw else 0,
        missing_fields=tuple(records()[name] for name in rule_of("CN-LO-002").requires if name not in held),
        pieces_wanted=needed,
        pieces_there=there,
        cost_each_fen=one.cost_fen(terms, full),
        expected_per_day=campaign.expected_per_day,
        starts_at=campaign.starts_at,
        ends_at=campaign.ends_at,
        at=at,
        levels=len(campaign.rates_bp),
        mechanic=campaign.mechanic,
        channels=tuple(campaign.channels),
        channel_names=channel_names(),
        full_fen=campaign.full_fen,
        reference_basis=campaign.reference_basis,
        ceiling_fen=_ceiling(campaign, at),
        audience=aimed_at(campaign, at),
        holdout=drawn_groups(campaign, at),
        verdicts=_verdicts(campaign, at, held),
    )


def check_campaign(*, actor: Actor, at: dt.datetime, campaign: Campaign, key: str = "") -> LaunchCheck:
    """Run the check and keep it; a draft that passes, or whose open items were all let pass, is checked. Raises StepNotAllowed, NotAllowed."""
    actor.require("campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        if now.state not in EDITABLE:
            raise StepNotAllowed(title=now.title, state=now.state, step="check")
        found = _keep(now, judge(case_of(now, at)), actor, at)
        if found.passed and now.state == "draft":
            step(now, "check", actor, at)
        return {"check": found.pk}

    payload = {"campaign": campaign.public_id, "at": at.isoformat()}
    done = execute(key=key or f"check:{secrets.token_urlsafe(12)}", name="campaigns.check", actor=actor, at=at, payload=payload, do=do)
    return LaunchCheck.objects.get(pk=done["check"])


def override_item(*, actor: Actor, at: dt.datetime, campaign: Campaign, item: str, reason: str, key: str = "") -> Override:
    """Let one item pass, by name and with a reason; it counts for the terms as they are now.

    Raises ItemNotOverridable (a hard item, one that passed, no check, no reason), NotAllowed.
    """
    actor.require("campaign.approve")
    if not reason.strip() or not actor.id:
        raise ItemNotOverridable(item=item, why=Text(zh="要写明理由和批准人", en="it takes a reason and a name"))

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        check = find_check(now)
        stated = {one["id"]: one for one in check.items} if check else {}
        if item not in stated or stated[item]["passed"]:
            raise ItemNotOverridable(item=item, why=Text(zh="最近的检查里没有这个未过项", en="the newest check has no such open item"))
        if stated[item]["hard"]:
            raise ItemNotOverridable(item=item, why=Text(zh="这是硬性规定", en="it is a hard rule"))
        kept = Override.objects.create(
            campaign=now, revision=now.revision, item=item, approver=actor.id, reason=reason.strip()[:300], at=at
        )
        body = {"approver": actor.id, "reason": kept.reason}
        record(name="campaign_overridden", at=at, actor=actor, campaign_id=now.public_id, kind=item, body=body)
        return {"override": kept.pk}

    payload = {"campaign": campaign.public_id, "revision": campaign.revision, "item": item, "reason": reason}
    done = execute(
        key=key or f"override:{secrets.token_urlsafe(12)}", name="campaigns.override", actor=actor, at=at, payload=payload, do=do
    )
    return Override.objects.get(pk=done["override"])


def schedule(*, actor: Actor, at: dt.datetime, campaign: Campaign, key: str = "") -> Campaign:
    """Set stock, coupons and prizes aside and wait for the start; the check runs once more. Raises CheckNotPassed, StepNotAllowed, SoldOut."""
    actor.require("campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        _require_check(now, actor, at)
        step(now, "schedule", actor, at)
        set_aside(now, actor, at)
        return {"campaign": now.public_id}

    payload = {"campaign": campaign.public_id, "revision": campaign.revision}
    execute(key=key or f"schedule:{secrets.token_urlsafe(12)}", name="campaigns.schedule", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(campaign.public_id)


def start(*, at: dt.datetime, campaign: Campaign, actor: Actor = SYSTEM, key: str = "") -> Campaign:
    """Begin, at or after the start; what can have changed since is checked again. Raises CheckNotPassed, StepNotAllowed."""
    actor.require("campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        # First whether it waits at all: of one that has begun the pieces are no longer where the check looks for them.
        if now.state != "scheduled" or not now.starts_at <= at < now.ends_at:
            raise StepNotAllowed(title=now.title, state=now.state, step="start")
        _require_check(now, actor, at)
        step(now, "start", actor, at)
        fix_audience(now, at)
        return {"campaign": now.public_id}

    payload = {"campaign": campaign.public_id, "revision": campaign.revision}
    execute(key=key or f"start:{secrets.token_urlsafe(12)}", name="campaigns.start", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(campaign.public_id)


def start_due(*, at: dt.datetime, actor: Actor = SYSTEM) -> list[str]:
    """Start every scheduled campaign whose time has come; answers their ids. One whose check no longer passes stays where it is."""
    started = []
    for campaign in Campaign.objects.filter(state="scheduled", starts_at__lte=at, ends_at__gt=at).order_by("starts_at", "id"):
        try:
            start(at=at, campaign=campaign, actor=actor)
        except CheckNotPassed:
            continue
        started.append(campaign.public_id)
    return started


def _require_check(campaign: Campaign, actor: Actor, at: dt.datetime) -> None:
    """Raises CheckNotPassed unless the terms as they are pass now, with what was let pass."""
    items = judge(case_of(campaign, at))
    let_pass = [one.item for one in list_overrides(campaign)]
    if find_check(campaign) is None or not is_passed(items, let_pass):
        open_ = [item.id for item in items if not item.passed and (item.hard or item.id not in let_pass)] or ["check"]
        raise CheckNotPassed(title=campaign.title, items=", ".join(open_))


def _keep(campaign: Campaign, items: tuple[Item, ...], actor: Actor, at: dt.datetime) -> LaunchCheck:
    passed = is_passed(items, [one.item for one in list_overrides(campaign)])
    failed = [item.id for item in items if not item.passed]
    found = LaunchCheck.objects.create(
        campaign=campaign,
        revision=campaign.revision,
        items=[item.to_json() for item in items],
        edition=edition(),
        passed=passed,
        by=actor.id,
        at=at,
    )
    record(
        name="campaign_checked",
        at=at,
        actor=actor,
        campaign_id=campaign.public_id,
        kind="passed" if passed else "failed",
        quantity=len(failed),
        body={"edition": found.edition, "failed": ", ".join(failed) or None},
    )
    return found


def _verdicts(campaign: Campaign, at: dt.datetime, held: frozenset[str]) -> tuple[Verdict, ...]:
    """What compliance says of the campaign, and of its commission where it pays any."""
    on = at.astimezone(ZoneInfo(settings.WORKSPACE.zone_name)).date()
    texts = {"title": campaign.title, "conditions": "\n".join(text.zh for text in conditions_of(campaign))}
    if campaign.reference_basis:
        texts["basis"] = campaign.reference_basis
    found = [_without_terms(ask("campaign", _facts(campaign, at), on=on, texts=texts, held=held))]
    if campaign.rates_bp:
        found.append(
            ask(
                "distribution",
                _distribution(campaign),
                on=on,
                texts=texts,
                held=(
                    "contract",
                    "commission_ledger",
                    "invoice_or_payment_record",
                    "real_name",
                    "id_number_encrypted",
                    "income_ledger_monthly",
                    "withholding_calc",
                ),
            )
        )
    return tuple(found)


def _without_terms(verdict: Verdict) -> Verdict:
    """The reference price has an item of its own with its figures; it need not stand there twice."""
    return replace(verdict, findings=tuple(finding for finding in verdict.findings if finding.rule.id != "CN-PR-001"))


def _facts(campaign: Campaign, at: dt.datetime) -> Mapping[str, Value]:
    """The facts of a campaign, as the register asks for them."""
    one = mechanic(campaign.mechanic)
    raised_days, raise_share = _raise(campaign, at)
    lowest = last = None
    if campaign.product is not None:
        lowest = find_lowest_deal_fen(campaign.product, at, window_days())
        last = find_last_deal_fen(campaign.product, at)
    stated: dict[str, Value] = {
        "campaign.mechanic": campaign.mechanic,
        "campaign.channels": list(campaign.channels),
        "campaign.state": campaign.state,
        "campaign.is_chance_draw": one.is_draw,
        "campaign.top_prize_fen": 0,
        "campaign.prize_kinds": [],
        "campaign.prize_cash_out": False,
        "campaign.entry_paid_cash": False,
        "campaign.entry_points_cash_purchasable": False,
        "campaign.edited_fields": [],
        "campaign.change_reason": "",
        # Members read conditions that are written from the terms: there is no announcement that could say something else.
        "campaign.announced_scope": campaign.audience,
        "campaign.effective_scope": campaign.audience,
        "campaign.rules_public": True,
        "campaign.stock_shown": campaign.pieces,
        "campaign.stock_real": campaign.pieces,
        "campaign.made_up_buyers": False,
        "campaign.good_reviews_first": False,
        "campaign.virtual_members": 0,
        "campaign.reward_on_share": False,
        "campaign.share_raises_odds": False,
        "campaign.requires_share": False,
        "campaign.requires_follow": False,
        "campaign.draw_in_group_buy": False,
        "campaign.wechat_avatar_in_poster": False,
        "operator.is_platform": False,
        "audience.targets_minors": False,
        "audience.may_include_minors": True,
        "content.category": campaign.category,
        "content.audience": "own_store",
        "gift.name": "",
        "gift.quantity": None,
        "price.strikethrough_fen": campaign.full_fen or None,
        "price.reference_basis": campaign.reference_basis,
        "price.lowest_deal_7d_fen": lowest,
        "price.last_deal_fen": last,
        "price.raised_days_ago": raised_days,
        "price.raise_share": raise_share,
        "price.raise_reason": campaign.raise_reason,
        "price.has_conditions": True,
        "price.conditions_shown": True,
    }
    return stated | dict(one.facts(terms_of(campaign)))


def _distribution(campaign: Campaign) -> Mapping[str, Value]:
    """The facts of its commission. What is not offered at all cannot be otherwise: no fee, no stock, no pay for recruits or teams."""
    levels = len(campaign.rates_bp)
    return {
        "distribution.levels": levels,
        "distribution.chain_levels": levels + 1,
        "distribution.level_two_approval": campaign.approval,
        "distribution.rate_total_bp": sum(campaign.rates_bp),
        "distribution.reward_per_recruit_fen": 0,
        "distribution.recruits_can_recruit": False,
        "distribution.members_must_recruit": False,
        "distribution.entry_fee_fen": 0,
        "distribution.purchase_required_to_join": False,
        "distribution.stock_required": False,
        "distribution.paid_level_upgrade": False,
        "distribution.reward_on_team_sales": False,
        "distribution.holds_merchant_funds": False,
        "distribution.wallet_transferable": False,
    }


def _raise(campaign: Campaign, at: dt.datetime) -> tuple[int | None, float | None]:
    """Whether the shop's own price was raised in the month before: (days, share), or nothing."""
    if campaign.product is None:
        return None, None
    now, then = (find_price(campaign.product, moment) for moment in (at, at - dt.timedelta(days=RAISE_DAYS)))
    if now is None or then is None or now.price_fen <= then.price_fen:
        return None, None
    return RAISE_DAYS, (now.price_fen - then.price_fen) / max(then.price_fen, 1)


def _ceiling(campaign: Campaign, at: dt.datetime) -> int | None:
    if campaign.product is None:
        return None
    lowest = find_lowest_deal_fen(campaign.product, at, window_days())
    return lowest if lowest is not None else find_last_deal_fen(campaign.product, at)


def _full_price(campaign: Campaign, at: dt.datetime) -> int:
    price = find_price(campaign.product, at) if campaign.product is not None else None
    return price.price_fen if price else 0


def _available(product_id: str, purposes: list[str]) -> int:
    """Pieces that are there for any of these purposes; none of a product that is not there."""
    there = 0
    for purpose in purposes:
        with suppress(ProductUnknown, StockUnknown):
            there += get_stock(get_product(product_id), purpose).available
    return there
