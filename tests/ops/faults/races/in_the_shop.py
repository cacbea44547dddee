"""Scenes and racers of the shop and the relay."""

import datetime as dt
import random
from functools import partial

from django.conf import settings

from lianyi.flows import settle_order
from lianyi.kernel.actor import SYSTEM
from lianyi.ops.journal.relay import relay
from lianyi.ops.members.selectors import get_member
from lianyi.ops.shop.models import Order, Payment, Refund
from lianyi.ops.shop.selectors import get_order, get_product, get_refund
from lianyi.ops.shop.services import Line, place_order, receive_stock, request_refund, settle_refund
from lianyi.ops.shop.services.products import allot_stock
from lianyi.stream.log.table import EventLog
from tests.ops.conftest import OWNER, as_member
from tests.ops.faults.races.racing import NOON, Spec, asked, key, order_of, pay, people, product


def two_things(members: int, pieces: int) -> Spec:
    return {"products": [product(pieces), product(pieces)], "members": people(members)}


def buy_both(scene: Spec, backwards: bool, tries: int, seed: int) -> list[str]:
    """Carts with the same two things in one order or the other."""
    chance = random.Random(seed)
    things = [get_product(name) for name in scene["products"]]
    answers = []
    for _ in range(tries):
        buyer = get_member(chance.choice(scene["members"]))
        lines = [Line(thing, 1) for thing in (reversed(things) if backwards else things)]
        answers.append(asked(partial(place_order, key=key(), actor=as_member(buyer), at=NOON, member=buyer, lines=lines)))
    return answers


def take_away(scene: Spec, times: int) -> list[str]:
    """The operator counts fewer pieces while they sell."""
    thing = get_product(scene["products"][0])
    return [asked(partial(receive_stock, actor=OWNER, at=NOON, product=thing, pieces=-1, kind="counted", key=key())) for _ in range(times)]


def set_limit(scene: Spec) -> list[str]:
    """The operator sets a limit on what already sells."""
    thing = get_product(scene["product"])
    allot_stock(actor=OWNER, at=NOON, product=thing, pieces=0, campaign_id=scene["campaign"], member_limit=2, key=key())
    return ["ok"]


def unlimited_item(pieces: int, members: int) -> Spec:
    thing = product(pieces)
    allot_stock(actor=OWNER, at=NOON, product=get_product(thing), pieces=pieces, campaign_id=f"c-{thing}", key=key())
    return {"campaign": f"c-{thing}", "product": thing, "members": people(members)}


def buy_unlimited(scene: Spec, tries: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    answers = []
    for _ in range(tries):
        buyer = get_member(chance.choice(scene["members"]))
        lines = [Line(get_product(scene["product"]), 1, 9_000)]
        answers.append(
            asked(
                partial(
                    place_order,
                    key=key(),
                    actor=as_member(buyer),
                    at=NOON,
                    member=buyer,
                    lines=lines,
                    stock_of=f"campaign:{scene['campaign']}",
                )
            )
        )
    return answers


def waiting_orders(n: int) -> Spec:
    thing = product(n)
    [buyer] = people(1)
    return {"orders": [order_of(buyer, thing).public_id for _ in range(n)]}


def pay_all(scene: Spec, seed: int, reference: str = "") -> list[str]:
    """Pay every order just before its time is over. reference : the same payment told of by several, or one each."""
    orders = random.Random(seed).sample(scene["orders"], len(scene["orders"]))
    just_before = NOON + dt.timedelta(minutes=10, microseconds=-1)
    return [asked(partial(pay, one, just_before, f"{reference}:{one}" if reference else "")) for one in orders]


def sweep(times: int) -> list[str]:
    """Close what is over, as the sweeper does."""
    over = NOON + dt.timedelta(minutes=10)
    return [closed for _ in range(times) for closed in settle_order.sweep(at=over)]


def outcomes(scene: Spec) -> Spec:
    rows = Order.objects.filter(public_id__in=scene["orders"])
    captured = Payment.objects.filter(order__in=rows, state="captured").count()
    return {"paid": rows.filter(state="paid").count(), "closed": rows.filter(state="closed").count(), "captured": captured}


def approved_refunds(n: int) -> Spec:
    """Refunds that a gateway has still to send."""
    thing = product(n)
    [buyer] = people(1)
    refunds = []
    for _ in range(n):
        order = order_of(buyer, thing)
        settle_order.pay(key=key(), actor=SYSTEM, at=NOON, order=order, reference=key(), amount_fen=order.payable_fen, tender="wechat")
        asked_for = request_refund(key=key(), actor=as_member(get_member(buyer)), at=NOON, order=get_order(order.public_id))
        settle_order.refund(key=key(), actor=OWNER, at=NOON, order=get_order(order.public_id), asked=asked_for)
        refunds.append(asked_for.public_id)
    return {"refunds": refunds}


def settle_all(scene: Spec) -> list[str]:
    """The gateway's notice of each refund, told of by several at once."""
    return [
        asked(partial(settle_refund, key=key(), actor=SYSTEM, at=NOON, refund=get_refund(one), reference=one)) for one in scene["refunds"]
    ]


def settled(scene: Spec) -> Spec:
    return {"settled": Refund.objects.filter(public_id__in=scene["refunds"], state="settled").count()}


def keep_ordering(scene: Spec, times: int, seed: int) -> list[str]:
    """Orders, some of which ask for more than there is and leave nothing."""
    chance = random.Random(seed)
    answers = []
    for _ in range(times):
        quantity = 10**5 if chance.random() < 0.1 else 1
        answers.append(asked(partial(order_of, chance.choice(scene["members"]), scene["product"], quantity=quantity)))
    return answers


def things(pieces: int, members: int) -> Spec:
    return {"product": product(pieces), "members": people(members)}


def relay_on(times: int) -> list[str]:
    """Relay without end of patience; answers how often this process led and how often another did."""
    log = EventLog(settings.WORKSPACE)
    led = [relay(log, at_once=20).leads for _ in range(times)]
    return ["led" if one else "waited" for one in led]
