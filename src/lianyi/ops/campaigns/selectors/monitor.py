"""How campaigns go: in a list, one by one while they run, and what their hold-out says."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, Q, Sum

from lianyi.kernel.pages import PER_PAGE, Page, order_of, page_of
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.models import (
    Accrual,
    AudienceMember,
    Bargain,
    Campaign,
    CheckIn,
    Claim,
    Coupon,
    CouponPool,
    Entry,
    Exposure,
    OrderOffer,
    Prize,
    Revision,
    Seat,
    Spending,
    Team,
)
from lianyi.ops.campaigns.rules.readout import Cluster, Readout, Side, read_out, read_out_groups
from lianyi.ops.shop.lists import Sales, paid_by_members, sales_of
from lianyi.ops.shop.selectors import Stock, find_stock

ORDERED_BY = {"starts": "starts_at", "ends": "ends_at", "title": "title"}


@dataclass(frozen=True, slots=True)
class Overview:
    """A campaign in a list. spent_fen : what it cost so far; stock : its own pieces, for one that sells."""

    campaign: Campaign
    sales: Sales
    spent_fen: int
    members: int


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of the monitor. unit : count | money; of : what it is a part of; None where it stands alone."""

    id: str
    name: Text
    value: int
    unit: str = "count"
    of: int | None = None


def page_overviews(
    *, state: str = "", mechanic: str = "", words: str = "", sort: str = "-starts", number: int = 1, size: int = PER_PAGE
) -> Page[Overview]:
    """Campaigns with what they sold, cost and reached. Five queries, however many rows."""
    chosen = Campaign.objects.select_related("product", "goal", "budget").order_by(order_of(ORDERED_BY, sort), "-id")
    if state:
        chosen = chosen.filter(state=state)
    if mechanic:
        chosen = chosen.filter(mechanic=mechanic)
    if words:
        chosen = chosen.filter(title__icontains=words)
    page = page_of(chosen, number, size)
    return Page(overviews(page.rows), page.number, page.size, page.total)


def overviews(campaigns: Sequence[Campaign]) -> list[Overview]:
    """Some campaigns with what they sold, cost and reached. Three queries."""
    sales = sales_of(one.public_id for one in campaigns)
    rows = [one.pk for one in campaigns]
    spent = dict(
        Spending.objects.filter(campaign_id__in=rows).values("campaign_id").annotate(n=Sum("amount_fen")).values_list("campaign_id", "n")
    )
    met = dict(
        Exposure.objects.filter(campaign_id__in=rows, arm="treated")
        .values("campaign_id")
        .annotate(n=Count("id"))
        .values_list("campaign_id", "n")
    )
    return [Overview(one, sales.get(one.public_id, Sales()), spent.get(one.pk, 0), met.get(one.pk, 0)) for one in campaigns]


def count_by_state() -> dict[str, int]:
    """How many campaigns are in each state."""
    return dict(Campaign.objects.values("state").annotate(n=Count("id")).values_list("state", "n"))


def list_spendings(campaign: Campaign) -> list[tuple[str, int]]:
    """What a campaign cost so far, by kind."""
    return list(
        Spending.objects.filter(campaign=campaign).values("kind").annotate(n=Sum("amount_fen")).order_by("kind").values_list("kind", "n")
    )


def count_audience(campaign: Campaign) -> int:
    """Members who were in the segment that a campaign is for when it started."""
    return AudienceMember.objects.filter(campaign=campaign).count()


def list_revisions(campaign: Campaign) -> list[Revision]:
    """What a campaign said, the newest first."""
    return list(Revision.objects.filter(campaign=campaign).order_by("-number"))


def stock_of(campaign: Campaign) -> Stock | None:
    """The pieces set aside for a campaign; None for one that sells nothing, or has not been scheduled."""
    return find_stock(campaign.product, f"campaign:{campaign.public_id}") if campaign.product_id else None


