"""What a campaign costs, counted once for each thing, against its budget."""

import datetime as dt

from lianyi.ops.campaigns.models import Campaign, Spending
from lianyi.ops.plan.services import spend

KINDS = ("price_cut", "coupon_subsidy", "promotion", "gift", "points", "commission", "prize")


def book(campaign: Campaign, kind: str, amount_fen: int, *, key: str, at: dt.datetime) -> None:
    """Count money as spent on a campaign (negative: got back), inside the command that is running; the same key counts once."""
    if amount_fen == 0 or Spending.objects.filter(key=key).exists():
        return
    Spending.objects.create(key=key, campaign=campaign, kind=kind, amount_fen=amount_fen, at=at)
    if campaign.budget_id is not None:
        spend(campaign.budget_id, amount_fen)
