"""Words for what the shop keeps as short names."""

from lianyi.kernel.text import Text
from lianyi.ops.shop.selectors import Refund

ORDERS = {
    "pending": Text(zh="待付款", en="Awaiting payment"),
    "paid": Text(zh="已付款", en="Paid"),
    "refunded": Text(zh="已全退", en="Refunded"),
    "closed": Text(zh="已关闭", en="Closed"),
}
ORDER_TONES = {"pending": "warn", "paid": "good", "refunded": "", "closed": ""}
REFUNDS = {
    "requested": Text(zh="待处理", en="To decide"),
    "approved": Text(zh="已同意，退款中", en="Approved, on its way"),
    "settled": Text(zh="已退回", en="Paid back"),
    "rejected": Text(zh="已拒绝", en="Rejected"),
    "stuck": Text(zh="退不出去，要处理", en="Not sent, look at it"),
}
REFUND_TONES = {"requested": "warn", "approved": "accent", "settled": "good", "rejected": "", "stuck": "bad"}
# What the gateways' words for a refund that they do not send ask for; others are looked up at the merchant's console.
NEXT_STEPS = {
    "NOT_ENOUGH": Text(zh="商户账户余额不足：充值后会自动再试。", en="The merchant's account is short of money: fund it, and it is tried again by itself."),
    "SELLER_BALANCE_NOT_ENOUGH": Text(zh="商户账户余额不足：充值后会自动再试。", en="The merchant's account is short of money: fund it, and it is tried again by itself."),
    "ABNORMAL": Text(zh="会员的收款卡或账户失效：在商户后台改退到别的账户，再在这里记为已退回。", en="The member's card or account no longer works: send it elsewhere at the merchant's console, then note it here as paid back."),
    "TRADE_HAS_FINISHED": Text(zh="交易已过可退款期：转账退给会员，再在这里记为已退回。", en="It is too late to refund this payment there: transfer the money to the member, then note it here as paid back."),
    "CLOSED": Text(zh="渠道已关闭这笔退款：在商户后台重新发起或转账退给会员，再在这里记为已退回。", en="The gateway closed this refund: begin it anew at the merchant's console or transfer the money, then note it here as paid back."),
}  # fmt: skip
LOOK = Text(
    zh="到商户后台看原因；能办时会自动再试，手工退了就在这里记为已退回。",
    en="Look for the reason at the merchant's console; it is tried again by itself. If you sent the money another way, note it here as paid back.",
)


def standing(refund: Refund) -> str:
    """Where a refund stands, a key of REFUNDS."""
    return "stuck" if refund.is_stuck else str(refund.state)


def next_step(fault: str) -> Text:
    """What to do about a refund that its gateway does not send."""
    return next((step for word, step in NEXT_STEPS.items() if word in fault), LOOK)


TENDERS = {
    "offline": Text(zh="线下", en="offline"),
    "wechat": Text(zh="微信支付", en="WeChat Pay"),
    "alipay": Text(zh="支付宝", en="Alipay"),
}
PAYMENTS = {"captured": Text(zh="已收款", en="Captured"), "returned": Text(zh="已退回", en="Returned")}
STOCK_KINDS = {
    "received": Text(zh="到货", en="Received"),
    "counted": Text(zh="盘点调整", en="Counted"),
    "damaged": Text(zh="报损", en="Damaged"),
}
ON_SALE = {"yes": Text(zh="在售", en="On sale"), "no": Text(zh="已下架", en="Off sale")}
