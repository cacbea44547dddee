"""Buying in a flash sale."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import LianyiError
from lianyi.ops.campaigns.mechanics.flash_sale import Terms as FlashSale
from lianyi.ops.campaigns.models import Campaign
from lianyi.ops.campaigns.selectors.campaigns import campaigns_by_id
from lianyi.ops.campaigns.services.admission import admit_each, meet_first
from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.commands import Result
from lianyi.ops.journal.lane import Lane
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order, Stock, get_order
from lianyi.ops.shop.services import Line
from lianyi.ops.shop.services.hot import Wish, lock_stocks, place_wishes
from lianyi.ops.shop.services.place import Terms, require_usable


@dataclass(frozen=True, slots=True)
class Purchase:
    """What a member wants of a sale. product_pk : of the campaign as the member saw it; the price is that of the moment of ordering."""

    campaign_id: str
    product_pk: int
    member: Member
    quantity: int
    referrer_id: str
    channel: str

    @property
    def place(self) -> tuple[int, str]:
        """Which stock it draws on: product row and purpose."""
        return self.product_pk, f"campaign:{self.campaign_id}"


def order_in_sale(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    campaign: Campaign,
    member: Member,
    quantity: int = 1,
    referrer_id: str = "",
    channel: str = "",
) -> str:
    """Order pieces of a flash sale at its price, in the hot lane; unpaid in time, they go back on sale. Answers the order's public id.

    Where nobody is held out it asks the database nothing by itself: the batch reads campaign, stock and limits once for all who are in it.
    Raises CampaignNotOpen, NotInAudience, SoldOut, LimitReached, LineUnusable, NotAllowed, KeyReused; LaneFull and LaneSlow (try again, same key).
    """
    LANE.require_room()
    actor.require_self(member.public_id, otherwise="shop.write")
    meet_first(campaign, "flash_sale", member, actor, at)
    wanted = Purchase(campaign.public_id, campaign.product_id, member, quantity, referrer_id, channel)
    payload = {"campaign": campaign.public_id, "member": member.public_id, "quantity": quantity}
    done = LANE.ask(Asked(key=f"{key}:order", name="campaigns.buy", actor=actor, at=at, payload=payload, request=wanted))
    return str(done["order"])


def buy(**wanted: Any) -> Order:
    """The same as `order_in_sale`, and answers the order itself."""
    return get_order(order_in_sale(**wanted))


def _buy_each(asked: Sequence[Asked], held: Sequence[Stock]) -> list[Result | LianyiError]:
    """Admit each, by the campaign as it is now, and order for whom may take part. held : the stocks."""
    campaigns = campaigns_by_id([one.request.campaign_id for one in asked])
    admitted = admit_each([(campaigns[one.request.campaign_id], one.request.member, one.at) for one in asked], "flash_sale")
    answers: list[Result | LianyiError | None] = []
    wishes = []
    for one, terms in zip(asked, admitted, strict=True):
        try:
            if isinstance(terms, LianyiError):
                raise terms
            wishes.append(replace(one, request=_wish(one.request, campaigns[one.request.campaign_id], terms)))
            answers.append(None)
        except LianyiError as refusal:
            answers.append(refusal)
    placed = iter(place_wishes(wishes, held) if wishes else ())
    return [next(placed) if answer is None else answer for answer in answers]


def _wish(wanted: Purchase, campaign: Campaign, terms: FlashSale) -> Wish:
    line = Line(campaign.product, wanted.quantity, terms.price_fen)
    require_usable([line], (), 0)
    return Wish(
        wanted.member,
        line,
        Terms(
            campaign_id=wanted.campaign_id,
            stock_of=f"campaign:{wanted.campaign_id}",
            referrer_id=wanted.referrer_id,
            channel=wanted.channel,
            patience=dt.timedelta(minutes=terms.pay_within_minutes),
        ),
    )


LANE = Lane("flash sales", lock_stocks, _buy_each)
