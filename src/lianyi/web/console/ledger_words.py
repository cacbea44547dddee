"""Words for the ledger's accounts and kinds of transactions."""

from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

ACCOUNTS = {
    "points": Text(zh="积分", en="Points"),
    "points_pending": Text(zh="待到账积分", en="Points pending"),
    "points_owed": Text(zh="积分欠款", en="Points owed"),
    "commission": Text(zh="可提佣金", en="Commission, released"),
    "commission_pending": Text(zh="冻结佣金", en="Commission, frozen"),
    "commission_owed": Text(zh="佣金欠款", en="Commission owed"),
    "wallet_due": Text(zh="提现在途", en="Being paid out"),
    "points_issuer": Text(zh="积分发行", en="Points issued"),
    "points_burnt": Text(zh="积分已用", en="Points used"),
    "points_expired": Text(zh="积分过期", en="Points expired"),
    "commission_expense": Text(zh="佣金支出", en="Commission expense"),
    "coupon_subsidy": Text(zh="优惠券补贴", en="Coupon subsidies"),
    "coupon_settled": Text(zh="优惠券结算", en="Coupons settled"),
    "refund_due": Text(zh="应退款", en="Refunds due"),
    "sales": Text(zh="销售", en="Sales"),
    "payout": Text(zh="已付出", en="Paid out"),
    "rounding": Text(zh="尾差", en="Rounding"),
}
WITHDRAWALS = {
    "requested": Text(zh="待处理", en="To decide"),
    "paid": Text(zh="已付", en="Paid"),
    "refused": Text(zh="已拒绝", en="Refused"),
}
WITHDRAWAL_TONES = {"requested": "warn", "paid": "good", "refused": ""}
# The parts that kinds of transactions are named by: what moved, and what became of it.
WHAT = {
    "points": Text(zh="积分", en="points"),
    "commission": Text(zh="佣金", en="commission"),
    "withdrawal": Text(zh="提现", en="withdrawal"),
}
BECAME = {
    "accrued": Text(zh="应得", en="accrued"),
    "released": Text(zh="到账", en="released"),
    "given": Text(zh="发放", en="given"),
    "reversed": Text(zh="扣回", en="taken back"),
    "burnt": Text(zh="使用", en="used"),
    "expired": Text(zh="过期", en="expired"),
    "requested": Text(zh="申请", en="requested"),
    "paid": Text(zh="付出", en="paid out"),
    "refused": Text(zh="拒绝", en="refused"),
}
STATUS = {
    "ok": (Text(zh="通过", en="ok"), "good"),
    "empty": (Text(zh="尚无可查", en="nothing yet"), ""),
    "late": (Text(zh="滞后", en="late"), "warn"),
    "broken": (Text(zh="不成立", en="broken"), "bad"),
}
REVIEWS = {
    "open": Text(zh="待复核", en="To review"),
    "released": Text(zh="已放行", en="Released"),
    "denied": Text(zh="已拒绝", en="Denied"),
}
REVIEW_TONES = {"open": "warn", "released": "good", "denied": ""}
SUBJECTS = {
    "reward": Text(zh="邀请奖励", en="invitation reward"),
    "accrual": Text(zh="订单应得", en="earning of an order"),
    "entry": Text(zh="奖品", en="prize"),
}
BANDS = {
    "pass": Text(zh="放行", en="pass"),
    "delay": Text(zh="延后", en="delay"),
    "review": Text(zh="复核", en="review"),
    "hold": Text(zh="扣住", en="hold"),
}


def kind_words(kind: str) -> Text:
    """What a transaction of a kind is; its name where it is put together of other parts.

    >>> kind_words("points_released").en
    'points released'
    """
    what, _, became = kind.partition("_")
    if what in WHAT and became in BECAME:
        return sentence("%(what)s%(became)s", "%(what)s %(became)s", what=WHAT[what], became=BECAME[became])
    return Text(zh=kind, en=kind)
