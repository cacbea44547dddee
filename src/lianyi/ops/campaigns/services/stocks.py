"""Pieces, prizes and coupons set aside for a campaign, and given back."""

import datetime as dt

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns.models import Campaign, CouponPool, Prize
from lianyi.ops.campaigns.selectors.campaigns import terms_of
from lianyi.ops.shop.selectors import get_product
from lianyi.ops.shop.services import allot_stock, release_stock


def wanted(campaign: Campaign) -> dict[str, int]:
    """Products and pieces that a campaign needs from the shop's stock when it is scheduled."""
    terms = terms_of(campaign)
    if campaign.product is not None:
        return {campaign.product.public_id: campaign.pieces}
    if campaign.mechanic == "lottery":
        found: dict[str, int] = {}
        for rung in terms.rungs:
            if rung.kind == "goods":
                found[rung.product_id] = found.get(rung.product_id, 0) + rung.units
        return found
    return {}


def set_aside(campaign: Campaign, actor: Actor, at: dt.datetime) -> None:
    """Take what the campaign needs out of the shop's stock, and lay its coupons and prizes ready. Raises SoldOut."""
    terms = terms_of(campaign)
    for product_id, pieces in sorted(wanted(campaign).items()):
        limit = getattr(terms, "limit_per_member", 1) if campaign.product is not None else None
        allot_stock(
            actor=SYSTEM,
            at=at,
            product=get_product(product_id),
            pieces=pieces,
            campaign_id=campaign.public_id,
            member_limit=limit,
            key=f"{campaign.public_id}:{campaign.revision}:allot:{product_id}",
        )
    if campaign.mechanic == "coupon":
        CouponPool.objects.update_or_create(campaign=campaign, defaults={"total": terms.total})
    if campaign.mechanic == "lottery":
        Prize.objects.filter(campaign=campaign).delete()
        Prize.objects.bulk_create([Prize(campaign=campaign, place=place, units=rung.units) for place, rung in enumerate(terms.rungs)])


def give_back(campaign: Campaign, actor: Actor, at: dt.datetime) -> int:
    """Give what is left of a campaign's pieces back to the shop; answers how many."""
    return sum(
        release_stock(
            actor=SYSTEM,
            at=at,
            product=get_product(product_id),
            campaign_id=campaign.public_id,
            key=f"{campaign.public_id}:{campaign.revision}:{campaign.state}:release:{product_id}",
        )
        for product_id in sorted(wanted(campaign))
    )
