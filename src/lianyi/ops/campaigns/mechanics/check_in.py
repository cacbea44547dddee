"""签到 Check-in: once a business day, with points that grow with the streak. Points only, nothing to share."""

from dataclasses import dataclass

from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """At this streak, so many points more, and perhaps a badge."""

    days: int = term("连续天数", "days in a row", unit="days", least=2, most=366)
    points: int = term("额外积分", "points more", unit="points", most=100_000, default=0)
    badge: str = term("徽章", "badge", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a check-in."""

    points: tuple[int, ...] = term(
        "第一天起每天的积分", "points from the first day on", unit="points", least=1, most=14, default=(1, 1, 2, 2, 3, 3, 5)
    )
    milestones: tuple[Milestone, ...] = term("连签奖励", "milestones", most=10, default=())
    points_worth_fen: int = term("一百积分成本", "cost of a hundred points", unit="fen", default=100)


@dataclass(frozen=True, slots=True)
class Given:
    """What one check-in gives. points : all of them, the milestone's included."""

    streak: int
    points: int
    badge: str = ""


def checked(terms: Terms, *, day: int, last_day: int | None, last_streak: int) -> Given | None:
    """What checking in on a business day gives; None when it was done that day already.

    day, last_day : days since 1970-01-01 in the workspace's calendar; last_day is None before the first
    After the last day of the ladder its points stay; a missed day starts it anew.
    >>> checked(Terms(), day=100, last_day=99, last_streak=2)
    Given(streak=3, points=2, badge='')
    >>> checked(Terms(), day=101, last_day=99, last_streak=2).streak
    1
    """
    if last_day is not None and day <= last_day:
        return None
    streak = last_streak + 1 if last_day == day - 1 else 1
    points = terms.points[min(streak, len(terms.points)) - 1]
    reached = next((one for one in terms.milestones if one.days == streak), None)
    return Given(streak, points + (reached.points if reached else 0), reached.badge if reached else "")


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    if any(not 0 <= one <= 10_000 for one in terms.points):
        found.append(Text(zh="每天的积分应在 0 到 10000 之间", en="points of a day are 0 to 10,000"))
    if len({one.days for one in terms.milestones}) != len(terms.milestones):
        found.append(Text(zh="连签奖励里有两行天数相同", en="two milestones on the same day"))
    return tuple(found)


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    said = [
        sentence(
            "每天签到一次，连续签到依次得 %(points)s 积分。",
            "Once a day; days in a row give %(points)s {point|points}.",
            points=", ".join(map(str, terms.points)),
        ),
        Text(zh="漏一天从头开始。", en="A missed day starts anew."),
    ]
    said += [
        sentence("连签 %(days)s 天另得 %(points)s 积分。", "%(points)s more at %(days)s {day|days}.", days=one.days, points=one.points)
        for one in terms.milestones
    ]
    return tuple(said)


MECHANIC = Mechanic(
    id="check_in",
    name=Text(zh="签到", en="Check-in"),
    says=Text(zh="每天签到得积分，连续更多。", en="Points for checking in every day, more in a row."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: max(terms.points) * terms.points_worth_fen // 100,
    facts=lambda terms: {"campaign.reward_on_share": False, "campaign.requires_share": False, "campaign.requires_follow": False},
)
