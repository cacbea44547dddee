"""What is done in the shop."""

from lianyi.ops.shop.services.close import cancel_order, sweep_expired
from lianyi.ops.shop.services.forget import forget_member
from lianyi.ops.shop.services.hot import grab
from lianyi.ops.shop.services.pay import pay_order
from lianyi.ops.shop.services.place import Discount, Line, place_order
from lianyi.ops.shop.services.products import add_product, allot_stock, receive_stock, release_stock, set_on_sale, set_price
from lianyi.ops.shop.services.refund import ReturnLine, note_fault, note_try, refund_order, reject_refund, request_refund, settle_refund

__all__ = [
    "Discount", "Line", "ReturnLine", "add_product", "allot_stock", "cancel_order",
    "forget_member", "grab", "note_fault", "note_try", "pay_order", "place_order", "receive_stock",
    "refund_order", "reject_refund", "release_stock", "request_refund", "set_on_sale", "set_price", "settle_refund", "sweep_expired",
]  # fmt: skip
