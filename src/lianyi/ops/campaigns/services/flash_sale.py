"""Buying in a flash sale."""

import datetime as dt

from lianyi.kernel.actor import Actor
from lianyi.ops.campaigns.models import Campaign
from lianyi.ops.campaigns.selectors.campaigns import get_campaign
from lianyi.ops.campaigns.services.admission import admit
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order, get_order
from lianyi.ops.shop.services import Line, place_order


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
    """Order pieces of a flash sale at its price; unpaid in time, they go back on sale.

    Raises CampaignNotOpen, NotInAudience, SoldOut, LimitReached, NotAllowed, KeyReused.
    """
    actor.require_self(member.public_id, otherwise="shop.write")

    def do() -> Result:
        now = get_campaign(campaign.public_id)
        terms = admit(now, "flash_sale", member, actor, at)
        order = place_order(
            key=f"{key}:order",
            actor=actor,
            at=at,
            member=member,
            lines=[Line(now.product, quantity, terms.price_fen)],
            campaign_id=now.public_id,
            stock_of=f"campaign:{now.public_id}",
            referrer_id=referrer_id,
            channel=channel,
            patience=dt.timedelta(minutes=terms.pay_within_minutes),
        )
        return {"order": order.public_id}

    payload = {"campaign": campaign.public_id, "member": member.public_id, "quantity": quantity}
    return get_order(execute(key=key, name="campaigns.flash_buy", actor=actor, at=at, payload=payload, do=do)["order"])
