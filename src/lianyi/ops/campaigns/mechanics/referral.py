"""裂变 Referral: a member brings a friend; both get something fixed once the friend has really bought. One step, with a chain of tasks."""

from dataclasses import dataclass

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.terms import term

SIDES = ("inviter", "invitee")
# Rewards wait for the friend's first order to be paid, or for its return window to pass as well. Never for a mere registration.
WAITS = ("first_order", "return_window")


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One link of the chain: so many friends confirmed, so many points more, and perhaps a badge."""

    friends: int = term("确认好友数", "friends confirmed", unit="people", least=1, most=1000)
    points: int = term("奖励积分", "points", unit="points", least=0, most=1_000_000, default=0)
    badge: str = term("徽章", "badge", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a referral."""

    inviter_points: int = term("邀请人积分", "points for the inviter", unit="points", most=1_000_000, default=0)
    invitee_points: int = term("好友积分", "points for the friend", unit="points", most=1_000_000, default=0)
    inviter_coupon: str = term("邀请人优惠券活动", "coupon campaign for the inviter", default="")
    invitee_coupon: str = term("好友优惠券活动", "coupon campaign for the friend", default="")
    wait_for: str = term("何时发放", "given after", choices=WAITS, default="return_window")
    least_order_fen: int = term("首单最低金额", "least first order", unit="fen", default=0)
    most_per_month: int = term("每月最多奖励", "rewards per month", unit="times", least=1, most=1000, default=20)
    points_worth_fen: int = term("一百积分成本", "cost of a hundred points", unit="fen", default=100)
    tasks: tuple[Task, ...] = term("任务链", "chain of tasks", most=10, default=())


@dataclass(frozen=True, slots=True)
class Reward:
    """One reward that is due. step : 0 for the invitation itself, 1.. for the tasks of the chain."""

    side: str
    step: int
    points: int = 0
    coupon: str = ""
    badge: str = ""


def due(terms: Terms, *, confirmed_before: int, rewarded_this_month: int) -> tuple[Reward, ...]:
    """What is due when a friend is confirmed.

    confirmed_before    : friends of this inviter confirmed before this one
    rewarded_this_month : invitations of this inviter rewarded since the month began; at the cap the inviter gets no more, the friend still does
    >>> [r.side for r in due(Terms(inviter_points=100, invitee_points=50), confirmed_before=0, rewarded_this_month=0)]
    ['inviter', 'invitee']
    """
    found = []
    if rewarded_this_month < terms.most_per_month and (terms.inviter_points or terms.inviter_coupon):
        found.append(Reward("inviter", 0, terms.inviter_points, terms.inviter_coupon))
    if terms.invitee_points or terms.invitee_coupon:
        found.append(Reward("invitee", 0, terms.invitee_points, terms.invitee_coupon))
    for step, task in enumerate(sorted(terms.tasks, key=lambda one: one.friends), start=1):
        if task.friends == confirmed_before + 1 and (task.points or task.badge):
            found.append(Reward("inviter", step, task.points, "", task.badge))
    return tuple(found)


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    if not (terms.inviter_points or terms.inviter_coupon) or not (terms.invitee_points or terms.invitee_coupon):
        found.append(Text(zh="双方都要有奖励", en="both sides must get something"))
    if len({task.friends for task in terms.tasks}) != len(terms.tasks):
        found.append(Text(zh="任务链里有两步人数相同", en="two links of the chain ask for the same number of friends"))
    return tuple(found)


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    when = (
        Text(zh="好友首单过了退货期", en="the return window of the friend's first order has passed")
        if terms.wait_for == "return_window"
        else Text(zh="好友首单付款", en="the friend has paid a first order")
    )
    said = [
        sentence("%(when)s后，双方各得奖励。", "Both get their reward once %(when)s.", when=when),
        sentence("邀请人每月最多得 %(n)s 次。", "An inviter is rewarded at most %(n)s {time|times} a month.", n=terms.most_per_month),
        Text(zh="只奖励直接邀请，好友再邀请的人不计。", en="Only direct invitations count, not those of your friends."),
    ]
    if terms.least_order_fen:
        said.append(
            sentence("首单实付满 %(least)s 才计。", "The first order must come to %(least)s.", least=Price(terms.least_order_fen, currency))
        )
    if terms.tasks:
        steps = ", ".join(str(task.friends) for task in sorted(terms.tasks, key=lambda one: one.friends))
        said.append(sentence("确认好友达到 %(steps)s 人时另有奖励。", "More at %(steps)s friends confirmed.", steps=steps))
    return tuple(said)


def cost_fen(terms: Terms, full_fen: int) -> int:
    """What one confirmed friend costs in points; coupons are budgeted where they are issued."""
    return (terms.inviter_points + terms.invitee_points) * terms.points_worth_fen // 100


MECHANIC = Mechanic(
    id="referral",
    name=Text(zh="裂变", en="Referral"),
    says=Text(zh="老客带新客，双方有奖，一层为止。", en="Members bring friends; both are rewarded, one step and no further."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=cost_fen,
    facts=lambda terms: {"campaign.reward_on_share": False, "campaign.requires_share": False, "campaign.share_raises_odds": False},
)
