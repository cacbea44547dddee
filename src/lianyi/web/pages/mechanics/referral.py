"""The page of a referral campaign: what both get, and how far the member's friends have come."""

from typing import Any

from django.http import HttpRequest

from lianyi.ops.campaigns.mechanics.referral import Terms
from lianyi.ops.campaigns.selectors import Campaign, find_claim_of, list_claims_of
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import has_bought


def facts(request: HttpRequest, campaign: Campaign, terms: Terms, member: Member | None) -> dict[str, Any]:
    """The member's claims as inviter, and whether they may claim as invited."""
    claims = list_claims_of(member, campaign) if member else []
    confirmed = sum(one.state == "confirmed" for one in claims)
    return {
        "claims": claims,
        "confirmed": confirmed,
        "tasks": sorted(terms.tasks, key=lambda task: task.friends),
        "may_claim": bool(member and member.referrer_id and find_claim_of(member) is None and not has_bought(member)),
    }
