"""How the shop says no."""

from lianyi.kernel.errors import BadInput, Refusal
from lianyi.kernel.text import Text


class SoldOut(Refusal):
    """There are not that many pieces left."""

    code = "sold_out"
    message = Text(zh="%(title)s 库存不足，没有下单。", en="Not enough of %(title)s is left; no order was placed.")
    remedy = Text(
        zh="未付款的订单会在超时后释放库存，可稍后再看。", en="Pieces in unpaid orders come back when these expire; look again later."
    )


class LimitReached(Refusal):
    """A member wants more pieces than one member may have."""

    code = "limit_reached"
    message = Text(zh="%(title)s 每人限购 %(limit)s 件。", en="Each member may have %(limit)s of %(title)s.")


class NotOnSale(Refusal):
    """The product is not sold now."""

    code = "not_on_sale"
    message = Text(zh="%(title)s 现在不在售。", en="%(title)s is not on sale now.")


class NotPending(Refusal):
    """The order is no longer waiting for payment."""

    code = "order_not_pending"
    message = Text(zh="订单 %(order)s 已不是待付款状态。", en="Order %(order)s is no longer waiting for payment.")


class NotRefundable(Refusal):
    """There is nothing that could go back."""

    code = "not_refundable"
    message = Text(zh="订单 %(order)s 不能退这些：%(why)s。", en="This cannot go back for order %(order)s: %(why)s.")


class RefundOpen(Refusal):
    """A refund of this order is under way."""

    code = "refund_open"
    message = Text(zh="订单 %(order)s 已有一笔退款在处理。", en="A refund of order %(order)s is under way already.")
    remedy = Text(zh="请等它完成后再申请。", en="Wait until it is done.")


class LineUnusable(BadInput):
    """A line of an order cannot be used."""

    code = "line_unusable"
    message = Text(zh="订单行无法使用：%(why)s。", en="A line of the order cannot be used: %(why)s.")


class PriceUnusable(BadInput):
    """A price cannot be set."""

    code = "price_unusable"
    message = Text(zh="价格无法使用：%(why)s。", en="The price cannot be used: %(why)s.")


class ReferencePriceTooHigh(Refusal):
    """A crossed-out price above what the law allows."""

    code = "reference_price_too_high"
    message = Text(
        zh="划线价不能高于前七日最低成交价；七日内无成交则不高于最后一次成交价。现在的上限：%(ceiling)s。",
        en="A crossed-out price may not be above the lowest deal of the last seven days, or the last deal when there was none. The ceiling now: %(ceiling)s.",
    )
    remedy = Text(
        zh="降低划线价，或写明依据（如厂商建议零售价、某日吊牌价）。",
        en="Lower it, or state its basis (the maker's suggested price, the tag price of a day).",
    )
