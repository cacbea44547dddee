"""The shop as the team looks at it: long lists, and what campaigns sold."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import TruncHour

from lianyi.kernel.pages import PER_PAGE, Page, order_of, page_of
from lianyi.ops.journal.days import begins, ends
from lianyi.ops.journal.prefixes import begins_with
from lianyi.ops.members.lists import rows_named
from lianyi.ops.shop.models import STUCK_TRIES, Order, OrderLine, Payment, Price, Product, Refund, Stock

ORDERED_BY = {"placed": "placed_at", "payable": "payable_fen", "refunded": "refunded_fen"}
PRODUCTS_BY = {"title": "title", "created": "created_at", "cost": "unit_cost_fen"}
REFUNDS_BY = {"requested": "requested_at", "amount": "amount_fen"}
PAID = ("paid", "refunded")


@dataclass(frozen=True, slots=True)
class Sales:
    """What a campaign sold at its own price. pending : orders that wait for payment; net_fen : paid and not given back."""

    placed: int = 0
    pending: int = 0
    paid: int = 0
    net_fen: int = 0
    refunded_fen: int = 0
    buyers: int = 0


def sales_of(campaign_ids: Iterable[str]) -> dict[str, Sales]:
    """What campaigns sold, by public id; one without an order is left out. One query."""
    paid = Q(state__in=PAID)
    rows = Order.objects.filter(campaign_id__in=list(campaign_ids)).values("campaign_id")
    found = rows.annotate(
        placed=Count("id"),
        pending=Count("id", filter=Q(state="pending")),
        paid=Count("id", filter=paid),
        gross_fen=Sum("payable_fen", filter=paid, default=0),
        back_fen=Sum("refunded_fen", filter=paid, default=0),
        buyers=Count("member", filter=paid, distinct=True),
    ).order_by("campaign_id")
    return {
        row["campaign_id"]: Sales(
            row["placed"], row["pending"], row["paid"], row["gross_fen"] - row["back_fen"], row["back_fen"], row["buyers"]
        )
        for row in found
    }


def hourly_sales(campaign_id: str) -> list[tuple[dt.datetime, int]]:
    """Orders of a campaign paid in each hour that had one, in time. One query."""
    paid = Order.objects.filter(campaign_id=campaign_id, paid_at__isnull=False).annotate(hour=TruncHour("paid_at"))
    return list(paid.values("hour").annotate(n=Count("id")).order_by("hour").values_list("hour", "n"))


def paid_by_members(members: QuerySet[Any], since: dt.datetime, until: dt.datetime) -> list[tuple[int, dt.datetime, int]]:
    """Orders that some members paid for in a time: (the member's row, when, what was paid and not given back). members : rows' keys, as a query."""
    paid = Order.objects.filter(member_id__in=members, paid_at__gte=since, paid_at__lt=until)
    return [
        (member, paid_at, payable - back)
        for member, paid_at, payable, back in paid.values_list("member_id", "paid_at", "payable_fen", "refunded_fen")
    ]


def page_orders(
    *,
    state: str = "",
    words: str = "",
    campaign: str = "",
    since: dt.date | None = None,
    until: dt.date | None = None,
    sort: str = "-placed",
    number: int = 1,
    size: int = PER_PAGE,
    chosen: Sequence[str] | None = None,
) -> Page[Order]:
    """Orders with their members. words : the beginning of an order's or a member's id; since, until : business days of placing, both included.

    chosen : ids of these only.

    Raises UnknownName for an order that the list does not have.
    """
    orders = Order.objects.select_related("member").order_by(order_of(ORDERED_BY, sort), "-id")
    if state:
        orders = orders.filter(state=state)
    if words:
        orders = orders.filter(begins_with("public_id", words) | Q(member__in=rows_named(words)))
    if campaign:
        orders = orders.filter(campaign_id=campaign)
    if since:
        orders = orders.filter(placed_at__gte=begins(since))
    if until:
        orders = orders.filter(placed_at__lt=ends(until))
    if chosen is not None:
        orders = orders.filter(public_id__in=chosen)
    return page_of(orders, number, size)


STUCK = "stuck"
IS_STUCK = Q(state="approved", tries__gte=STUCK_TRIES) & ~Q(fault="")


def page_refunds(*, state: str = "", words: str = "", sort: str = "-requested", number: int = 1, size: int = PER_PAGE) -> Page[Refund]:
    """Refunds with their orders and members, those that wait for a decision among them.

    state : of the model, or `stuck`; words : the beginning of an order's id
    """
    refunds = Refund.objects.select_related("order__member", "payment").order_by(order_of(REFUNDS_BY, sort), "-id")
    if state == STUCK:
        refunds = stuck_refunds(refunds)
    elif state:
        refunds = refunds.filter(state=state)
    if words:
        refunds = refunds.filter(begins_with("order__public_id", words))
    return page_of(refunds, number, size)


def stuck_refunds(among: QuerySet[Any]) -> QuerySet[Any]:
    """Those of some refunds that a gateway was asked for several times and does not do."""
    return among.filter(IS_STUCK)


def count_refunds_waiting() -> int:
    """Refunds that wait for a person: those that members asked for and nobody decided, and those that a gateway does not do."""
    return Refund.objects.filter(Q(state="requested") | IS_STUCK).count()


def page_products(
    *, words: str = "", category: str = "", on_sale: str = "", sort: str = "-created", number: int = 1, size: int = PER_PAGE
) -> Page[Product]:
    """Products. words : part of a title or the beginning of an id; on_sale : yes | no | "" for all."""
    products = Product.objects.order_by(order_of(PRODUCTS_BY, sort), "-id")
    if words:
        products = products.filter(Q(title__icontains=words) | Q(public_id__startswith=words))
    if category:
        products = products.filter(category=category)
    if on_sale:
        products = products.filter(on_sale=on_sale == "yes")
    return page_of(products, number, size)


def list_product_ids() -> list[str]:
    """The public id of every product."""
    return list(Product.objects.values_list("public_id", flat=True))


def list_categories() -> list[str]:
    """Categories that products have."""
    return sorted(set(Product.objects.exclude(category="").values_list("category", flat=True)))


def stocks_of(products: Sequence[Product]) -> dict[int, list[Stock]]:
    """Every stock of some products, the shop's first, by the product's row. One query."""
    found: dict[int, list[Stock]] = {product.pk: [] for product in products}
    for stock in Stock.objects.filter(product__in=products).order_by("product_id", "-purpose"):
        found[stock.product_id].append(stock)
    for stocks in found.values():
        stocks.sort(key=lambda stock: (stock.purpose != "shop", stock.purpose))
    return found


def list_prices(product: Product) -> list[Price]:
    """The price history of a product, the newest first."""
    return list(Price.objects.filter(product=product).order_by("-since"))


def list_payments(order: Order) -> list[Payment]:
    """Money that came in for an order, in time."""
    return list(Payment.objects.filter(order=order).order_by("at", "id"))


def sold_of(product: Product, *, limit: int = 20) -> list[OrderLine]:
    """The latest deals of a product, with their orders."""
    lines = OrderLine.objects.filter(product=product, deal_at__isnull=False).select_related("order__member")
    return list(lines.order_by("-deal_at", "-id")[:limit])


@dataclass(frozen=True, slots=True)
class Purchases:
    """What a member bought here. net_fen : paid and not given back; last_at : of the latest order that was paid."""

    orders: int = 0
    net_fen: int = 0
    last_at: dt.datetime | None = None


def purchases_of(member_rows: Iterable[int]) -> dict[int, Purchases]:
    """What members bought here, by their row; one without a paid order is left out. One query."""
    paid = Order.objects.filter(member_id__in=list(member_rows), state__in=PAID).values("member_id")
    found = paid.annotate(n=Count("id"), gross=Sum("payable_fen"), back=Sum("refunded_fen"), last=Max("paid_at")).order_by("member_id")
    return {row["member_id"]: Purchases(row["n"], row["gross"] - row["back"], row["last"]) for row in found}


def buyers_where(*, since: dt.datetime | None = None, least_orders: int = 1, least_fen: int = 0) -> QuerySet[Any]:
    """Rows of members who paid for so many orders and so much (not given back), since an instant or ever, as a query."""
    paid = Order.objects.filter(state__in=PAID)
    if since:
        paid = paid.filter(paid_at__gte=since)
    if least_orders <= 1 and least_fen <= 0:
        return paid.values("member_id")
    counted = paid.values("member_id").annotate(net=Sum(F("payable_fen") - F("refunded_fen"))).filter(net__gte=least_fen)
    if least_orders > 1:
        counted = counted.annotate(n=Count("id")).filter(n__gte=least_orders)
    return counted.values("member_id")
