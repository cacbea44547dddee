"""Making a campaign, changing it, and taking it from step to step."""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from lianyi.compliance.channels import channel_names
from lianyi.compliance.fields import fields
from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import mechanic
from lianyi.ops.campaigns.models import Campaign, Revision
from lianyi.ops.campaigns.refusals import ChangeRefused, StepNotAllowed, TermsUnusable
from lianyi.ops.campaigns.rules.commission import plan
from lianyi.ops.campaigns.rules.commitment import commitment
from lianyi.ops.campaigns.rules.holdout import MOST_BP, UNITS
from lianyi.ops.campaigns.rules.machine import EDITABLE, LIVE, after, before
from lianyi.ops.campaigns.rules.terms import stored
from lianyi.ops.campaigns.selectors.campaigns import get_campaign
from lianyi.ops.campaigns.services.audiences import fix_audience
from lianyi.ops.campaigns.services.stocks import give_back
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.plan.selectors import Budget, Goal, get_segment
from lianyi.ops.plan.services import put_in_calendar
from lianyi.ops.shop.selectors import Product

MOST_FEN = 10**12
REASONS = ("favours_consumer", "force_majeure")
AUDIENCES = ("all", "new", "tag", "tier", "segment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a campaign says of itself; fields as in the model."""

    mechanic: str
    title: str
    terms: Mapping[str, Any]
    starts_at: dt.datetime
    ends_at: dt.datetime
    product: Product | None = None
    pieces: int = 0
    full_fen: int = 0
    reference_basis: str = ""
    raise_reason: str = ""
    category: str = "other"
    goal: Goal | None = None
    budget: Budget | None = None
    hypothesis: str = ""
    audience: str = "all"
    channels: tuple[str, ...] = ()
    expected_per_day: int = 0
    holdout_unit: str = "none"
    holdout_bp: int = 0
    rates_bp: tuple[int, ...] = ()
    commission_cap_fen: int = 0
    freeze_days: int = 15
    approval: str = ""

    def columns(self) -> dict[str, Any]:
        """The model's columns. Raises what `require_usable` raises."""
        terms = require_usable(self)
        return {
            "mechanic": self.mechanic,
            "title": self.title.strip(),
            "terms": stored(terms),
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "product": self.product,
            "pieces": self.pieces,
            "full_fen": self.full_fen,
            "reference_basis": self.reference_basis.strip(),
            "raise_reason": self.raise_reason.strip(),
            "category": self.category,
            "goal": self.goal,
            "budget": self.budget,
            "hypothesis": self.hypothesis.strip(),
            "audience": self.audience,
            "channels": list(self.channels),
            "expected_per_day": self.expected_per_day,
            "holdout_unit": self.holdout_unit,
            "holdout_bp": self.holdout_bp,
            "rates_bp": list(self.rates_bp),
            "commission_cap_fen": self.commission_cap_fen,
            "freeze_days": self.freeze_days,
            "approval": self.approval.strip(),
        }


def require_usable(said: Said) -> Any:
    """The terms, once everything that is said can be. Raises UnknownName, TermUnusable, TermsUnusable, LevelsRefused, RatesRefused, SegmentUnknown."""
    one = mechanic(said.mechanic)
    terms = one.read(said.terms)
    for channel in said.channels:
        if channel not in channel_names():
            raise UnknownName(what="channel", given=channel, allowed=list(channel_names()))
    fields().of("content.category").check(said.category)
    kind, _, name = said.audience.partition(":")
    if kind not in AUDIENCES or (kind in {"tag", "tier", "segment"}) != bool(name):
        raise UnknownName(what="audience", given=said.audience, allowed=["all", "new", "tag:<name>", "tier:<name>", "segment:<id>"])
    if kind == "segment":
        get_segment(name)
    if said.rates_bp:
        plan(said.rates_bp, approval=said.approval, cap_fen=said.commission_cap_fen, freeze_days=said.freeze_days)
    faults = [
        (not said.title.strip() or len(said.title) > 120, Text(zh="名称应为 1 到 120 字", en="a title has 1 to 120 characters")),
        (said.ends_at <= said.starts_at, Text(zh="结束早于开始", en="it ends before it starts")),
        (one.sells and (said.product is None or said.pieces < 1), Text(zh="要选商品并备货", en="it needs a product and pieces set aside")),
        (
            not one.sells and (said.product is not None or said.pieces != 0),
            Text(zh="这种玩法不备货", en="this mechanic sets nothing aside"),
        ),
        (bool(said.rates_bp) and not one.commission, Text(zh="这种玩法的订单不付佣金", en="orders of this mechanic earn no commission")),
        (
            said.holdout_unit not in UNITS or not 0 <= said.holdout_bp <= MOST_BP,
            Text(zh="对照组至多一半", en="at most half can be held out"),
        ),
        ((said.holdout_unit == "none") != (said.holdout_bp == 0), Text(zh="对照组要有单位和比例", en="a hold-out has a unit and a share")),
        (not 0 <= said.full_fen <= MOST_FEN or not 0 <= said.pieces <= 10**7, Text(zh="数值超出范围", en="a number is out of range")),
        (
            not 0 <= said.expected_per_day <= 10**7 or not 0 <= said.freeze_days <= 90,
            Text(zh="数值超出范围", en="a number is out of range"),
        ),
        (said.commission_cap_fen < 0, Text(zh="数值超出范围", en="a number is out of range")),
        (
            len(said.hypothesis) > 500 or len(said.reference_basis) > 120 or len(said.approval) > 200 or len(said.raise_reason) > 200,
            Text(zh="文字过长", en="too many words"),
        ),
    ]
    found = [text for is_wrong, text in faults if is_wrong] + list(one.problems(terms))
    if found:
        raise TermsUnusable(why=found[0])
    return terms


def create_campaign(*, actor: Actor, at: dt.datetime, said: Said, key: str = "") -> Campaign:
    """A new campaign, as a draft. Raises NotAllowed and what `require_usable` raises."""
    actor.require("campaign.write")
    columns = said.columns()

    def do() -> Result:
        public_id = f"c_{secrets.token_hex(6)}"
        seed = secrets.token_bytes(32)
        campaign = Campaign.objects.create(
            public_id=public_id,
            salt=secrets.token_hex(16),
            seed=seed.hex(),
            commitment=commitment(seed, public_id),
            created_at=at,
            **columns,
        )
        write_down(campaign, actor, at, "")
        return {"campaign": public_id}

    payload = {"said": _told(columns)}
    done = execute(key=key or f"campaign:{secrets.token_urlsafe(12)}", name="campaigns.create", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(done["campaign"])


def revise_campaign(
    *, actor: Actor, at: dt.datetime, campaign: Campaign, said: Said, why: str = "", reason: str = "", key: str = ""
) -> Campaign:
    """Say something else. Before the start it becomes a draft again; afterwards only in favour of consumers or by force majeure.

    why    : favours_consumer | force_majeure, for a campaign that has started
    reason : in words, kept with the revision
    The mechanic, the product, and the start of a campaign that runs stay what they are.
    Raises ChangeRefused, StepNotAllowed, NotAllowed and what `require_usable` raises.
    """
    actor.require("campaign.write")
    columns = said.columns()

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        if now.state in LIVE:
            _require_reason(now, said, why, reason, actor)
            state = now.state
        else:
            state = "draft"
        chosen = Campaign.objects.filter(pk=now.pk, state=now.state, revision=now.revision, state__in=(*EDITABLE, *LIVE))
        if not chosen.update(**columns, state=state, revision=now.revision + 1):
            raise StepNotAllowed(title=now.title, state=now.state, step="revise")
        if now.state == "scheduled":
            give_back(now, actor, at)
        if state in LIVE and said.audience != now.audience:
            fix_audience(get_campaign(now.public_id), at)
        write_down(get_campaign(now.public_id), actor, at, reason, before_=now.state)
        return {"campaign": now.public_id}

    payload = {"campaign": campaign.public_id, "said": _told(columns), "why": why, "reason": reason}
    execute(key=key or f"revise:{secrets.token_urlsafe(12)}", name="campaigns.revise", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(campaign.public_id)


def _require_reason(now: Campaign, said: Said, why: str, reason: str, actor: Actor) -> None:
    actor.require("campaign.approve")
    same = (said.mechanic, said.product.pk if said.product else None, said.starts_at, said.pieces) == (
        now.mechanic,
        now.product_id,
        now.starts_at,
        now.pieces,
    )
    if why not in REASONS or not reason.strip() or not same:
        raise ChangeRefused(title=now.title)


def step(campaign: Campaign, event: str, actor: Actor, at: dt.datetime, *, reason: str = "", **changes: Any) -> None:
    """Take one step of the machine inside the command that is running. Raises StepNotAllowed."""
    state = after(event)
    rows = Campaign.objects.filter(pk=campaign.pk, state__in=before(event), revision=campaign.revision).update(state=state, **changes)
    if not rows:
        raise StepNotAllowed(title=campaign.title, state=get_campaign(campaign.public_id).state, step=event)
    tell(campaign, state, actor, at, before_=campaign.state, reason=reason)


def tell(campaign: Campaign, state: str, actor: Actor, at: dt.datetime, *, before_: str, reason: str = "") -> None:
    """State the fact of a change."""
    record(
        name="campaign_changed",
        at=at,
        actor=actor,
        campaign_id=campaign.public_id,
        kind=state,
        quantity=campaign.revision,
        body={"before": before_ or None, "reason": reason or None},
    )


def pause(*, actor: Actor, at: dt.datetime, campaign: Campaign, reason: str, key: str = "") -> Campaign:
    """Take nobody in for a while; what is under way goes on. Raises StepNotAllowed, NotAllowed."""
    return simple_step(campaign, "pause", actor, at, reason, key)


def resume(*, actor: Actor, at: dt.datetime, campaign: Campaign, reason: str = "", key: str = "") -> Campaign:
    """Go on after a pause. Raises StepNotAllowed, NotAllowed."""
    return simple_step(campaign, "resume", actor, at, reason, key)


def drop(*, actor: Actor, at: dt.datetime, campaign: Campaign, reason: str, key: str = "") -> Campaign:
    """Give up a campaign that never ran. Raises StepNotAllowed, NotAllowed."""
    return simple_step(campaign, "drop", actor, at, reason, key)


def simple_step(campaign: Campaign, event: str, actor: Actor, at: dt.datetime, reason: str, key: str) -> Campaign:
    """One step as a command."""
    actor.require("campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        step(now, event, actor, at, reason=reason[:200])
        if event == "drop" and now.state == "scheduled":
            give_back(now, actor, at)
        return {"campaign": now.public_id}

    payload = {"campaign": campaign.public_id, "event": event, "reason": reason}
    execute(key=key or f"{event}:{secrets.token_urlsafe(12)}", name=f"campaigns.{event}", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(campaign.public_id)


def write_down(campaign: Campaign, actor: Actor, at: dt.datetime, reason: str, *, before_: str = "") -> None:
    """Keep what a campaign says now, and tell of it."""
    said = {
        "title": campaign.title,
        "terms": campaign.terms,
        "starts_at": campaign.starts_at.isoformat(),
        "ends_at": campaign.ends_at.isoformat(),
        "audience": campaign.audience,
        "channels": campaign.channels,
        "rates_bp": campaign.rates_bp,
        "full_fen": campaign.full_fen,
    }
    Revision.objects.create(campaign=campaign, number=campaign.revision, said=said, reason=reason[:200], by=actor.id, at=at)
    put_in_calendar(
        kind="campaign", subject_id=campaign.public_id, title=campaign.title, starts_at=campaign.starts_at, ends_at=campaign.ends_at
    )
    tell(campaign, campaign.state, actor, at, before_=before_, reason=reason)


def _told(columns: Mapping[str, Any]) -> dict[str, Any]:
    """What is said, as a command's payload."""
    plain = {}
    for name, value in columns.items():
        if isinstance(value, dt.datetime):
            plain[name] = value.isoformat()
        elif isinstance(value, Product | Goal | Budget):
            plain[name] = value.public_id
        else:
            plain[name] = value
    return plain