def figures(campaign: Campaign) -> list[Figure]:
    """What there is to see of a campaign, by its mechanic. A handful of counts, each by an index."""
    met = Exposure.objects.filter(campaign=campaign).aggregate(
        shown=Count("id", filter=Q(arm="treated")),
        held=Count("id", filter=Q(arm="held_out")),
        groups=Count("group_id", filter=~Q(group_id=""), distinct=True),
        held_groups=Count("group_id", filter=Q(arm="held_out") & ~Q(group_id=""), distinct=True),
    )
    # Who was shown it is written down only where somebody is held out.
    found = []
    if campaign.holdout_bp:
        found.append(Figure("shown", Text(zh="触达会员", en="Members reached"), met["shown"]))
        found.append(Figure("held_out", Text(zh="对照组", en="Held out"), met["held"]))
    if campaign.holdout_unit == "group":
        found.append(Figure("held_groups", Text(zh="对照的群", en="Groups held out"), met["held_groups"], of=met["groups"] or None))
    if campaign.product_id:
        sales = sales_of([campaign.public_id]).get(campaign.public_id, Sales())
        found += [
            Figure("paid", Text(zh="已付订单", en="Orders paid"), sales.paid, of=sales.placed or None),
            Figure("pending", Text(zh="待付款", en="Awaiting payment"), sales.pending),
            Figure("net", Text(zh="成交额", en="Sales"), sales.net_fen, "money"),
            Figure("refunded", Text(zh="已退款", en="Refunded"), sales.refunded_fen, "money"),
        ]
    return found + MORE.get(campaign.mechanic, _of_offers)(campaign)


def _of_offers(campaign: Campaign) -> list[Figure]:
    """Promotions that work by themselves in the checkout."""
    used = OrderOffer.objects.filter(campaign=campaign, order__paid_at__isnull=False).aggregate(
        orders=Count("order", distinct=True), off=Sum("off_fen", default=0), paid=Sum("order__payable_fen", default=0)
    )
    return [
        Figure("orders", Text(zh="用到的订单", en="Orders that used it"), used["orders"]),
        Figure("off", Text(zh="共优惠", en="Taken off"), used["off"], "money"),
        Figure("paid_with", Text(zh="这些订单实付", en="Paid in these orders"), used["paid"], "money"),
    ]


def _of_teams(campaign: Campaign) -> list[Figure]:
    states = dict(Team.objects.filter(campaign=campaign).values("state").annotate(n=Count("id")).values_list("state", "n"))
    people = Seat.objects.filter(team__campaign=campaign, state="paid").values("member").distinct().count()
    decided = states.get("full", 0) + states.get("expired", 0) + states.get("cancelled", 0)
    return [
        Figure("teams", Text(zh="开团", en="Teams opened"), sum(states.values())),
        Figure("full", Text(zh="成团", en="Teams filled"), states.get("full", 0), of=decided or None),
        Figure("open", Text(zh="进行中的团", en="Teams open"), states.get("open", 0)),
        Figure("people", Text(zh="参团人数", en="People in teams"), people),
    ]


def _of_bargains(campaign: Campaign) -> list[Figure]:
    found = Bargain.objects.filter(campaign=campaign).aggregate(
        n=Count("id"),
        bought=Count("id", filter=Q(state="bought")),
        cuts=Sum("helps", default=0),
        floor=Count("id", filter=Q(helps=F("helpers"))),
    )
    return [
        Figure("bargains", Text(zh="发起砍价", en="Bargains started"), found["n"]),
        Figure("helps", Text(zh="帮砍次数", en="Cuts by friends"), found["cuts"]),
        Figure("floor", Text(zh="砍到底价", en="Cut to the floor"), found["floor"], of=found["n"] or None),
        Figure("bought", Text(zh="成交", en="Bought"), found["bought"], of=found["n"] or None),
    ]


def _of_coupons(campaign: Campaign) -> list[Figure]:
    pool = CouponPool.objects.filter(campaign=campaign).first()
    used = Coupon.objects.filter(campaign=campaign, state="used", order__paid_at__isnull=False).aggregate(
        n=Count("id"), paid=Sum("order__payable_fen", default=0)
    )
    issued = pool.issued if pool else 0
    return [
        Figure("issued", Text(zh="已领", en="Issued"), issued, of=pool.total if pool else None),
        Figure("used", Text(zh="已核销", en="Redeemed"), used["n"], of=issued or None),
        Figure("paid_with", Text(zh="带动实付", en="Paid in these orders"), used["paid"], "money"),
    ]


