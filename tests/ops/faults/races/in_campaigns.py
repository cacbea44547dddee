"""Scenes and racers of campaigns."""

import datetime as dt
import random
from functools import partial
from typing import Any

from django.db.models import F

from lianyi.flows import settle_order
from lianyi.ops.campaigns import services as campaigns
from lianyi.ops.campaigns.models import Accrual, Bargain, Coupon, Prize, Reward, Seat, Team
from lianyi.ops.campaigns.selectors import get_campaign
from lianyi.ops.campaigns.selectors.bargains import get_bargain
from lianyi.ops.campaigns.selectors.teams import get_team
from lianyi.ops.members.selectors import get_member
from lianyi.ops.shop.models import Stock
from lianyi.ops.shop.selectors import get_order, get_product, get_stock
from lianyi.ops.shop.services import Line, ReturnLine, grab
from tests.ops.campaigns.launching import PUBLISHED, a_budget, a_goal, launched
from tests.ops.conftest import OWNER, as_member
from tests.ops.faults.races.racing import NOON, Spec, asked, key, order_of, pay, people, product


def campaign(mechanic: str, terms: Spec, **more: object):
    return launched(mechanic, terms, at=NOON, goal=a_goal(NOON), budget=a_budget(NOON), **more)


def hot_item(pieces: int, members: int, limit: int) -> Spec:
    thing = product(pieces)
    sale = campaign("flash_sale", {"price_fen": 9_000, "limit_per_member": limit}, product=get_product(thing), pieces=pieces)
    return {"campaign": sale.public_id, "product": thing, "members": people(members)}


def buy_hot(scene: Spec, seed: int, tries: int, lane: bool) -> list[str]:
    """Buy one piece after another, in the normal lane or in the hot one."""
    chance = random.Random(seed)
    sale, thing = get_campaign(scene["campaign"]), get_product(scene["product"])
    answers = []
    for _ in range(tries):
        buyer = get_member(chance.choice(scene["members"]))
        if lane:
            do = partial(
                grab, key=key(), actor=as_member(buyer), at=NOON, member=buyer, line=Line(thing, 1, 9_000), stock_of=f"campaign:{sale.public_id}",
                campaign_id=sale.public_id,
            )  # fmt: skip
        else:
            do = partial(campaigns.buy, key=key(), actor=as_member(buyer), at=NOON, campaign=sale, member=buyer)
        answers.append(asked(do))
    return answers


def buy_naively(scene: Spec, tries: int) -> list[str]:
    """The control: what many shops do. Read, compare, write; no condition in the statement."""
    sold = 0
    for _ in range(tries):
        row = Stock.objects.get(product__public_id=scene["product"], purpose=f"campaign:{scene['campaign']}")
        if row.available >= 1:
            Stock.objects.filter(pk=row.pk).update(available=row.available - 1, held=row.held + 1)
            sold += 1
    return ["ok"] * sold


def one_key(scene: Spec, presses: int) -> list[str]:
    """The same request again and again, as an impatient finger sends it."""
    sale, buyer = get_campaign(scene["campaign"]), get_member(scene["members"][0])
    return [
        campaigns.buy(key=f"press:{sale.public_id}", actor=as_member(buyer), at=NOON, campaign=sale, member=buyer).public_id
        for _ in range(presses)
    ]


def stock_of(scene: Spec) -> Spec:
    row = get_stock(get_product(scene["product"]), f"campaign:{scene['campaign']}")
    return {"total": row.total, "available": row.available, "held": row.held, "sold": row.sold}


def open_teams(n: int, size: int) -> Spec:
    """Teams that lack all but their leader, shortly before their time is over."""
    thing = product(1_000)
    sale = campaign("group_buy", {"price_fen": 8_000, "size": size, "window_hours": 1}, product=get_product(thing), pieces=500)
    teams = []
    for leader in people(n):
        member = get_member(leader)
        seat = campaigns.open_team(key=key(), actor=as_member(member), at=NOON, campaign=sale, member=member)
        pay(seat.order.public_id, NOON)
        teams.append(seat.team.public_id)
    return {"teams": teams, "members": people(8 * n)}


