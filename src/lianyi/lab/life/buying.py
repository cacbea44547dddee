"""Buying: who sets out to, how far they get, what they take, what it costs."""

from dataclasses import dataclass

import numpy as np

from lianyi.lab.brand import brand
from lianyi.lab.cast.people import NEVER
from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags, counts, picks_by_kind, spread_out, times_of_day
from lianyi.lab.life.campaigns import Campaigns
from lianyi.lab.life.day import CHECKOUT, PAID, PLACED, Orders
from lianyi.lab.life.reach import coming
from lianyi.lab.life.state import State, present
from lianyi.lab.worlds.world import CHANNELS

# Of those who set out to buy, how many get through checkout, and of those, pay.
CHECKOUT_SHARE, PAYS_SHARE = 0.9, 0.95
TEAM_SIZE, TEAM_FILLS_SHARE = 3, 0.85
TWO_PIECES_SHARE = 0.12
REFUND_DAYS = (2, 10)
NOT, FAULT, STOCK, TEAM = range(4)
PARTNER, LIVE = CHANNELS.index("partner"), CHANNELS.index("live")


@dataclass(frozen=True, slots=True)
class _Lines:
    order: Ints
    product: Ints
    quantity: Ints
    fen: Ints
    cost_fen: Ints


def orders(setting: Setting, state: State, campaigns: Campaigns, day: int) -> Orders:
    """Everybody's attempts to buy on a day; the state remembers who lapsed, what was sold, and who bought ahead of time."""
    chance, people = setting.chance, setting.people
    lift, which = campaigns.effect(state, day)
    who = _setting_out(setting, state, day, lift)
    which = which[who]
    at, channel_luck, through, pays = chance.each("orders", day, who)
    at_us = times_of_day(at, setting.calendar.hours)
    first_come = np.argsort(at_us, kind="stable")
    who, which, at_us, through, pays = (c[first_come] for c in (who, which, at_us, through, pays))
    channel, referrer, partner = coming(setting, state, day, who, channel_luck[first_come])
    for place, campaign in enumerate(setting.campaigns):
        if campaign.partner:
            partner[which == place] = campaign.partner - 1
        if campaign.mechanic == "live":
            channel[which == place] = LIVE

    fair = setting.drifts.by_platform("checkout", day)[people.platform[who]]
    stage = np.where(through >= CHECKOUT_SHARE * fair, CHECKOUT, np.where(pays < PAYS_SHARE, PAID, PLACED))
    stopped = np.where((through >= CHECKOUT_SHARE * fair) & (through < CHECKOUT_SHARE), FAULT, NOT)
    lines = _lines(setting, day, who, which)
    gone = _out_of_stock(setting, state, day, len(who), lines, which, stage)
    stage[gone], stopped[gone] = CHECKOUT, STOCK
    team, opens, unfilled = _teams(setting, state, day, who, which, stage)
    stage[unfilled], stopped[unfilled] = PLACED, TEAM
    paid = stage == PAID
    _settle(setting, state, day, who, which, lines, paid)
    number = state.orders + np.arange(len(who))
    state.orders += len(who)
    return Orders(
        number=number,
        who=who,
        stage=stage,
        stopped=stopped,
        channel=channel,
        referrer=referrer,
        partner=partner,
        campaign=which,
        team=team,
        opens=opens,
        refund_days=_refunds(setting, day, who, lines, paid),
        amount_fen=np.bincount(lines.order, lines.fen, len(who)).astype(np.int64),
        cost_fen=np.bincount(lines.order, lines.cost_fen, len(who)).astype(np.int64),
        at_us=at_us,
        line_order=lines.order,
        product=lines.product,
        quantity=lines.quantity,
        line_fen=lines.fen,
    )


def _setting_out(setting: Setting, state: State, day: int, lift: Reals) -> Ints:
    """Who sets out to buy: a Poisson process of their own rate, lifted by touches and campaigns."""
    people, world = setting.people, setting.world
    season = setting.calendar.buying[day]
    on_platform = setting.drifts.by_platform("intent", day)[people.platform]
    touched = np.minimum(state.lift, world.influence.most)
    cooled = np.where(state.cooled_until > day, 1 - state.cooled_share, 1.0)
    rate = people.buy_rate * on_platform * season * np.exp(touched + lift) * cooled
    rate = np.where(state.alive & present(state, day), rate, 0.0)
    luck = setting.chance.everyone("intent", day, people.n)
    # Made-up members order once, a day after they came, to pass for buyers.
    ring = (people.fake >= 0) & (state.joined == day - 1) & (state.joined != NEVER)
    return np.flatnonzero((luck < -np.expm1(-rate)) | ring)


