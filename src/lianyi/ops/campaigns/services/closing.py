"""Closing a campaign, settling it, writing down what was learned."""

import datetime as dt
import secrets

from django.db.models import Sum

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.models import Accrual, Bargain, Campaign, Entry, Reward, Spending, Team
from lianyi.ops.campaigns.refusals import StepNotAllowed
from lianyi.ops.campaigns.selectors.campaigns import get_campaign
from lianyi.ops.campaigns.services.lifecycle import step
from lianyi.ops.campaigns.services.stocks import give_back
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record

# Kinds of spending that are costs to be booked; a price cut lowers what was sold and is no cost beside it.
BOOKED = {"coupon_subsidy": "coupon_subsidy", "points": "points", "commission": "commission", "prize": "prize", "gift": "prize"}


class NotSettleable(Refusal):
    """Something of the campaign is still under way."""

    code = "not_settleable"
    message = Text(zh="“%(title)s”还不能结算：%(why)s。", en="“%(title)s” cannot be settled yet: %(why)s.")


def close(*, actor: Actor, at: dt.datetime, campaign: Campaign, reason: str = "", key: str = "") -> Campaign:
    """Take nobody in any more. Teams and bargains under way run to their own end; pieces nobody can want any more go back to the shop.

    Raises StepNotAllowed, NotAllowed.
    """
    actor.require("campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        step(now, "close", actor, at, reason=reason[:200], closed_at=at)
        if now.mechanic == "flash_sale":
            give_back(get_campaign(now.public_id), actor, at)
        return {"campaign": now.public_id}

    payload = {"campaign": campaign.public_id, "reason": reason}
    execute(key=key or f"close:{secrets.token_urlsafe(12)}", name="campaigns.close", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(campaign.public_id)


def close_due(*, at: dt.datetime, actor: Actor = SYSTEM) -> list[str]:
    """Close every campaign whose end has come; answers their ids."""
    due = Campaign.objects.filter(state__in=("running", "paused"), ends_at__lte=at).order_by("ends_at", "id")
    return [close(actor=actor, at=at, campaign=campaign, reason="its end has come").public_id for campaign in due]


def open_ends(campaign: Campaign) -> Text | None:
    """What of a campaign is still under way; None when nothing is."""
    waits = (
        (Team.objects.filter(campaign=campaign, state="open"), Text(zh="还有团没有结果", en="teams are undecided")),
        (
            Bargain.objects.filter(campaign=campaign, state__in=("open", "ordered")),
            Text(zh="还有砍价没有结果", en="bargains are undecided"),
        ),
        (
            Accrual.objects.filter(campaign=campaign, state__in=("pending", "held")),
            Text(zh="还有应得在冻结或复核", en="earnings are frozen or under review"),
        ),
        (
            Reward.objects.filter(claim__campaign=campaign, state__in=("waiting", "held")),
            Text(zh="还有奖励未发或在复核", en="rewards wait or are under review"),
        ),
        (Entry.objects.filter(campaign=campaign, state="won"), Text(zh="还有奖品未兑", en="prizes are unclaimed")),
    )
    return next((says for rows, says in waits if rows.exists()), None)


def settle(*, actor: Actor, at: dt.datetime, campaign: Campaign, lessons: str = "", key: str = "") -> Campaign:
    """Book what it cost, give back what is left, and keep what was learned; once everything is decided and no longer frozen.

    Raises NotSettleable, StepNotAllowed, NotAllowed.
    """
    actor.require("campaign.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        if now.state != "closed":
            raise StepNotAllowed(title=now.title, state=now.state, step="settle")
        why = open_ends(now)
        if why is not None:
            raise NotSettleable(title=now.title, why=why)
        step(now, "settle", actor, at, lessons=lessons.strip())
        give_back(get_campaign(now.public_id), actor, at)
        _book_costs(now, actor, at)
        return {"campaign": now.public_id}

    payload = {"campaign": campaign.public_id, "lessons": lessons}
    execute(key=key or f"settle:{secrets.token_urlsafe(12)}", name="campaigns.settle", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(campaign.public_id)


def write_lessons(*, actor: Actor, at: dt.datetime, campaign: Campaign, lessons: str, key: str = "") -> Campaign:
    """Keep what was learned from a campaign that is over. Raises StepNotAllowed, NotAllowed."""
    actor.require("campaign.write")

    def do() -> Result:
        if not Campaign.objects.filter(pk=campaign.pk, state__in=("closed", "settled")).update(lessons=lessons.strip()):
            raise StepNotAllowed(title=campaign.title, state=campaign.state, step="learn")
        return {"campaign": campaign.public_id}

    payload = {"campaign": campaign.public_id, "lessons": lessons}
    execute(key=key or f"lessons:{secrets.token_urlsafe(12)}", name="campaigns.lessons", actor=actor, at=at, payload=payload, do=do)
    return get_campaign(campaign.public_id)


def _book_costs(campaign: Campaign, actor: Actor, at: dt.datetime) -> None:
    """One fact for each kind of cost, so that the campaign's return can be measured."""
    sums = Spending.objects.filter(campaign=campaign).values("kind").annotate(total=Sum("amount_fen")).order_by("kind")
    totals: dict[str, int] = {}
    for row in sums:
        if row["kind"] in BOOKED:
            totals[BOOKED[row["kind"]]] = totals.get(BOOKED[row["kind"]], 0) + row["total"]
    for kind, total in sorted(totals.items()):
        if total > 0:
            acquisition = "acquisition" if campaign.mechanic == "referral" else ""
            record(
                name="cost_booked",
                at=at,
                actor=actor,
                campaign_id=campaign.public_id,
                kind=kind,
                amount_fen=total,
                subject_id=acquisition,
                body={"note": campaign.title},
            )
