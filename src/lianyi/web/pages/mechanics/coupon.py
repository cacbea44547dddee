"""The page of a coupon campaign: take one while there are any."""

from typing import Any

from django.http import HttpRequest

from lianyi.ops.campaigns.mechanics.coupon import Terms
from lianyi.ops.campaigns.selectors import Campaign, find_pool, list_coupons_of
from lianyi.ops.members.selectors import Member


def facts(request: HttpRequest, campaign: Campaign, terms: Terms, member: Member | None) -> dict[str, Any]:
    """How many are left, and which this member has."""
    pool = find_pool(campaign.pk)
    own = [one for one in list_coupons_of(member) if one.campaign_id == campaign.pk] if member else []
    return {
        "left": pool.total - pool.issued if pool else 0,
        "total": pool.total if pool else 0,
        "own": own,
        "may_grab": len(own) < terms.per_member,
    }