def _of_claims(campaign: Campaign) -> list[Figure]:
    found = Claim.objects.filter(campaign=campaign).aggregate(
        n=Count("id"), confirmed=Count("id", filter=Q(state="confirmed")), inviters=Count("inviter", distinct=True)
    )
    return [
        Figure("inviters", Text(zh="邀请人", en="Inviters"), found["inviters"]),
        Figure("claims", Text(zh="邀来好友", en="Friends brought"), found["n"]),
        Figure("confirmed", Text(zh="已下单的好友", en="Friends who bought"), found["confirmed"], of=found["n"] or None),
    ]


def _of_draws(campaign: Campaign) -> list[Figure]:
    entries = Entry.objects.filter(campaign=campaign).aggregate(n=Count("id"), people=Count("member", distinct=True))
    prizes = Prize.objects.filter(campaign=campaign).aggregate(given=Sum("given", default=0), units=Sum("units", default=0))
    return [
        Figure("entries", Text(zh="抽奖次数", en="Draws"), entries["n"]),
        Figure("people", Text(zh="参与人数", en="People"), entries["people"]),
        Figure("prizes", Text(zh="已中奖品", en="Prizes won"), prizes["given"], of=prizes["units"] or None),
    ]


def _of_check_ins(campaign: Campaign) -> list[Figure]:
    found = CheckIn.objects.filter(campaign=campaign).aggregate(
        n=Count("id"), people=Count("member", distinct=True), points=Sum("points", default=0)
    )
    return [
        Figure("check_ins", Text(zh="签到次数", en="Check-ins"), found["n"]),
        Figure("people", Text(zh="签到人数", en="People"), found["people"]),
        Figure("points", Text(zh="发放积分", en="Points given"), found["points"]),
    ]


def _of_points(campaign: Campaign) -> list[Figure]:
    found = Accrual.objects.filter(campaign=campaign, kind="points").aggregate(
        n=Count("id"),
        points=Sum(F("amount") - F("reversed"), default=0),
        released=Sum(F("amount") - F("reversed"), filter=Q(state="released"), default=0),
    )
    return [
        Figure("orders", Text(zh="得积分的订单", en="Orders that earn"), found["n"]),
        Figure("points", Text(zh="应得积分", en="Points earned"), found["points"]),
        Figure("released", Text(zh="已到账", en="Credited"), found["released"], of=found["points"] or None),
    ]


MORE = {
    "flash_sale": lambda campaign: [],
    "group_buy": _of_teams,
    "bargain": _of_bargains,
    "coupon": _of_coupons,
    "referral": _of_claims,
    "lottery": _of_draws,
    "check_in": _of_check_ins,
    "points": _of_points,
}


def readout(campaign: Campaign, at: dt.datetime) -> Readout | None:
    """What the hold-out says up to now, or up to the end: what members paid from their first meeting on, for anything.

    None for a campaign that holds nobody out. Where it is by group, who was in none stands on no side: no lot decided for them.
    Cost: reads every exposure and the orders of those exposed.
    """
    if not campaign.holdout_bp:
        return None
    until = min(at, campaign.closed_at or campaign.ends_at)
    by_group = campaign.holdout_unit == "group"
    all_met = Exposure.objects.filter(campaign=campaign)
    exposures = all_met.exclude(group_id="") if by_group else all_met
    met = {member: (arm, group, first_at) for member, arm, group, first_at in exposures.values_list("member_id", "arm", "group_id", "at")}
    paid: dict[int, int] = {}
    for member, paid_at, net_fen in paid_by_members(exposures.values("member_id"), campaign.starts_at, until):
        if paid_at >= met[member][2] and net_fen > 0:
            paid[member] = paid.get(member, 0) + net_fen
    shown, held_out = (_side(arm, met, paid, by_group=by_group) for arm in ("treated", "held_out"))
    return read_out_groups(shown, held_out, all_met.filter(group_id="").count()) if by_group else read_out(shown, held_out)


def _side(arm: str, met: Mapping[int, tuple[str, str, dt.datetime]], paid: Mapping[int, int], *, by_group: bool) -> Side:
    """The members of an arm with what each buyer paid; by_group : and its groups."""
    members = [member for member, (one, _, _) in met.items() if one == arm]
    groups: dict[str, list[int]] = {}
    if by_group:
        for member in members:
            groups.setdefault(met[member][1], []).append(member)
    clusters = [Cluster(len(some), sum(one in paid for one in some), sum(paid.get(one, 0) for one in some)) for some in groups.values()]
    return Side(len(members), tuple(paid[one] for one in members if one in paid), clusters)
