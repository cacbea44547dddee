"""积分 Points for orders: earned on what was really paid, pending until goods can no longer come back, never turned into money."""

from dataclasses import dataclass

from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.terms import term

HUNDRED_FEN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of points for orders."""

    per_hundred_fen: int = term("每付一元得积分", "points per hundred fen paid", unit="points", least=1, most=100, default=1)
    freeze_days: int = term("冻结天数", "days pending", unit="days", least=0, most=60, default=15)
    points_worth_fen: int = term("一百积分成本", "cost of a hundred points", unit="fen", default=100)


def earned(net_fen: int, per_hundred_fen: int) -> int:
    """Points on what was paid and not given back, floored; falls with refunds and ends at nothing.

    >>> earned(9_999, 1), earned(9_999, 2), earned(0, 5)
    (99, 198, 0)
    """
    return net_fen // HUNDRED_FEN * per_hundred_fen


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    return (
        sentence("每实付一元得 %(n)s 积分，不足一元不计。", "%(n)s {point|points} for every whole yuan paid.", n=terms.per_hundred_fen),
        sentence(
            "付款 %(days)s 天后到账，退款相应扣回。",
            "Credited %(days)s {day|days} after payment; refunds take them back.",
            days=terms.freeze_days,
        ),
        Text(zh="积分不能兑换现金。", en="Points cannot be turned into money."),
    )


MECHANIC = Mechanic(
    id="points",
    name=Text(zh="消费积分", en="Points for orders"),
    says=Text(zh="按实付得积分，过退货期到账。", en="Points on what was paid, credited when the return window is over."),
    terms=Terms,
    conditions=conditions,
    cost_fen=lambda terms, full_fen: earned(full_fen, terms.per_hundred_fen) * terms.points_worth_fen // 100,
)
