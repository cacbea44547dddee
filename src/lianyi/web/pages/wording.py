"""Names of what the ledger keeps, as a member reads them."""

from lianyi.kernel.text import Text

ACCOUNTS = {
    "points": Text(zh="积分", en="Points"),
    "points_pending": Text(zh="待生效积分", en="Pending points"),
    "commission": Text(zh="佣金", en="Commission"),
    "commission_pending": Text(zh="待结算佣金", en="Pending commission"),
    "wallet_due": Text(zh="待退还", en="Owed"),
}
MOVEMENTS = {
    "points_earned": Text(zh="获得积分", en="Points earned"),
    "points_matured": Text(zh="积分生效", en="Points became usable"),
    "points_burnt": Text(zh="使用积分", en="Points used"),
    "points_expired": Text(zh="积分过期", en="Points expired"),
    "checked_in": Text(zh="签到", en="Check-in"),
    "commission_accrued": Text(zh="佣金入账（待结算）", en="Commission accrued, pending"),
    "commission_matured": Text(zh="佣金可提现", en="Commission became payable"),
    "commission_paid": Text(zh="佣金提现", en="Commission paid out"),
}
REVERSED = Text(zh="%(what)s（退款扣回）", en="%(what)s, taken back after a refund")
OTHER = Text(zh="其他变动", en="Other movement")


def movement(kind: str) -> Text:
    """What a transaction was, in words.

    >>> movement("points_earned_reversed").zh
    '获得积分（退款扣回）'
    """
    base = kind.removesuffix("_reversed")
    name = MOVEMENTS.get(base, OTHER)
    if base == kind:
        return name
    return Text(zh=REVERSED.say("zh", what=name.zh), en=REVERSED.say("en", what=name.en))
