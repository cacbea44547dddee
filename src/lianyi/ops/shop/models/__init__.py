"""The shop's tables."""

from lianyi.ops.shop.models.orders import Order, OrderLine
from lianyi.ops.shop.models.payments import STUCK_TRIES, Payment, Refund, RefundLine
from lianyi.ops.shop.models.products import Price, Product
from lianyi.ops.shop.models.stock import Purchased, Stock

__all__ = ["STUCK_TRIES", "Order", "OrderLine", "Payment", "Price", "Product", "Purchased", "Refund", "RefundLine", "Stock"]
