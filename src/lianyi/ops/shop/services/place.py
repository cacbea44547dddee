"""Placing an order."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from lianyi.kernel.actor import Actor
from lianyi.kernel.text import Text
from lianyi.ops.journal.canonical import microseconds
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.insert import insert_all
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.journal.services import draft, record_all
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.models import Order, OrderLine, Product, Stock
from lianyi.ops.shop.refusals import LineUnusable, NotOnSale
from lianyi.ops.shop.rules.split import split
from lianyi.ops.shop.selectors import find_price, get_order, get_stock
from lianyi.ops.shop.services import stocks

MOST_PIECES = 100_000
PATIENCE = dt.timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Line:
    """What is bought. unit_price_fen : None for the shop's own price at that instant; set by a campaign, never by a form."""

    product: Product
    quantity: int = 1
    unit_price_fen: int | None = None


@dataclass(frozen=True, slots=True)
class Discount:
    """Something off, shared over the lines of the products it is for (all of them when none is named), to the last fen."""

    kind: str
    amount_fen: int
    subject_id: str = ""
    product_ids: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms an order is placed, beside its lines; as for `place_order`."""

    campaign_id: str = ""
    stock_of: str = "shop"
    shipping_fen: int = 0
    referrer_id: str = ""
    channel: str = ""
    platform: str = ""
    patience: dt.timedelta = PATIENCE


def place_order(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    member: Member,
    lines: Sequence[Line],
    campaign_id: str = "",
    discounts: Sequence[Discount] = (),
    stock_of: str = "shop",
    shipping_fen: int = 0,
    referrer_id: str = "",
    channel: str = "",
    platform: str = "",
    patience: dt.timedelta = PATIENCE,
) -> Order:
    """Order goods and hold them until `at + patience`; no payment is taken at or after that instant.

    stock_of : the purpose of the stock that is drawn on: "shop", or "campaign:<id>"
    Two lines of one product count together against stock and limit. Nothing is left behind by a refusal.
    Raises SoldOut, LimitReached, NotOnSale, LineUnusable, StockUnknown, KeyReused, NotAllowed.
    """
    actor.require_self(member.public_id, otherwise="shop.write")
    require_usable(lines, discounts, shipping_fen)
    terms = Terms(campaign_id, stock_of, shipping_fen, referrer_id, channel, platform, patience)

    def do() -> Result:
        rows = {stock.pk: stock for stock in (get_stock(line.product, stock_of) for line in lines)}
        by_product = {stock.product_id: stock for stock in rows.values()}
        order, drafted = draft_order(key=key, at=at, member=member, lines=lines, stocks=by_product, discounts=discounts, terms=terms)
        order.save(force_insert=True)
        for line in drafted:
            # Drafted before the order had its number.
            line.order = order
        insert_all(drafted)
        record_all(placed_facts(order, drafted, actor))
        wanted = stocks.quantities(drafted)
        limits = stocks.hold(rows, wanted)
        stocks.count(rows, wanted, limits, member.pk)
        return {"order": order.public_id}

    payload = order_payload(member, lines, terms, discounts)
    return get_order(execute(key=key, name="shop.place_order", actor=actor, at=at, payload=payload, do=do)["order"])


def order_payload(member: Member, lines: Sequence[Line], terms: Terms, discounts: Sequence[Discount] = ()) -> dict[str, object]:
    """What was asked for, as the command log keeps it."""
    return {
        "member": member.public_id,
        "lines": [[line.product.public_id, line.quantity, line.unit_price_fen] for line in lines],
        "campaign": terms.campaign_id,
        "discounts": [[one.kind, one.amount_fen, one.subject_id, sorted(one.product_ids)] for one in discounts],
        "stock": terms.stock_of,
        "shipping_fen": terms.shipping_fen,
    }


def require_usable(lines: Sequence[Line], discounts: Sequence[Discount], shipping_fen: int) -> None:
    """Raises LineUnusable for what cannot be an order, and NotOnSale."""
    if not 1 <= len(lines) <= 100:
        raise LineUnusable(why=Text(zh="一张订单有 1 到 100 行", en="an order has 1 to 100 lines"))
    for line in lines:
        if isinstance(line.quantity, bool) or not isinstance(line.quantity, int) or not 1 <= line.quantity <= MOST_PIECES:
            raise LineUnusable(why=Text(zh="件数应为 1 到 100000", en="a quantity is 1 to 100000"))
        if line.unit_price_fen is not None and line.unit_price_fen < 0:
            raise LineUnusable(why=Text(zh="单价不能为负", en="a price is not negative"))
        if not line.product.on_sale:
            raise NotOnSale(title=line.product.title)
    if shipping_fen < 0 or any(one.amount_fen < 0 for one in discounts):
        raise LineUnusable(why=Text(zh="运费与优惠不能为负", en="shipping and discounts are not negative"))


def draft_order(
    *,
    key: str,
    at: dt.datetime,
    member: Member,
    lines: Sequence[Line],
    stocks: dict[int, Stock],
    discounts: Sequence[Discount],
    terms: Terms,
) -> tuple[Order, list[OrderLine]]:
    """An order and its lines, priced and not yet written. stocks : by product row."""
    prices = [_price_of(line, at) for line in lines]
    totals = [price * line.quantity for price, line in zip(prices, lines, strict=True)]
    off = [0] * len(lines)
    for one in discounts:
        weights = [
            total - taken if not one.product_ids or line.product.public_id in one.product_ids else 0
            for total, taken, line in zip(totals, off, lines, strict=True)
        ]
        if one.amount_fen > sum(weights):
            raise LineUnusable(why=Text(zh="优惠多于货款", en="the discounts are more than the goods cost"))
        off = [taken + part for taken, part in zip(off, split(one.amount_fen, weights), strict=True)]
    order = Order(
        public_id=f"o_{secrets.token_hex(10)}",
        key=key,
        member=member,
        campaign_id=terms.campaign_id,
        referrer_id=terms.referrer_id,
        channel=terms.channel,
        platform=terms.platform,
        goods_fen=sum(totals),
        discount_fen=sum(off),
        shipping_fen=terms.shipping_fen,
        payable_fen=sum(totals) - sum(off) + terms.shipping_fen,
        placed_at=at,
        expires_at=at + terms.patience,
    )
    rows = [
        OrderLine(
            order=order,
            number=number,
            product=line.product,
            stock=stocks[line.product.pk],
            quantity=line.quantity,
            unit_price_fen=price,
            discount_fen=taken,
            paid_fen=total - taken,
        )
        for number, (line, price, total, taken) in enumerate(zip(lines, prices, totals, off, strict=True), start=1)
    ]
    return order, rows


def placed_facts(order: Order, rows: Sequence[OrderLine], actor: Actor) -> list[Fact]:
    """What is stated when an order is placed: one fact a line."""
    return [
        line_fact(
            "order_placed",
            order,
            row,
            actor,
            order.placed_at,
            body={
                "unit_price_fen": row.unit_price_fen,
                "discount_fen": row.discount_fen,
                "stock": row.stock.purpose,
                "expires_t": microseconds(order.expires_at),
            },
        )
        for row in rows
    ]


def line_fact(
    name: str, order: Order, row: OrderLine, actor: Actor, at: dt.datetime, *, body: dict[str, object], quantity: int | None = None,
    amount_fen: int | None = None, kind: str = "",
) -> Fact:  # fmt: skip
    """A fact about one line; shipping is told with the first."""
    shipping = order.shipping_fen if row.number == 1 else 0
    return draft(
        name=name,
        at=at,
        actor=actor,
        member_id=order.member.public_id,
        order_id=order.public_id,
        product_id=row.product.public_id,
        campaign_id=order.campaign_id,
        referrer_id=order.referrer_id,
        channel=order.channel,
        platform=order.platform,
        quantity=row.quantity if quantity is None else quantity,
        amount_fen=row.paid_fen + shipping if amount_fen is None else amount_fen,
        kind=kind,
        body={"title": row.product.title, "line": row.number, **body},
    )


def _price_of(line: Line, at: dt.datetime) -> int:
    if line.unit_price_fen is not None:
        return line.unit_price_fen
    price = find_price(line.product, at)
    if price is None:
        raise NotOnSale(title=line.product.title)
    return price.price_fen
