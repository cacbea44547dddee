"""Commission: one level unless a second was approved, never more; on what was really paid; floored, the remainder stays with the house."""

import datetime as dt
from dataclasses import dataclass

from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text

# The law sets no safe number of levels; two is the most that this product can do at all, and the second waits for a recorded approval.
LEVELS_LIMIT = 2
RATE_LIMIT_BP = 5_000
FULL_BP = 10_000
# Seven days in which goods may come back, and eight more: fifteen is where the law begins to speak of delay.
FREEZE_DAYS = 15
BINDING_DAYS = 30


class LevelsRefused(Refusal):
    """More levels of commission than may be, or a second without its approval."""

    code = "levels_refused"
    message = Text(
        zh="佣金不能有 %(levels)s 级：默认一级，第二级要有法务批准的记录，第三级没有。",
        en="Commission cannot have %(levels)s levels: one by default, a second behind a recorded legal approval, never a third.",
    )


class RatesRefused(Refusal):
    """Commission rates outside their limits."""

    code = "rates_refused"
    message = Text(
        zh="佣金比例合计应在 1 到 5000 个基点之间，每级大于零。", en="Commission rates sum to 1 to 5000 basis points, each above zero."
    )


@dataclass(frozen=True, slots=True)
class Plan:
    """How a campaign pays commission.

    rates_bp : per level, of what was really paid; level one is who brought the order
    cap_fen  : most per order over all levels; 0 for none
    freeze_days : from payment until it can be withdrawn
    """

    rates_bp: tuple[int, ...]
    cap_fen: int = 0
    freeze_days: int = FREEZE_DAYS
    self_purchase: bool = False


def plan(
    rates_bp: tuple[int, ...], *, approval: str, cap_fen: int = 0, freeze_days: int = FREEZE_DAYS, self_purchase: bool = False
) -> Plan:
    """A plan within its limits.

    approval : reference of the recorded legal approval; needed for a second level
    Raises LevelsRefused, RatesRefused.
    >>> plan((500,), approval="").rates_bp
    (500,)
    """
    if len(rates_bp) > LEVELS_LIMIT or (len(rates_bp) == LEVELS_LIMIT and not approval.strip()):
        raise LevelsRefused(levels=len(rates_bp))
    if not rates_bp or any(rate <= 0 for rate in rates_bp) or sum(rates_bp) > RATE_LIMIT_BP or cap_fen < 0 or freeze_days < 0:
        raise RatesRefused
    return Plan(rates_bp, cap_fen, freeze_days, self_purchase)


def due_fen(net_fen: int, of: Plan) -> tuple[int, ...]:
    """Commission per level on what was paid and not given back.

    net_fen : at least zero
    Each level is floored, and capped at its part of the cap. No level falls when `net_fen` grows, and all are zero at zero, so that what a
    refund claws back (the difference before and after) is never negative and ends at nothing.
    >>> due_fen(9_999, Plan((500, 200))), due_fen(9_999, Plan((500, 200), cap_fen=600)), due_fen(0, Plan((500,)))
    ((499, 199), (428, 171), (0,))
    """
    shares = tuple(net_fen * rate // FULL_BP for rate in of.rates_bp)
    if not of.cap_fen:
        return shares
    return tuple(min(share, of.cap_fen * rate // sum(of.rates_bp)) for share, rate in zip(shares, of.rates_bp, strict=True))


def earners(buyer: str, referrers: tuple[str, ...], of: Plan) -> tuple[str, ...]:
    """Who earns on an order, level by level: the one who brought it, then who brought them; "" where there is nobody.

    referrers : the chain upwards from the buyer, the bringer first
    A buyer earns on an own order only where the plan says so, and never twice.
    >>> earners("buyer", ("a", "b", "c"), Plan((500,))), earners("a", ("a",), Plan((500,)))
    (('a',), ('',))
    """
    chain = [*referrers[: len(of.rates_bp)], *[""] * len(of.rates_bp)][: len(of.rates_bp)]
    if not of.self_purchase:
        chain = ["" if one == buyer else one for one in chain]
    return tuple("" if one in chain[:place] else one for place, one in enumerate(chain))


def free_from(paid_at: dt.datetime, of: Plan) -> dt.datetime:
    """From when commission can be released: when goods can no longer come back."""
    return paid_at + dt.timedelta(days=of.freeze_days)


def is_bound(clicked_at: dt.datetime, at: dt.datetime, days: int = BINDING_DAYS) -> bool:
    """Whether a click still counts: the last valid one within the binding time brings the order."""
    return clicked_at <= at < clicked_at + dt.timedelta(days=days)
