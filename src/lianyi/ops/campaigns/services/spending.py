"""What a campaign costs, counted once for each thing, against its budget."""

import datetime as dt
from collections import Counter
from collections.abc import Sequence

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


def book_all(costs: Sequence[Spending]) -> None:
    """Count many costs of things that never cost anything before, such as draws made just now; each budget is touched once."""
    costs = [one for one in costs if one.amount_fen]
    Spending.objects.bulk_create(costs)
    spent: Counter[int] = Counter()
    for one in costs:
        if one.campaign.budget_id is not None:
            spent[one.campaign.budget_id] += one.amount_fen
    for budget_pk, amount_fen in sorted(spent.items()):
        spend(budget_pk, amount_fen)
