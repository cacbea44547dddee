"""Words for what the shop keeps as short names."""

from lianyi.kernel.text import Text

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
}
REFUND_TONES = {"requested": "warn", "approved": "accent", "settled": "good", "rejected": ""}
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