def _lines(setting: Setting, day: int, who: Ints, which: Ints) -> _Lines:
    people, stock = setting.people, setting.goods
    u, _, _, _ = setting.chance.each("lines/how_many", day, who)
    more = counts(u, setting.world.buying.lines * people.basket[who], most=5) * (people.fake[who] < 0)
    order = np.repeat(np.arange(len(who)), 1 + more)
    nth = spread_out(np.zeros(len(who), dtype=np.int64), 1 + more)
    u, v, _, _ = setting.chance.each("lines", day, who[order], nth)
    product = picks_by_kind(u, people.interest[who[order]], stock.choice)
    cheapest = int(np.argmin(stock.price_fen))
    product = np.where(people.fake[who[order]] >= 0, cheapest, product)
    # Nobody buys one thing on two lines: the first stands.
    _, first = np.unique(order * len(stock.price_fen) + product, return_index=True)
    order, product, v = order[first], product[first], v[first]
    quantity = 1 + (v < TWO_PIECES_SHARE * people.basket[who[order]]).astype(np.int64)
    off = np.array([campaign.off_share for campaign in setting.campaigns] + [0.0])[which[order]]
    # Prices end in whole jiao.
    fen = (np.round(stock.price_fen[product] * (1 - off) / 10) * 10).astype(np.int64) * quantity
    return _Lines(order, product, quantity, fen, stock.cost_fen[product] * quantity)


def _out_of_stock(setting: Setting, state: State, day: int, n: int, lines: _Lines, which: Ints, stage: Ints) -> Ints:
    """Orders that meet an empty shelf: a product out of stock, or a campaign's allotment used up by those who came before."""
    level = setting.drifts.by_product("stock", day, len(setting.goods.price_fen))
    luck = setting.chance.each("stock", day, np.arange(len(lines.order)))[0]
    gone = np.zeros(n, dtype=bool)
    gone[lines.order[luck >= level[lines.product]]] = True
    pieces = np.bincount(lines.order, lines.quantity, n) * (stage == PAID)
    for place, campaign in enumerate(setting.campaigns):
        if campaign.stock:
            inside = which == place
            gone |= inside & (state.sold[place] + np.cumsum(np.where(inside, pieces, 0)) > campaign.stock)
    return np.flatnonzero(gone & (stage == PAID))


def _teams(setting: Setting, state: State, day: int, who: Ints, which: Ints, stage: Ints) -> tuple[Ints, Flags, Flags]:
    """Group-buy teams of three, neighbours together: (team of each order, whether it opens one, whether its team did not fill)."""
    team, opens = np.full(len(who), -1), np.zeros(len(who), dtype=bool)
    unfilled = np.zeros(len(who), dtype=bool)
    for place, campaign in enumerate(setting.campaigns):
        if campaign.mechanic != "group_buy":
            continue
        inside = np.flatnonzero((which == place) & (stage == PAID))
        if not len(inside):
            continue
        inside = inside[np.argsort(who[inside], kind="stable")]
        nth = np.arange(len(inside)) // TEAM_SIZE
        team[inside] = state.teams + nth
        teams = int(nth[-1]) + 1
        first = np.arange(0, len(inside), TEAM_SIZE)
        luck = setting.chance.each("teams", day, who[inside[first]])[0]
        failed = luck >= TEAM_FILLS_SHARE
        unfilled[inside] = failed[nth]
        # Whoever came first opened it.
        order = inside[np.lexsort((inside, nth))]
        opens[order[np.unique(nth[np.lexsort((inside, nth))], return_index=True)[1]]] = True
        state.teams += teams
    return team, opens, unfilled


def _settle(setting: Setting, state: State, day: int, who: Ints, which: Ints, lines: _Lines, paid: Flags) -> None:
    """Buyers may lapse; those who bought in a campaign buy less for a while; allotments shrink."""
    people = setting.people
    lapses = setting.chance.each("lapse", day, who)[0] < people.dropout[who]
    state.alive[who[paid & lapses]] = False
    for place, campaign in enumerate(setting.campaigns):
        bought = who[paid & (which == place)]
        if campaign.pulled_share:
            state.cooled_until[bought] = day + 1 + campaign.pulled_days
            state.cooled_share[bought] = campaign.pulled_share
        state.sold[place] += int(lines.quantity[paid[lines.order] & (which[lines.order] == place)].sum())


def _refunds(setting: Setting, day: int, who: Ints, lines: _Lines, paid: Flags) -> Ints:
    """(o,) days until the order goes back, -1 never: by its most returned product; made-up members always send theirs back."""
    worst = np.zeros(len(who))
    np.maximum.at(worst, lines.order, setting.goods.refunds[lines.product])
    u, v, _, _ = setting.chance.each("refunds", day, who)
    share = setting.world.buying.refund_share * setting.drifts.everywhere("refunds", day) * worst
    back = paid & ((u < share) | (setting.people.fake[who] >= 0))
    first, last = REFUND_DAYS
    return np.where(back, first + (v * (last - first)).astype(np.int64), -1)


def partner_terms() -> tuple[Reals, Ints]:
    """Share of sales and fee of a post (fen) of each creator the brand knows."""
    rows = brand("shop")["partners"]
    return np.array([row["commission_share"] for row in rows]), np.array([row["slot_fee_fen"] for row in rows], dtype=np.int64)
