"""Ordering one thing that thousands want at once: the same order as `place_order` makes, through the hot lane."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import LianyiError
from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.commands import Result
from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.lane import Lane
from lianyi.ops.journal.running import carrying_out
from lianyi.ops.journal.services import record_all
from lianyi.ops.journal.together import sent_together
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.models import Order, OrderLine, Stock
from lianyi.ops.shop.refusals import LimitReached, SoldOut
from lianyi.ops.shop.selectors import StockUnknown, get_order
from lianyi.ops.shop.services import stocks
from lianyi.ops.shop.services.place import PATIENCE, Line, Terms, draft_order, order_payload, placed_facts, require_usable

# What a batch has to know of its stocks; written out, because working the statement out anew for each batch costs more than asking it.
STOCKS = "SELECT id, product_id, purpose, available, member_limit FROM shop_stock"


@dataclass(frozen=True, slots=True)
class Wish:
    """One member's wish for one line."""

    member: Member
    line: Line
    terms: Terms

    @property
    def place(self) -> tuple[int, str]:
        """Which stock it draws on: product row and purpose."""
        return self.line.product.pk, self.terms.stock_of


def grab(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    member: Member,
    line: Line,
    campaign_id: str = "",
    stock_of: str = "shop",
    referrer_id: str = "",
    channel: str = "",
    platform: str = "",
    patience: dt.timedelta = PATIENCE,
    lane: Lane | None = None,
) -> Order:
    """Order one product through this process's hot lane; as `place_order` with one line, and known to it by the same key.

    Raises SoldOut, LimitReached, NotOnSale, LineUnusable, StockUnknown, KeyReused, NotAllowed; LaneFull and LaneSlow (try again, same key).
    """
    lane = lane or LANE
    lane.require_room()
    actor.require_self(member.public_id, otherwise="shop.write")
    require_usable([line], (), 0)
    terms = Terms(
        campaign_id=campaign_id, stock_of=stock_of, referrer_id=referrer_id, channel=channel, platform=platform, patience=patience
    )
    wish = Wish(member, line, terms)
    payload = order_payload(member, [line], terms)
    done = lane.ask(Asked(key=key, name="shop.place_order", actor=actor, at=at, payload=payload, request=wish))
    return get_order(done["order"])


def lock_stocks(asked: Sequence[Asked]) -> list[Stock]:
    """Take the stock rows, ascending: from here on nobody else changes them or their limits. SQLite has taken its one lock already.

    Orders of the other lane may be written meanwhile, which point to the rows; that is why their keys are left alone.
    """
    products, purposes = zip(*{one.request.place for one in asked}, strict=True)
    marks = ", ".join(["%s"] * len(products))
    locked = "FOR NO KEY UPDATE" if connection.features.has_select_for_update else ""
    return list(
        Stock.objects.raw(f"{STOCKS} WHERE product_id IN ({marks}) AND purpose IN ({marks}) ORDER BY id {locked}", [*products, *purposes])
    )


def place_wishes(asked: Sequence[Asked], held: Sequence[Stock]) -> list[Result | LianyiError]:
    """Carry out a batch of orders of one line each, inside the transaction that is open; held : the stocks, by `lock_stocks`."""
    known = {(row.product_id, row.purpose): row for row in held}
    rows = {row.pk: row for row in held}
    left = {pk: row.available for pk, row in rows.items()}
    have = _counts(asked, rows)
    verdicts: list[Result | LianyiError] = []
    drafts: list[tuple[Asked, Order, list[OrderLine]]] = []
    taken: dict[int, int] = {}
    counted: dict[tuple[int, int], int] = {}
    for one in asked:
        wish: Wish = one.request
        stock, quantity = known.get(wish.place), wish.line.quantity
        if stock is None:
            verdicts.append(StockUnknown(product=wish.line.product.public_id, purpose=wish.terms.stock_of))
            continue
        place = (stock.pk, wish.member.pk)
        if quantity > left[stock.pk]:
            verdicts.append(SoldOut(title=wish.line.product.title))
            continue
        if stock.member_limit is not None and have.get(place, 0) + quantity > stock.member_limit:
            verdicts.append(LimitReached(title=wish.line.product.title, limit=stock.member_limit))
            continue
        try:
            order, lines = draft_order(
                key=one.key,
                at=one.at,
                member=wish.member,
                lines=[wish.line],
                stocks={stock.product_id: stock},
                discounts=(),
                terms=wish.terms,
            )
        except LianyiError as refusal:
            verdicts.append(refusal)
            continue
        left[stock.pk] -= quantity
        taken[stock.pk] = taken.get(stock.pk, 0) + quantity
        if stock.member_limit is not None:
            have[place] = counted[place] = have.get(place, 0) + quantity
        drafts.append((one, order, lines))
        verdicts.append({"order": order.public_id})
    _write(drafts, rows, taken, counted)
    return verdicts


def _counts(asked: Sequence[Asked], rows: dict[int, Stock]) -> dict[tuple[int, int], int]:
    """What each asker has of each limited stock."""
    limited = [pk for pk, row in rows.items() if row.member_limit is not None]
    if not limited:
        return {}
    return stocks.counts(limited, {one.request.member.pk for one in asked})


def _write(
    drafts: Sequence[tuple[Asked, Order, list[OrderLine]]],
    rows: dict[int, Stock],
    taken: dict[int, int],
    counted: dict[tuple[int, int], int],
) -> None:
    """All orders, lines, facts and counts, each table in one statement."""
    insert_all([order for _, order, _ in drafts])
    facts, lines = [], []
    for one, order, drafted in drafts:
        for line in drafted:
            # Drafted before the order had its number.
            line.order = order
        lines += drafted
        with carrying_out(one.key):
            facts += placed_facts(order, drafted, one.actor)
    stocks.hold(rows, taken)
    with sent_together():
        insert_all(lines)
        record_all(facts)
        stocks.count_all(counted, {pk: row.member_limit for pk, row in rows.items()})


LANE = Lane("orders", lock_stocks, place_wishes)
