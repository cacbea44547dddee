"""限时抢购 Flash sale: real stock, one price, a countdown by the server's time."""

from dataclasses import dataclass

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.terms import term

PHASES = ("before", "preview", "running", "over")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a flash sale."""

    price_fen: int = term("活动价", "price", unit="fen", least=1)
    limit_per_member: int = term("每人限购", "limit per member", unit="pieces", least=1, most=100, default=1)
    pay_within_minutes: int = term("付款时限", "time to pay", unit="minutes", least=2, most=60, default=10)
    preview_hours: int = term("提前预告", "shown before the start", unit="hours", least=0, most=168, default=24)
    coupons_allowed: bool = term("可用优惠券", "coupons may be used", default=False)


def phase(seconds_to_start: float, seconds_to_end: float, terms: Terms) -> str:
    """Where a sale stands: before | preview | running | over. It runs from its start, included, to its end, excluded.

    >>> phase(0, 60, Terms(price_fen=100)), phase(-60, 0, Terms(price_fen=100)), phase(3600, 7200, Terms(price_fen=100))
    ('running', 'over', 'preview')
    """
    if seconds_to_end <= 0:
        return "over"
    if seconds_to_start <= 0:
        return "running"
    return "preview" if seconds_to_start <= terms.preview_hours * 3600 else "before"


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    return (
        sentence(
            "活动价 %(price)s，每人限购 %(limit)s 件，售完即止。",
            "%(price)s each, %(limit)s per member, while stock lasts.",
            price=Price(terms.price_fen, currency),
            limit=terms.limit_per_member,
        ),
        sentence(
            "下单后 %(n)s 分钟内付款，超时释放库存。",
            "Pay within %(n)s {minute|minutes}, or the piece goes back on sale.",
            n=terms.pay_within_minutes,
        ),
        Text(zh="可与优惠券同用。", en="Coupons may be used.")
        if terms.coupons_allowed
        else Text(zh="不与优惠券同用。", en="Coupons cannot be used with it."),
    )


MECHANIC = Mechanic(
    id="flash_sale",
    name=Text(zh="限时抢购", en="Flash sale"),
    says=Text(zh="限定时间和件数，以活动价卖一件商品。", en="One product at one price, for a limited time and number of pieces."),
    terms=Terms,
    conditions=conditions,
    cost_fen=lambda terms, full_fen: max(0, full_fen - terms.price_fen),
    sells=True,
)
