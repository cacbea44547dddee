"""Telling purchases: the way to checkout, what was paid, what went back, what buyers say."""

from typing import Any

import numpy as np

from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND
from lianyi.lab.brand import brand
from lianyi.lab.draws import picks, waits
from lianyi.lab.life.buying import STOCK
from lianyi.lab.life.day import PLACED, Day, Orders
from lianyi.lab.telling.teller import LEAST_US, Teller
from lianyi.lab.telling.words import body, spoken

SECOND = US_PER_SECOND
HOUR_US = 3600 * SECOND


def tell_orders(teller: Teller, day: Day) -> None:
    """Attempts to buy, step by step, and everything that follows from those that were paid."""
    orders, facts = day.orders, teller.facts
    session = teller.new_sessions(len(orders))
    t = teller.instant(day.d, np.maximum(orders.at_us, LEAST_US))
    first = np.searchsorted(orders.line_order, np.arange(len(orders)))
    where: dict[str, Any] = {
        **teller.person(orders.who),
        "session": session,
        "channel": orders.channel,
        "partner": orders.partner,
        "referrer": orders.referrer,
        "campaign": orders.campaign,
    }
    product = orders.product[first] if len(orders) else first
    facts.add("product_viewed", t - 240 * SECOND, product=product, **where)
    facts.add("cart_added", t - 120 * SECOND, product=product, **where)
    some = np.flatnonzero(orders.stopped != STOCK)
    facts.add("checkout_started", t[some] - 45 * SECOND, **_of(where, some))
    placed = np.flatnonzero(orders.stage >= PLACED)
    pieces = np.bincount(orders.line_order, orders.quantity, len(orders)).astype(np.int64)
    facts.add(
        "order_placed",
        t[placed] - 15 * SECOND,
        order=orders.number[placed],
        quantity=pieces[placed],
        amount=orders.amount_fen[placed],
        **_of(where, placed),
    )
    _tell_lines(teller, day.d, orders, t, where)
    unpaid = np.flatnonzero(orders.stage == PLACED)
    facts.add("order_closed", t[unpaid] + 30 * 60 * SECOND, order=orders.number[unpaid], **_of(where, unpaid))
    shared = day.order_shares
    facts.add("content_shared", t[shared] + 300 * SECOND, **teller.person(orders.who[shared]), content=_newest(teller, day.d, len(shared)))
    _tell_complaints(teller, day.d, orders, t)
    _tell_reviews(teller, day.d, orders, t)


def _tell_lines(teller: Teller, day: int, orders: Orders, t: np.ndarray, where: dict[str, Any]) -> None:
    """Paid lines, and the lines that went back."""
    setting, facts = teller.setting, teller.facts
    lines = np.flatnonzero(orders.paid[orders.line_order])
    of = orders.line_order[lines]
    bodies: Any = -1
    if setting.world.detail:
        titles = [row["title"] for row in brand("shop")["products"]]
        nth = lines - np.searchsorted(orders.line_order, of) + 1
        list_fen = setting.goods.price_fen[orders.product[lines]]
        off = list_fen * orders.quantity[lines] - orders.line_fen[lines]
        bodies = facts.spelling.texts(
            [
                body(title=titles[p], unit_price_fen=int(fen), line=int(n), discount_fen=int(d))
                for p, fen, n, d in zip(orders.product[lines].tolist(), list_fen, nth, off, strict=True)
            ]
        )
    amounts = {
        "order": orders.number[of],
        "product": orders.product[lines],
        "quantity": orders.quantity[lines],
        "amount": orders.line_fen[lines],
    }
    facts.add("order_paid", t[of], body=bodies, **amounts, **_of(where, of))
    back = np.flatnonzero(orders.refund_days[of] >= 0)
    of, lines = of[back], lines[back]
    reason: Any = -1
    if setting.world.detail and len(of):
        causes = brand("talk")["refunds"]
        luck = setting.chance.each("refunds/why", day, orders.who[of])[0]
        names = list(causes)
        reason = facts.spelling.texts([body(reason=names[k]) for k in picks(luck, np.cumsum(list(causes.values())))])
    kept = {key: values for key, values in _of(where, of).items() if key != "session"}
    facts.add(
        "order_refunded", t[of] + orders.refund_days[of] * US_PER_DAY, body=reason, **{key: v[back] for key, v in amounts.items()}, **kept
    )


def _tell_complaints(teller: Teller, day: int, orders: Orders, t: np.ndarray) -> None:
    setting = teller.setting
    u, v, w, x = setting.chance.each("complaints", day, orders.who)
    opened = np.flatnonzero(orders.paid & (u < setting.world.buying.complaint_share))
    if not len(opened):
        return
    numbers = teller.complaints + 1 + np.arange(len(opened))
    teller.complaints += len(opened)
    spelling = teller.facts.spelling
    causes = brand("talk")["complaints"]
    codes = np.array([spelling.kind(cause) for cause in causes])
    begins = t[opened] + (US_PER_DAY * (1 + 5 * v[opened])).astype(np.int64)
    hours = waits(w[opened], x[opened], median=19.0, spread=0.8)
    columns = {**teller.person(orders.who[opened]), "subject": spelling.subject("ts", numbers), "order": orders.number[opened]}
    product = orders.product[np.searchsorted(orders.line_order, opened)]
    kind = codes[picks(x[opened], np.cumsum(list(causes.values())))]
    text: Any = -1
    if setting.world.detail:
        text = spelling.texts([body(text=spoken("negative", int(n), 0)) for n in numbers])
    teller.facts.add("complaint_opened", begins, kind=kind, product=product, body=text, **columns)
    # One in fourteen is never settled.
    settled = np.flatnonzero(u[opened] < 0.93 * setting.world.buying.complaint_share)
    ends = begins + (hours * HOUR_US).astype(np.int64)
    teller.facts.add("complaint_resolved", ends[settled], **_of(columns, settled))


def _tell_reviews(teller: Teller, day: int, orders: Orders, t: np.ndarray) -> None:
    setting = teller.setting
    u, v, w, _ = setting.chance.each("reviews", day, orders.who)
    posted = np.flatnonzero(orders.paid & (u < setting.world.buying.review_share))
    if not len(posted):
        return
    product = orders.product[np.searchsorted(orders.line_order, posted)]
    bad = 0.05 * setting.goods.refunds[product]
    stars = np.where(w[posted] < bad, 1 + (w[posted] < bad / 2), np.where(w[posted] < bad + 0.1, 3, np.where(w[posted] < 0.4, 4, 5)))
    text: Any = -1
    if setting.world.detail:
        groups = ["bad_reviews", "bad_reviews", "middling_reviews", "good_reviews", "good_reviews"]
        interest = setting.people.interest[orders.who[posted]]
        text = teller.facts.spelling.texts(
            [
                body(text=spoken(groups[s - 1], n, i))
                for s, n, i in zip(stars.tolist(), orders.number[posted].tolist(), interest.tolist(), strict=True)
            ]
        )
    when = t[posted] + ((3 + 9 * v[posted]) * US_PER_DAY).astype(np.int64)
    teller.facts.add("review_posted", when, **teller.person(orders.who[posted]), product=product, value=stars.astype(np.float64), body=text)


def _newest(teller: Teller, day: int, n: int) -> np.ndarray:
    last = int(np.searchsorted(teller.setting.contents.day, day + 1)) - 1
    return np.full(n, last)


def _of(columns: dict[str, Any], places: np.ndarray) -> dict[str, Any]:
    return {key: values[places] for key, values in columns.items()}
