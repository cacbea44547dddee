"""Buying in a flash sale."""

import datetime as dt
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import Refusal
from lianyi.ops.campaigns.models import Campaign
from lianyi.ops.campaigns.selectors.campaigns import get_campaign, terms_of
from lianyi.ops.campaigns.services.admission import admit, meet, require_audience, require_open
from lianyi.ops.journal.commands import Result, execute, find_result
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order
from lianyi.ops.shop.services import Line, grab


def buy(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    campaign: Campaign,
    member: Member,
    quantity: int = 1,
    referrer_id: str = "",
    channel: str = "",
) -> Order:
    """Order pieces of a flash sale at its price, in the hot lane; unpaid in time, they go back on sale.

    Raises CampaignNotOpen, NotInAudience, SoldOut, LimitReached, NotAllowed, KeyReused; LaneFull and LaneSlow (try again, same key).
    """
    actor.require_self(member.public_id, otherwise="shop.write")
    now = get_campaign(campaign.public_id)
    try:
        terms = _admitted(key, now, member, actor, at)
    except Refusal:
        # What was ordered is answered as it was, also when the sale is over by now.
        if find_result(f"{key}:order") is None:
            raise
        terms = terms_of(now)
    return grab(
        key=f"{key}:order",
        actor=actor,
        at=at,
        member=member,
        line=Line(now.product, quantity, terms.price_fen),
        campaign_id=now.public_id,
        stock_of=f"campaign:{now.public_id}",
        referrer_id=referrer_id,
        channel=channel,
        patience=dt.timedelta(minutes=terms.pay_within_minutes),
    )


def _admitted(key: str, campaign: Campaign, member: Member, actor: Actor, at: dt.datetime) -> Any:
    """The terms, once the member may take part. Only where some are held out is anything written, in a command of its own."""
    if campaign.holdout_unit == "none":
        return admit(campaign, "flash_sale", member, actor, at)

    require_open(campaign, "flash_sale", at)
    require_audience(campaign, member)

    def do() -> Result:
        return {"arm": meet(campaign, member, actor, at)}

    payload = {"campaign": campaign.public_id, "member": member.public_id}
    execute(key=f"{key}:met", name="campaigns.flash_meet", actor=actor, at=at, payload=payload, do=do)
    # Their arm is written down by now, also of who is held out and refused here.
    return admit(campaign, "flash_sale", member, actor, at)