def join_and_pay(scene: Spec, seed: int, nth: int) -> list[str]:
    """Join each team at its last instant, and pay."""
    last = NOON + dt.timedelta(hours=1, microseconds=-1)
    answers = []
    for place, team_id in enumerate(scene["teams"]):
        member = get_member(scene["members"][place * 8 + nth])

        def do(team_id: str = team_id, member: Any = member) -> None:
            seat = campaigns.join_team(key=key(), actor=as_member(member), at=last, team=get_team(team_id), member=member)
            pay(seat.order.public_id, last)

        answers.append(asked(do))
    return answers


def end_teams(times: int) -> list[str]:
    """End what is over, as the clock does."""
    return [ended for _ in range(times) for ended in campaigns.end_due(at=NOON + dt.timedelta(hours=1))]


def team_states(scene: Spec) -> Spec:
    rows = Team.objects.filter(public_id__in=scene["teams"])
    paid = Seat.objects.filter(team__in=rows, state="paid").values_list("team__state", flat=True)
    return {"states": list(rows.values_list("state", flat=True)), "paid_in": sorted(set(paid))}


def bargains(n: int, helpers: int) -> Spec:
    thing = product(100)
    sale = campaign(
        "bargain", {"start_fen": 9_000, "floor_fen": 4_000, "helpers": helpers, "helps_per_day": 20}, product=get_product(thing), pieces=50
    )  # fmt: skip
    made = []
    for owner in people(n):
        member = get_member(owner)
        made.append(campaigns.start_bargain(key=key(), actor=as_member(member), at=NOON, campaign=sale, member=member).public_id)
    return {"bargains": made, "members": people(helpers)}


def help_all(scene: Spec, nth: int) -> list[str]:
    """One friend helps every bargain, with a double click."""
    helper = get_member(scene["members"][nth])
    return [
        asked(partial(campaigns.help_bargain, key=key(), actor=as_member(helper), at=NOON, bargain=get_bargain(one), helper=helper))
        for one in scene["bargains"]
        for _ in range(2)
    ]


def help_naively(scene: Spec) -> list[str]:
    """The control: read the price, compute, write it; the cut is given whatever the row says by then."""
    given = 0
    for one in scene["bargains"]:
        row = Bargain.objects.get(public_id=one)
        cut = min(1_000, row.start_fen - row.floor_fen - row.cut_fen)
        Bargain.objects.filter(pk=row.pk).update(cut_fen=row.cut_fen + cut)
        given += cut
    return [str(given)]


def cuts(scene: Spec) -> Spec:
    rows = Bargain.objects.filter(public_id__in=scene["bargains"])
    return {"cut_fen": sorted(rows.values_list("cut_fen", flat=True)), "helps": sorted(rows.values_list("helps", flat=True))}


def coupons(total: int, per_member: int, members: int) -> Spec:
    made = campaign("coupon", {"amount_fen": 1_000, "total": total, "per_member": per_member})
    return {"campaign": made.public_id, "members": people(members)}


def grab_coupons(scene: Spec, seed: int) -> list[str]:
    """Every member asks for one, several processes for the same members."""
    made = get_campaign(scene["campaign"])
    answers = []
    for one in random.Random(seed).sample(scene["members"], len(scene["members"])):
        member = get_member(one)
        answers.append(asked(partial(campaigns.grab, key=key(), actor=as_member(member), at=NOON, campaign=made, member=member)))
    return answers


def coupons_out(scene: Spec) -> Spec:
    held = Coupon.objects.filter(campaign__public_id=scene["campaign"]).values_list("member_id", flat=True)
    return {"issued": len(held), "most": max((list(held).count(one) for one in set(held)), default=0)}


