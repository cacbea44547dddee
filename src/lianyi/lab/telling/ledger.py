"""Telling what was spent: media, creators, discounts, prizes, contents, people, tools, shipping."""

import numpy as np

from lianyi.kernel.clock import US_PER_SECOND, date_of
from lianyi.lab.cast.contents import CREATOR, POST
from lianyi.lab.life.buying import partner_terms
from lianyi.lab.life.campaigns import running
from lianyi.lab.life.day import Day
from lianyi.lab.life.reach import PAID
from lianyi.lab.telling.teller import Teller

SECOND = US_PER_SECOND
EVENING_US = 23 * 3600 * SECOND
SHIPPING_FEN = 550
# A post, for each person of the population: a brand of ten thousand spends 200 yuan on one.
POST_FEN = 2
PRIZE_FEN = 260
INVITE_REWARD_FEN = 800
# A month of the team and its tools, for each person of the population: the team grows with the brand.
LABOUR_FEN, TOOL_FEN = 320, 25


def tell_costs(teller: Teller, day: Day) -> None:
    """Costs of a day, booked in the evening; the monthly ones on the first."""
    setting, orders = teller.setting, day.orders
    acquisition = int(teller.facts.spelling.subject("acquisition", 0))
    ads = int(setting.world.ads.cost_fen * int((day.touches.channel == PAID).sum()))
    _book(teller, day.d, "media", ads, subject=acquisition, channel=PAID)
    _book(teller, day.d, "shipping", SHIPPING_FEN * int(orders.paid.sum()))
    contents = setting.contents
    first, last = np.searchsorted(contents.day, [day.d, day.d + 1])
    _book(teller, day.d, "content", POST_FEN * setting.people.n * int((contents.use[first:last] == POST).sum()))
    _, fees = partner_terms()
    for content in first + np.flatnonzero(contents.use[first:last] == CREATOR):
        partner = int(contents.partner[content])
        _book(teller, day.d, "kol_fee", int(fees[partner % len(fees)]), subject=acquisition, partner=partner, content=int(content))
    _tell_commissions(teller, day)
    for place, campaign in enumerate(setting.campaigns):
        if not running(campaign, day.d):
            continue
        lines = np.flatnonzero((orders.campaign[orders.line_order] == place) & orders.paid[orders.line_order])
        usual = setting.goods.price_fen[orders.product[lines]] * orders.quantity[lines]
        _book(teller, day.d, "coupon_subsidy", int((usual - orders.line_fen[lines]).sum()), campaign=place)
        joined = int((day.joins.campaign == place).sum())
        _book(teller, day.d, "points", INVITE_REWARD_FEN * joined, campaign=place, subject=acquisition)
        if campaign.mechanic == "lottery":
            part = int((day.heard.taking_part & (day.heard.campaign == place)).sum())
            _book(teller, day.d, "prize", PRIZE_FEN * part, campaign=place)
    if date_of(setting.calendar.first_day + day.d).day == 1:
        _book(teller, day.d, "labour", LABOUR_FEN * setting.people.n)
        _book(teller, day.d, "tool", TOOL_FEN * setting.people.n)


def _tell_commissions(teller: Teller, day: Day) -> None:
    orders = day.orders
    share, _ = partner_terms()
    for partner in np.unique(orders.partner[(orders.partner >= 0) & orders.paid]):
        sales = int(orders.amount_fen[(orders.partner == partner) & orders.paid].sum())
        _book(teller, day.d, "commission", round(sales * float(share[partner % len(share)])), partner=int(partner))


def _book(teller: Teller, day: int, kind: str, fen: int, **columns: int) -> None:
    if fen <= 0:
        return
    t = teller.instant(day, np.array([EVENING_US]))
    teller.facts.add("cost_booked", t, kind=teller.facts.spelling.kind(kind), amount=fen, **columns)
