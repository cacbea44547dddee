"""What a campaign's page shows for each mechanic: one file each, named as the mechanic; its template is pages/mechanics/<id>.html.

A mechanic without a file of its own (a promotion that works by itself in the checkout) shows its conditions only.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from lianyi.ops.campaigns.selectors import Campaign
from lianyi.ops.members.selectors import Member
from lianyi.web.pages.mechanics import bargain, check_in, coupon, flash_sale, group_buy, lottery, referral

Facts = Callable[[HttpRequest, Campaign, Any, Member | None], dict[str, Any]]

FACTS: dict[str, Facts] = {
    module.__name__.rpartition(".")[2]: module.facts for module in (bargain, check_in, coupon, flash_sale, group_buy, lottery, referral)
}


def facts_of(request: HttpRequest, campaign: Campaign, terms: Any, member: Member | None) -> dict[str, Any]:
    """What the template of a campaign's mechanic needs."""
    found = FACTS.get(campaign.mechanic)
    return found(request, campaign, terms, member) if found else {}
