"""The page of a flash sale: one price, a real number of pieces, a countdown by the server's clock."""

from typing import Any

from django.http import HttpRequest

from lianyi.ops.campaigns.mechanics.flash_sale import Terms
from lianyi.ops.campaigns.selectors import Campaign
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import find_stock, purchased_by


def facts(request: HttpRequest, campaign: Campaign, terms: Terms, member: Member | None) -> dict[str, Any]:
    """How many are left, and how many this member may still buy."""
    stock = find_stock(campaign.product, f"campaign:{campaign.public_id}")
    available = stock.available if stock else 0
    had = purchased_by(member, stock) if member and stock else 0
    return {
        "available": available,
        "gone": campaign.pieces - available,
        "most": max(0, min(available, terms.limit_per_member - had)),
        "had": had,
    }
