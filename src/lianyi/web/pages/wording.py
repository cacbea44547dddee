"""Names of what the ledger and the reviewers keep, as a member reads them."""

from lianyi.kernel.text import Text

ACCOUNTS = {
    "points": Text(zh="积分", en="Points"),
    "points_pending": Text(zh="待生效积分", en="Pending points"),
    "points_owed": Text(zh="待抵扣积分", en="Points owed"),
    "commission": Text(zh="佣金", en="Commission"),
    "commission_pending": Text(zh="待结算佣金", en="Pending commission"),
    "commission_owed": Text(zh="待抵扣佣金", en="Commission owed"),
    "wallet_due": Text(zh="待退还", en="To be returned"),
}
# Where a movement's transaction came from, by how its key begins.
SOURCES = (
    ("check-in:", Text(zh="签到", en="Check-in")),
    ("entry:", Text(zh="抽奖", en="Prize draw")),
    ("reward:", Text(zh="邀请奖励", en="Invitation reward")),
    ("order:", Text(zh="订单", en="Order")),
    ("withdrawal:", Text(zh="提现", en="Withdrawal")),
)
MOVEMENTS = {
    "accrued": Text(zh="入账，待生效", en="accrued, pending"),
    "released": Text(zh="生效", en="became yours"),
    "given": Text(zh="发放", en="given"),
    "reversed": Text(zh="退款扣回", en="taken back after a refund"),
    "burnt": Text(zh="使用", en="used"),
    "expired": Text(zh="过期", en="expired"),
    "requested": Text(zh="申请", en="asked for"),
    "paid": Text(zh="已打款", en="paid out"),
    "refused": Text(zh="退回", en="returned"),
}
OTHER = Text(zh="变动", en="movement")
BOTH = Text(zh="%(source)s · %(what)s", en="%(source)s: %(what)s")


def movement(kind: str, key: str) -> Text:
    """What a transaction was, in words: where it came from and what it did.

    >>> movement("points_given", "check-in:c_1:7:20000").zh, movement("commission_reversed", "accrual:5:back").en
    ('签到 · 发放', 'taken back after a refund')
    """
    what = MOVEMENTS.get(kind.rpartition("_")[2], OTHER)
    source = next((name for start, name in SOURCES if key.startswith(start)), None)
    if source is None:
        return what
    return Text(zh=BOTH.say("zh", source=source.zh, what=what.zh), en=BOTH.say("en", source=source.en, what=what.en))
