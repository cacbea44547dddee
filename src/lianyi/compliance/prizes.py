"""What a prize counts as, against the limit on chance draws (CN-LO-001)."""

from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.compliance.register import rule

KINDS = ("goods", "points", "coupon", "voucher", "service", "right_of_use", "lottery_ticket", "none")


@dataclass(frozen=True, slots=True)
class Prize:
    """One rung of a prize ladder.

    market_fen : its market price at the time of the draw; for service, right of use, coupon and points what they are worth on the market
    top_fen    : for a lottery ticket, the highest prize that it may win
    units      : how many there are
    """

    kind: str
    market_fen: int
    units: int = 1
    top_fen: int = 0

    @property
    def counted_fen(self) -> int:
        """What one of them counts as: its market price; a lottery ticket, its highest possible prize."""
        return max(self.market_fen, self.top_fen) if self.kind == "lottery_ticket" else self.market_fen


def limit_fen() -> int:
    """The most that one winner may win in a chance draw.

    >>> limit_fen()
    5000000
    """
    return int((rule("CN-LO-001").values or {})["prize_limit_fen"])


def top_win_fen(prizes: Sequence[Prize], *, chances: int = 1) -> int:
    """The most that one purchase can win: repeated chances on one purchase add up.

    chances : how many times one purchase may draw
    >>> top_win_fen([Prize("goods", 3_000_000, units=2), Prize("coupon", 500)], chances=2)
    6000000
    """
    worth = sorted((prize.counted_fen for prize in prizes for _ in range(min(prize.units, chances))), reverse=True)
    return sum(worth[:chances])
