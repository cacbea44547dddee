"""The page of a group-buy: open a team, or join one that wants few more."""

from typing import Any

from django.http import HttpRequest

from lianyi.ops.campaigns.mechanics.group_buy import Terms, price_fen
from lianyi.ops.campaigns.selectors import Campaign, list_open_teams, list_teams_of
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import find_stock

TEAMS_SHOWN = 6


def facts(request: HttpRequest, campaign: Campaign, terms: Terms, member: Member | None) -> dict[str, Any]:
    """Teams that can be joined, this member's own first, and what a leader pays."""
    stock = find_stock(campaign.product, f"campaign:{campaign.public_id}")
    mine = (
        [seat for seat in list_teams_of(member) if seat.team.campaign_id == campaign.pk and seat.state in {"held", "paid"}]
        if member
        else []
    )
    own = {seat.team_id for seat in mine}
    return {
        "available": stock.available if stock else 0,
        "leader_fen": price_fen(terms, is_leader=True),
        "mine": mine,
        "waiting": next((seat for seat in mine if seat.team.state == "open" and seat.team.opener_id == seat.member_id), None),
        "teams": [team for team in list_open_teams(campaign, limit=TEAMS_SHOWN + len(own)) if team.pk not in own][:TEAMS_SHOWN],
    }
