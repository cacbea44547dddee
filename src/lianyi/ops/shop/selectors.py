"""Reading the shop."""

import datetime as dt
from collections.abc import Collection, Sequence

from django.db.models import F, Min

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.models import Order, OrderLine, Payment, Price, Product, Purchased, Refund, Stock

__all__ = [
    "Order",
    "OrderLine",
    "Payment",
    "Price",
    "Product",
    "Refund",
    "Stock",
    "available_of",
    "find_last_deal_fen",
    "find_lowest_deal_fen",
    "find_order",
    "find_price",
    "find_stock",
    "get_order",
    "get_payment",
    "get_product",
    "get_refund",
    "get_stock",
    "has_bought",
    "list_lines",
    "list_orders",
    "list_products",
    "list_refunds", "list_refunds_to_send",
    "prices_at",
    "purchased_by",
]  # fmt: skip


class ProductUnknown(NotThere):
    """There is no such product."""

    code = "product_unknown"
    message = Text(zh="没有这件商品：%(product)s。", en="There is no such product: %(product)s.")


class OrderUnknown(NotThere):
    """There is no such order."""

    code = "order_unknown"
    message = Text(zh="没有这张订单：%(order)s。", en="There is no such order: %(order)s.")


class StockUnknown(NotThere):
    """A product has no stock for a purpose."""

    code = "stock_unknown"
    message = Text(zh="%(product)s 没有用于 %(purpose)s 的库存。", en="%(product)s has no stock for %(purpose)s.")


class RefundUnknown(NotThere):
    """There is no such refund."""

    code = "refund_unknown"
    message = Text(zh="没有这笔退款：%(refund)s。", en="There is no such refund: %(refund)s.")


def get_product(public_id: str) -> Product:
    """A product by public id. Raises ProductUnknown."""
    found = Product.objects.filter(public_id=public_id).first()
    if found is None:
        raise ProductUnknown(product=public_id)
    return found


def list_products(*, on_sale: bool = True) -> list[Product]:
    """Products, the newest first."""
    return list(Product.objects.filter(**({"on_sale": True} if on_sale else {})).order_by("-created_at", "-id"))


def find_price(product: Product, at: dt.datetime) -> Price | None:
    """The price that holds at an instant; None before the first."""
    return Price.objects.filter(product=product, since__lte=at).order_by("-since").first()


def prices_at(products: Sequence[Product], at: dt.datetime) -> dict[int, Price]:
    """The prices that hold at an instant, by the product's row; one without a price yet is left out. One query."""
    known = Price.objects.filter(product__in=products, since__lte=at).order_by("product_id", "since")
    return {price.product_id: price for price in known}


def find_lowest_deal_fen(product: Product, at: dt.datetime, days: int = 7) -> int | None:
    """The lowest price for one piece at which the product was really sold in the days before an instant; None for no deal."""
    deals = OrderLine.objects.filter(product=product, deal_at__lt=at, deal_at__gte=at - dt.timedelta(days=days))
    found: int | None = deals.aggregate(lowest=Min(F("paid_fen") / F("quantity")))["lowest"]
    return found


def find_last_deal_fen(product: Product, at: dt.datetime) -> int | None:
    """The price for one piece at the last deal before an instant; None when it was never sold."""
    last = OrderLine.objects.filter(product=product, deal_at__lt=at).order_by("-deal_at", "-id").first()
    return None if last is None else last.paid_fen // last.quantity


def find_stock(product: Product, purpose: str = "shop") -> Stock | None:
    """The stock of a product for a purpose; None when none was ever set aside."""
    return Stock.objects.filter(product=product, purpose=purpose).first()


def available_of(products: Sequence[Product], purpose: str = "shop") -> dict[int, int]:
    """Pieces that can be bought, by the product's row; a product without such a stock is left out. One query."""
    return dict(Stock.objects.filter(product__in=products, purpose=purpose).values_list("product_id", "available"))


def get_stock(product: Product, purpose: str = "shop") -> Stock:
    """The stock of a product for a purpose. Raises StockUnknown."""
    found = find_stock(product, purpose)
    if found is None:
        raise StockUnknown(product=product.public_id, purpose=purpose)
    return found


def purchased_by(member: Member, stock: Stock) -> int:
    """How many pieces of a limited stock a member has, pending and paid."""
    return Purchased.objects.filter(stock=stock, member=member).values_list("quantity", flat=True).first() or 0


def get_order(public_id: str) -> Order:
    """An order with its member. Raises OrderUnknown."""
    found = find_order(public_id)
    if found is None:
        raise OrderUnknown(order=public_id)
    return found


def find_order(public_id: str) -> Order | None:
    """An order with its member; None when there is none."""
    return Order.objects.filter(public_id=public_id).select_related("member").first()


def list_orders(member: Member, *, limit: int = 100) -> list[Order]:
    """A member's orders, the newest first."""
    return list(Order.objects.filter(member=member).order_by("-placed_at", "-id")[:limit])


def list_lines(orders: Sequence[Order]) -> dict[int, list[OrderLine]]:
    """The lines of orders with their products, by the order's row. One query."""
    found: dict[int, list[OrderLine]] = {order.pk: [] for order in orders}
    for line in OrderLine.objects.filter(order__in=orders).select_related("product").order_by("order_id", "number"):
        found[line.order_id].append(line)
    return found


def list_refunds(order: Order) -> list[Refund]:
    """What of an order's money goes back or was asked back, the latest first."""
    return list(Refund.objects.filter(order=order).order_by("-requested_at", "-id"))


def list_refunds_to_send(tenders: Collection[str], at: dt.datetime, *, limit: int = 20) -> list[Refund]:
    """Approved refunds of some gateways' payments that are due a try: at once, then after 2, 4, 8 ... seconds, at most an hour apart."""
    waiting = Refund.objects.filter(state="approved", payment__tender__in=tenders).select_related("payment", "order__member")
    due = [r for r in waiting.order_by("approved_at", "pk") if r.approved_at and r.approved_at + _waited(r.tries) <= at]
    return due[:limit]


def _waited(tries: int) -> dt.timedelta:
    """From the decision to the next try: the sum of the pauses so far."""
    return dt.timedelta(seconds=sum(min(2**n, 3600) for n in range(1, tries + 1)))


def has_bought(member: Member, *, before: dt.datetime | None = None) -> bool:
    """Whether a member ever paid for an order, or did before an instant; a prize, which costs nothing, is no purchase."""
    paid = Order.objects.filter(member=member, paid_at__isnull=False, payable_fen__gt=0)
    return (paid.filter(paid_at__lt=before) if before else paid).exists()


def get_payment(pk: int) -> Payment:
    """A payment by its row, with its order. For the command that has just recorded it."""
    return Payment.objects.select_related("order__member").get(pk=pk)


def get_refund(public_id: str) -> Refund:
    """A refund with its order and payment. Raises RefundUnknown."""
    found = Refund.objects.filter(public_id=public_id).select_related("order__member", "payment").first()
    if found is None:
        raise RefundUnknown(refund=public_id)
    return found
