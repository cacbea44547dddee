"""Campaigns of a kind that are over, for a range of what the next one may bring."""

import datetime as dt

from django.db.models import Count, Sum

from lianyi.ops.campaigns.models import Campaign, OrderOffer
from lianyi.ops.campaigns.rules.outlook import Outlook, Past, look_ahead
from lianyi.ops.shop.lists import Sales, sales_of

OVER = ("closed", "settled")
MOST = 50
"""The latest ones: an older one says less of the next."""
DAY_SECONDS = 86_400


def outlook(mechanic: str, starts_at: dt.datetime, ends_at: dt.datetime) -> Outlook:
    """What a campaign of a mechanic may bring between two instants. Three queries."""
    over = list(Campaign.objects.filter(mechanic=mechanic, state__in=OVER).order_by("-ends_at", "-id")[:MOST])
    sales = sales_of(one.public_id for one in over)
    # A promotion sells nothing of its own: what counts is the orders in which it was used.
    used = {
        row["campaign_id"]: row
        for row in OrderOffer.objects.filter(campaign__in=over, order__paid_at__isnull=False)
        .values("campaign_id")
        .annotate(orders=Count("order", distinct=True), paid=Sum("order__payable_fen"), back=Sum("order__refunded_fen"))
    }
    past = []
    for one in over:
        days = _days(one.starts_at, one.ends_at)
        if one.product_id:
            sold = sales.get(one.public_id, Sales())
            past.append(Past(days, sold.paid, sold.net_fen))
        else:
            row = used.get(one.pk, {"orders": 0, "paid": 0, "back": 0})
            past.append(Past(days, row["orders"], row["paid"] - row["back"]))
    return look_ahead(past, _days(starts_at, ends_at))


def _days(starts_at: dt.datetime, ends_at: dt.datetime) -> float:
    """Days between two instants, at least an hour's part of one."""
    return max(1 / 24, (ends_at - starts_at).total_seconds() / DAY_SECONDS)
