"""砍价 Bargain: friends cut a price towards a published floor. The number of helpers and every cut are fixed before it starts."""

from dataclasses import dataclass

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.commitment import parted
from lianyi.ops.campaigns.rules.terms import term

# (state, event) -> next state of a bargain.
MACHINE = {
    ("open", "buy"): "ordered",
    ("ordered", "pay"): "bought",
    ("ordered", "release"): "open",
    ("open", "expire"): "expired",
    ("ordered", "expire"): "expired",
}
STATES = ("open", "ordered", "bought", "expired")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a bargain."""

    start_fen: int = term("起始价", "starting price", unit="fen", least=2)
    floor_fen: int = term("底价", "floor", unit="fen", least=1)
    helpers: int = term("砍到底需要的人数", "helpers to reach the floor", unit="people", least=1, most=100)
    window_hours: int = term("砍价时限", "time allowed", unit="hours", least=1, most=168, default=24)
    floor_only: bool = term("砍到底才能买", "only at the floor", default=False)
    helps_per_day: int = term("每人每天最多帮砍", "helps per member and day", unit="times", least=1, most=20, default=3)
    pay_within_minutes: int = term("付款时限", "time to pay", unit="minutes", least=2, most=60, default=10)


def cuts(seed: bytes, bargain_id: str, terms: Terms) -> list[int]:
    """Every cut of one bargain, in fen, in the order of helpers: positive, summing to start - floor exactly, decided by the seed alone.

    >>> cuts(b"s", "b1", Terms(start_fen=10_000, floor_fen=5_000, helpers=8)) == cuts(b"s", "b1", Terms(start_fen=10_000, floor_fen=5_000, helpers=8))
    True
    """
    return parted(seed, bargain_id, terms.start_fen - terms.floor_fen, terms.helpers)


def price_now(terms: Terms, cut_fen: int) -> int:
    """What it costs after the cuts so far; never below the floor.

    >>> price_now(Terms(start_fen=10_000, floor_fen=5_000, helpers=8), 1_200)
    8800
    """
    return max(terms.floor_fen, terms.start_fen - cut_fen)


def may_buy(terms: Terms, cut_fen: int) -> bool:
    """Whether it may be bought at this price."""
    return not terms.floor_only or terms.start_fen - cut_fen <= terms.floor_fen


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    if terms.floor_fen >= terms.start_fen:
        found.append(Text(zh="底价要低于起始价", en="the floor must be below the starting price"))
    elif terms.start_fen - terms.floor_fen < terms.helpers:
        found.append(Text(zh="每人至少砍一分，人数不能多于可砍的分数", en="everybody cuts at least a fen: fewer helpers than fen to cut"))
    return tuple(found)


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    return (
        sentence(
            "起始价 %(start)s，底价 %(floor)s，恰好 %(n)s 人帮砍到底，限 %(hours)s 小时。",
            "From %(start)s down to %(floor)s with exactly %(n)s {helper|helpers}, within %(hours)s {hour|hours}.",
            start=Price(terms.start_fen, currency),
            floor=Price(terms.floor_fen, currency),
            n=terms.helpers,
            hours=terms.window_hours,
        ),
        Text(zh="砍到底价才能购买。", en="It can be bought at the floor only.")
        if terms.floor_only
        else Text(zh="任何时候都能按当前价购买。", en="It can be bought at the price of the moment at any time."),
        sentence(
            "一人只能帮同一单一次，每天最多帮 %(n)s 单。",
            "One help per friend and bargain, %(n)s {bargain|bargains} a day.",
            n=terms.helps_per_day,
        ),
        Text(
            zh="每刀金额开始前已定，结束后公布种子供核对。",
            en="Every cut is fixed before the start; the seed is published at the end to check it.",
        ),
    )


MECHANIC = Mechanic(
    id="bargain",
    name=Text(zh="砍价", en="Bargain"),
    says=Text(zh="请朋友帮忙把价格砍向公布的底价。", en="Friends cut the price towards a published floor."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: max(0, full_fen - terms.floor_fen),
    facts=lambda terms: {"campaign.reward_on_share": False, "campaign.share_raises_odds": False},
    sells=True,
    commission=False,
)
