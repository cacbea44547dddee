"""Reading coupons."""

import datetime as dt

from lianyi.ops.campaigns.models import Coupon, CouponPool, OrderOffer
from lianyi.ops.campaigns.refusals import CouponUnknown
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Order


def get_coupon(public_id: str, member: Member) -> Coupon:
    """A member's coupon by its code. Raises CouponUnknown, also for another's."""
    found = Coupon.objects.filter(public_id=public_id, member=member).select_related("campaign", "order").first()
    if found is None:
        raise CouponUnknown(coupon=public_id)
    return found


def list_usable(member: Member, at: dt.datetime) -> list[Coupon]:
    """Coupons that a member can use now, those that expire first first."""
    return list(
        Coupon.objects.filter(member=member, state="issued", expires_at__gt=at).select_related("campaign").order_by("expires_at", "id")
    )


def list_coupons_of(member: Member) -> list[Coupon]:
    """Every coupon of a member, the newest first."""
    return list(Coupon.objects.filter(member=member).select_related("campaign", "order").order_by("-issued_at", "-id"))


def find_pool(campaign_pk: int) -> CouponPool | None:
    """How many coupons of a campaign there are and were issued."""
    return CouponPool.objects.filter(campaign_id=campaign_pk).first()


def list_offers_of(order: Order) -> list[OrderOffer]:
    """What offers took off an order."""
    return list(OrderOffer.objects.filter(order=order).select_related("campaign").order_by("id"))
