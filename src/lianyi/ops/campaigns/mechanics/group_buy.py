"""拼团 Group-buy: so many paid members within so many hours, or everybody's money goes back by itself.

Only members who paid count; there are no virtual ones. A seat is held while its order waits for payment, so that nobody pays for a full team.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.terms import term

# (state, event) -> next state of a team.
MACHINE = {
    ("open", "fill"): "full",
    ("open", "expire"): "expired",
    ("open", "empty"): "cancelled",
}
STATES = ("open", "full", "expired", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a group-buy."""

    price_fen: int = term("拼团价", "team price", unit="fen", least=1)
    size: int = term("成团人数", "people needed", unit="people", least=2, most=50, default=2)
    window_hours: int = term("成团时限", "time to fill", unit="hours", least=1, most=168, default=24)
    limit_per_member: int = term("每人限购", "limit per member", unit="pieces", least=1, most=100, default=1)
    leader_off_fen: int = term("团长再减", "off for who opens a team", unit="fen", default=0)
    newcomers_only: bool = term("只限新客参团", "only new customers may join", default=False)
    pay_within_minutes: int = term("付款时限", "time to pay", unit="minutes", least=2, most=60, default=10)


def deadline(opened_at: dt.datetime, terms: Terms, ends_at: dt.datetime) -> dt.datetime:
    """When a team's time is over: its window, but never after the campaign's end."""
    return min(opened_at + dt.timedelta(hours=terms.window_hours), ends_at)


def price_fen(terms: Terms, *, is_leader: bool) -> int:
    """What one piece costs the leader or a joiner.

    >>> price_fen(Terms(price_fen=5000, leader_off_fen=500), is_leader=True)
    4500
    """
    return terms.price_fen - (terms.leader_off_fen if is_leader else 0)


def next_leader(members: Sequence[tuple[int, str]], leaving: str) -> str | None:
    """Who leads when a member leaves an open team: the one who joined first of those who stay; None when nobody does.

    members : (order of joining, member) of those who paid
    >>> next_leader([(1, "a"), (2, "b"), (3, "c")], "a")
    'b'
    """
    staying = sorted((order, member) for order, member in members if member != leaving)
    return staying[0][1] if staying else None


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    if terms.leader_off_fen >= terms.price_fen:
        return (Text(zh="团长优惠不能达到拼团价", en="what the leader saves must be less than the price"),)
    return ()


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    said = [
        sentence(
            "%(hours)s 小时内满 %(size)s 人付款即成团，拼团价 %(price)s。",
            "%(price)s each once %(size)s people have paid within %(hours)s {hour|hours}.",
            hours=terms.window_hours,
            size=terms.size,
            price=Price(terms.price_fen, currency),
        ),
        Text(zh="没有成团，款项自动原路退回。", en="If the team does not fill, all money goes back by itself, the way it came."),
    ]
    if terms.newcomers_only:
        said.append(Text(zh="参团的须是没有下过单的新客。", en="Who joins must never have bought before."))
    if terms.leader_off_fen:
        said.append(sentence("团长再减 %(off)s。", "Who opens the team saves %(off)s more.", off=Price(terms.leader_off_fen, currency)))
    return tuple(said)


MECHANIC = Mechanic(
    id="group_buy",
    name=Text(zh="拼团", en="Group-buy"),
    says=Text(zh="几个人一起买，凑够人数按拼团价成交。", en="Several people buy together at a lower price."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: max(0, full_fen - terms.price_fen) * terms.size + terms.leader_off_fen,
    facts=lambda terms: {"campaign.draw_in_group_buy": False, "campaign.virtual_members": 0},
    sells=True,
    commission=False,
)