def lottery(units: list[int], members: int) -> Spec:
    """A draw with fewer prizes than members: that twenty of them do not empty it happens once in 10^15, since what the first rung has no more is given of the second."""
    thing = product(sum(units) + 10)
    rungs = [
        {"name": "精华", "units": units[0], "market_fen": 9_900, "odds_ppm": 900_000, "product_id": thing},
        {"name": "积分", "kind": "points", "units": units[1], "market_fen": 100, "odds_ppm": 50_000, "points": 100},
    ]
    made = campaign("lottery", {"rungs": rungs, "most_per_member": 3, **PUBLISHED})
    return {"campaign": made.public_id, "members": people(members)}


def draw_all(scene: Spec, seed: int) -> list[str]:
    """Every member enters and draws, several processes for the same members."""
    made = get_campaign(scene["campaign"])
    answers = []
    for one in random.Random(seed).sample(scene["members"], len(scene["members"])):
        member = get_member(one)
        assert asked(partial(campaigns.enter, key=key(), actor=as_member(member), at=NOON, campaign=made, member=member)) == "ok"
        answers.append(asked(partial(campaigns.draw, key=key(), actor=as_member(member), at=NOON, campaign=made, member=member)))
    return answers


def prizes(scene: Spec) -> Spec:
    rows = Prize.objects.filter(campaign__public_id=scene["campaign"]).order_by("place")
    return {"given": list(rows.values_list("given", flat=True)), "draws": get_campaign(scene["campaign"]).entries}


def invitations(friends: int) -> Spec:
    """Friends of one member, each about to pay for a first order; the chain pays at two of them."""
    thing = product(friends + 1)
    terms = {"inviter_points": 100, "invitee_points": 50, "tasks": [{"friends": 2, "points": 500}]}
    made = campaign("referral", terms)
    [inviter] = people(1)
    orders = []
    for one in people(friends, referrer_id=inviter):
        friend = get_member(one)
        campaigns.claim(key=key(), actor=as_member(friend), at=NOON, campaign=made, invitee=friend)
        orders.append(order_of(one, thing).public_id)
    return {"orders": orders, "campaign": made.public_id}


def pay_nth(scene: Spec, nth: int) -> list[str]:
    return [asked(partial(pay, scene["orders"][nth], NOON))]


def chain_rewards(scene: Spec) -> Spec:
    rows = Reward.objects.filter(claim__campaign__public_id=scene["campaign"], step__gt=0)
    return {"rewards": rows.count()}


def earned_points(n: int) -> Spec:
    """Paid orders whose points are about to be free, and of which a part goes back at the same moment; other points of theirs stay pending."""
    thing = product(10 * n)
    campaign("points", {"per_hundred_fen": 1, "freeze_days": 1}, until=dt.timedelta(days=60))
    buyers, orders = people(n), []
    for buyer in buyers:
        order = order_of(buyer, thing, quantity=2)
        pay(order.public_id, NOON)
        orders.append(order.public_id)
        later = order_of(buyer, thing, at=NOON + dt.timedelta(hours=20), quantity=4)
        pay(later.public_id, NOON + dt.timedelta(hours=20))
    return {"orders": orders}


def release_earned(times: int) -> list[str]:
    at = NOON + dt.timedelta(hours=25)
    return [str(len(campaigns.release_due(at=at + dt.timedelta(seconds=n)))) for n in range(times)]


def refund_parts(scene: Spec) -> list[str]:
    at = NOON + dt.timedelta(hours=25)
    return [
        asked(partial(settle_order.refund, key=key(), actor=OWNER, at=at, order=get_order(one), lines=[ReturnLine(1, 1)]))
        for one in scene["orders"]
    ]


def accruals(scene: Spec) -> Spec:
    rows = Accrual.objects.filter(order__public_id__in=scene["orders"]).values_list("state", "amount", "reversed")
    return {"rows": sorted(rows)}


def repair(scene: Spec) -> list[str]:
    """Put right what a control has spoilt, so that the next race begins with sound books."""
    for name in scene.get("bargains", []):
        Bargain.objects.filter(public_id=name).update(cut_fen=0, helps=F("helps"))
    if "product" in scene:
        Stock.objects.filter(product__public_id=scene["product"]).update(available=F("available") + F("held"), held=0)
    return []
