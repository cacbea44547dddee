"""The page of a bargain: start one, or go on with one's own."""

from typing import Any

from django.http import HttpRequest

from lianyi.ops.campaigns.mechanics.bargain import Terms
from lianyi.ops.campaigns.selectors import Campaign, find_bargain
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import find_stock


def facts(request: HttpRequest, campaign: Campaign, terms: Terms, member: Member | None) -> dict[str, Any]:
    """The member's own bargain under way, and the pieces left."""
    stock = find_stock(campaign.product, f"campaign:{campaign.public_id}")
    return {"available": stock.available if stock else 0, "own": find_bargain(campaign, member) if member else None}
