"""What the demo brand's team did in its last weeks: goals, budgets, campaigns, orders, refunds. All of it through the services, as a team would."""

import datetime as dt
import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.stream.workspace import Workspace

LEAD, OPERATOR, FINANCE = (
    Actor("team", name, frozenset({role})) for name, role in (("lin", "growth_lead"), ("xiaoyu", "operator"), ("zhou", "finance"))
)
TEAM = (("lin", "林越", "growth_lead"), ("xiaoyu", "小鱼", "operator"), ("zhou", "周会计", "finance"), ("an", "安安", "analyst"))
TODAY = dt.date(2026, 9, 30)
"""The last day of the brand's history: its clock goes on from there."""
PIECES = 600
DAY = dt.timedelta(days=1)


def live(workspace: Workspace, at: dt.datetime) -> bool:
    """Fill the operations up to an instant, once; False when there is something already. Cost: about 8 s on one core."""
    from lianyi.ops.campaigns.selectors import list_campaigns

    if list_campaigns():
        return False
    with unhurried():
        Weeks(workspace, at).run()
    return True


@contextmanager
def unhurried() -> Iterator[None]:
    """SQLite without waiting for the disk at each step: a demonstration that a power cut spoils is made again."""
    from django.db import connection

    if connection.vendor != "sqlite":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA synchronous=OFF")
    try:
        yield
    finally:
        connection.close()


class Weeks:
    """The weeks themselves, in the order in which they happened."""

    def __init__(self, workspace: Workspace, at: dt.datetime) -> None:
        self.workspace, self.at = workspace, at
        self.chance = random.Random(9)  # noqa: S311 - a made-up story, the same each time
        self.numbers = count(1)

    def run(self) -> None:
        """From the plan to what is due today."""
        from lianyi.flows.campaign_clock import tick
        from lianyi.flows.settle_order import sweep
        from lianyi.flows.take_over import take_over
        from lianyi.ops.journal.relay import relay
        from lianyi.ops.members.selectors import members_of
        from lianyi.ops.team.services import add_member
        from lianyi.stream.log.table import EventLog

        first = self.on(9, 1, 9)
        for username, name, role in TEAM:
            add_member(key=f"demo:team:{username}", actor=SYSTEM, at=first, username=username, name=name, roles=[role])
        take_over(self.workspace, actor=SYSTEM, at=first, pieces=PIECES)
        # Those who have been there for a while and are seen most: a few hundred of them shop in these weeks.
        self.people = sorted(members_of(f"m{n:06d}" for n in range(0, 3000, 7)).values(), key=lambda one: one.public_id)
        self._plan(first)
        for act in (self._daily, self._flash_over, self._flash_now, self._teams, self._bring, self._to_come):
            act()
        take_over(self.workspace, actor=SYSTEM, at=self.at)
        sweep(at=self.at)
        tick(self.at)
        relay(EventLog(self.workspace))

    def on(self, month: int, day: int, hour: float = 12) -> dt.datetime:
        """A moment of the year by the brand's clock, never later than now."""
        moment = dt.datetime(TODAY.year, month, day, tzinfo=self.workspace.zone) + dt.timedelta(hours=hour)
        return min(moment, self.at).astimezone(dt.UTC)

    def key(self) -> str:
        return f"demo:{next(self.numbers)}"

    def _plan(self, at: dt.datetime) -> None:
        from lianyi.ops.plan.services import set_budget, set_goal

        month = {"from_on": dt.date(2026, 9, 1), "to_on": dt.date(2026, 9, 30)}
        holiday = {"from_on": dt.date(2026, 9, 25), "to_on": dt.date(2026, 10, 8)}
        self.goals = [
            set_goal(actor=LEAD, at=at, key=self.key(), title=title, metric=metric, target=target, owner=owner, **span)
            for title, metric, target, owner, span in (
                ("9 月净销售额 26 万", "net_sales", 26_000_000.0, "林越", month),
                ("9 月复购率到 33%", "repurchase_rate", 0.33, "小鱼", month),
                ("9 月新会员 240 位", "new_members", 240.0, "小鱼", month),
                ("国庆净销售额 11 万", "net_sales", 11_000_000.0, "林越", holiday),
            )
        ]
        self.budgets = [
            set_budget(actor=LEAD, at=at, key=self.key(), title=title, amount_fen=amount)
            for title, amount in (("9 月活动", 1_200_000), ("国庆活动", 2_000_000), ("达人合作", 800_000))
        ]

    def launched(
        self, mechanic: str, title: str, terms: dict[str, Any], starts: dt.datetime, ends: dt.datetime, *, start: bool = True, **more: Any
    ) -> Any:
        """A campaign from draft to running; what may be let pass is, by the growth lead."""
        from lianyi.ops.campaigns import services
        from lianyi.ops.campaigns.selectors import get_campaign

        at = min(starts, self.at) - DAY
        said = {
            "goal": self.goals[0],
            "budget": self.budgets[0],
            "channels": ("own_h5",),
            "expected_per_day": 5,
            "category": "cosmetics",
        } | more
        one = services.create_campaign(
            actor=OPERATOR,
            at=at,
            key=self.key(),
            said=services.Said(mechanic=mechanic, title=title, terms=terms, starts_at=starts, ends_at=ends, **said),
        )
        check = services.check_campaign(actor=OPERATOR, at=at, campaign=one, key=self.key())
        if not start and not check.passed:
            return get_campaign(one.public_id)
        for item in check.items:
            if not item["passed"]:
                services.override_item(actor=LEAD, at=at, campaign=one, item=item["id"], reason="已与平台运营核对，可以上", key=self.key())
        if not check.passed:
            services.check_campaign(actor=OPERATOR, at=at, campaign=one, key=self.key())
        services.schedule(actor=OPERATOR, at=at, campaign=one, key=self.key())
        if starts <= self.at:
            services.start(at=starts, campaign=one, key=self.key())
        return get_campaign(one.public_id)

    def pay(self, order: Any, at: dt.datetime) -> Any:
        from lianyi.flows import settle_order
        from lianyi.ops.shop.selectors import get_order

        number = self.key()
        settle_order.pay(
            key=f"{number}:pay",
            actor=OPERATOR,
            at=at,
            order=order,
            reference=number,
            amount_fen=order.payable_fen,
            tender=self.chance.choice(("wechat", "offline")),
        )
        return get_order(order.public_id)

    def moments(self, first: dt.datetime, last: dt.datetime, n: int) -> list[dt.datetime]:
        """Moments of a span, more of them in the evening."""
        span = (last - first).total_seconds()
        drawn = sorted(first + dt.timedelta(seconds=self.chance.random() * span) for _ in range(n * 3))
        evening = [at for at in drawn if 11 <= at.hour <= 14] + [at for at in drawn if not 11 <= at.hour <= 14]
        return sorted(evening[:n])

    def buyers(self, n: int) -> Sequence[Any]:
        return self.chance.sample(self.people, n)

    def tried(self, act: Callable[[], Any]) -> Any:
        """What a member tries; a refusal (held out, sold out) is part of life."""
        from lianyi.kernel.errors import Refusal

        try:
            return act()
        except Refusal:
            return None

    def _daily(self) -> None:
        """Points, check-ins and a coupon that run all the time; orders through the checkout, and what came back."""
        from lianyi.flows import settle_order
        from lianyi.ops.campaigns import services
        from lianyi.ops.members.services import set_consent
        from lianyi.ops.shop import services as shop
        from lianyi.ops.shop.selectors import get_product

        starts, ends = self.on(9, 8, 0), dt.datetime(2026, 12, 31, tzinfo=self.workspace.zone)
        self.launched("points", "消费积分", {"per_hundred_fen": 1, "freeze_days": 7}, starts, ends, hypothesis="积分让老客记得回来")
        daily = self.launched("check_in", "每日签到", {}, starts, ends, hypothesis="签到让会员每天来一次")
        coupon = self.launched(
            "coupon", "会员专享满 199 减 30", {"amount_fen": 3000, "threshold_fen": 19900, "total": 400, "valid_days": 20}, starts, ends - 84 * DAY,
            hypothesis="门槛券把单件客单推到两件",
        )  # fmt: skip
        products = [get_product(f"p{n:03d}") for n in (1, 2, 3, 4, 9, 16, 18, 20, 21)]
        paid = []
        for at, member in zip(self.moments(starts + DAY, self.at - dt.timedelta(hours=1), 60), self.buyers(60), strict=True):
            actor = Actor("member", member.public_id)
            if self.chance.random() < 0.6:
                self.tried(
                    lambda member=member, at=at, actor=actor: services.grab(
                        key=self.key(), actor=actor, at=at, campaign=coupon, member=member
                    )
                )
            if self.chance.random() < 0.3:
                self.tried(
                    lambda member=member, at=at, actor=actor: services.check_in(
                        key=self.key(), actor=actor, at=at, campaign=daily, member=member
                    )
                )
            if self.chance.random() < 0.5:
                set_consent(
                    actor=actor,
                    at=at,
                    member=member,
                    purpose="marketing",
                    granted=self.chance.random() < 0.8,
                    policy="2026-05",
                    source="h5",
                    key=self.key(),
                )
            lines = [(product, 1) for product in self.chance.sample(products, self.chance.choice((1, 1, 2, 3)))]
            order = services.checkout(
                key=self.key(), actor=actor, at=at + dt.timedelta(minutes=3), member=member, lines=lines, channel="own_h5"
            )
            if self.chance.random() < 0.9:
                paid.append((self.pay(order, at + dt.timedelta(minutes=6)), member, actor))
        reasons = ("用后泛红，想退", "买重了", "物流太慢，不想要了", "质地和想的不一样", "瓶口漏液")
        for n, (order, _member, actor) in enumerate(paid[5:60:9]):
            asked_at = min(order.paid_at + 2 * DAY, self.at - dt.timedelta(minutes=30 - n))
            asked = shop.request_refund(key=self.key(), actor=actor, at=asked_at, order=order, reason=reasons[n % len(reasons)])
            if n < 3:
                settle_order.refund(
                    key=self.key(), actor=OPERATOR, at=min(asked_at + dt.timedelta(hours=3), self.at), order=order, asked=asked
                )
            elif n == 3:
                shop.reject_refund(
                    key=self.key(),
                    actor=OPERATOR,
                    at=min(asked_at + dt.timedelta(hours=4), self.at),
                    refund=asked,
                    reason="已拆封且超过七天",
                )

    def _flash_over(self) -> None:
        """A flash sale that is over, and what was learned."""
        from lianyi.ops.campaigns import services
        from lianyi.ops.shop.selectors import get_product

        starts, ends = self.on(9, 18, 20), self.on(9, 19, 22)
        one = self.launched(
            "flash_sale", "中秋预热抢购 · 神经酰胺面霜", {"price_fen": 15900, "limit_per_member": 2, "pay_within_minutes": 10}, starts, ends,
            product=get_product("p002"), pieces=60, hypothesis="节前一周囤货，限时价能把观望的人推一把", rates_bp=(500,), commission_cap_fen=2000,
        )  # fmt: skip
        for at, member in zip(self.moments(starts, starts + dt.timedelta(hours=8), 34), self.buyers(34), strict=True):
            order = self.tried(
                lambda member=member, at=at: services.buy(
                    key=self.key(),
                    actor=Actor("member", member.public_id),
                    at=at,
                    campaign=one,
                    member=member,
                    quantity=self.chance.choice((1, 1, 2)),
                )
            )
            if order is not None and self.chance.random() < 0.88:
                self.pay(order, at + dt.timedelta(minutes=2))
        services.close(actor=OPERATOR, at=ends, campaign=one, reason="时间到", key=self.key())
        services.write_lessons(
            actor=OPERATOR, at=ends + DAY, campaign=one, key=self.key(),
            lessons="20 点开抢的前两小时卖了一大半；群里提前一天预告的两个群下单最多。\n下次：预告提前到两天，每人限购改为 1 件，让更多人买到。",
        )  # fmt: skip

    def _flash_now(self) -> None:
        """A flash sale that runs, with a hold-out."""
        from lianyi.ops.campaigns import services
        from lianyi.ops.shop.selectors import get_product

        starts, ends = self.on(9, 29, 20), dt.datetime(2026, 10, 3, 22, tzinfo=self.workspace.zone)
        one = self.launched(
            "flash_sale", "国庆限时抢购 · 雪绒花精华", {"price_fen": 18900, "limit_per_member": 1, "pay_within_minutes": 15}, starts, ends,
            product=get_product("p001"), pieces=120, goal=self.goals[3], budget=self.budgets[1], holdout_unit="member", holdout_bp=3000,
            hypothesis="旅行前备护肤，限时价带动精华单品", channels=("own_h5", "offline"),
        )  # fmt: skip
        for at, member in zip(self.moments(starts, self.at - dt.timedelta(minutes=12), 120), self.buyers(120), strict=True):
            actor = Actor("member", member.public_id)
            if services.see(actor=actor, at=at, campaign=one, member=member) == "treated" and self.chance.random() < 0.4:
                order = services.buy(key=self.key(), actor=actor, at=at, campaign=one, member=member)
                if self.chance.random() < 0.85:
                    self.pay(order, at + dt.timedelta(minutes=3))

    def _teams(self) -> None:
        """A group-buy that runs: some teams are full, some still wait."""
        from lianyi.ops.campaigns import services
        from lianyi.ops.shop.selectors import get_product

        starts, ends = self.on(9, 26, 10), dt.datetime(2026, 10, 8, 22, tzinfo=self.workspace.zone)
        one = self.launched(
            "group_buy", "国庆三人拼团 · 氨基酸洁面", {"price_fen": 5900, "size": 3, "window_hours": 48, "leader_off_fen": 500}, starts, ends,
            product=get_product("p018"), pieces=90, goal=self.goals[3], budget=self.budgets[1], hypothesis="洁面人人用，拉两位朋友不难",
        )  # fmt: skip
        people = iter(self.buyers(30))
        for at in self.moments(starts, self.at - dt.timedelta(hours=2), 9):
            leader = next(people)
            seat = services.open_team(key=self.key(), actor=Actor("member", leader.public_id), at=at, campaign=one, member=leader)
            self.pay(seat.order, at + dt.timedelta(minutes=1))
            for n in range(self.chance.choice((2, 2, 2, 1, 0))):
                friend, later = next(people), at + dt.timedelta(minutes=25 * (n + 1))
                joined = self.tried(
                    lambda friend=friend, later=later, seat=seat: services.join_team(
                        key=self.key(), actor=Actor("member", friend.public_id), at=later, team=seat.team, member=friend
                    )
                )
                if joined is not None:
                    self.pay(joined.order, later + dt.timedelta(minutes=1))

    def _bring(self) -> None:
        """Members bring friends for points and commission; two of these friends came with the device of who brought them."""
        from lianyi.ops.campaigns import services
        from lianyi.ops.campaigns.services import note_trait
        from lianyi.ops.members.services import join
        from lianyi.ops.shop.selectors import get_product

        starts, ends = self.on(9, 15, 9), dt.datetime(2026, 10, 15, tzinfo=self.workspace.zone)
        one = self.launched(
            "referral", "老带新 · 双方得积分", {"inviter_points": 500, "invitee_points": 300, "wait_for": "first_order", "least_order_fen": 5000}, starts, ends,
            hypothesis="老客的朋友肤质相近，首单转化高于广告", rates_bp=(600,), commission_cap_fen=3000, freeze_days=7,
        )  # fmt: skip
        inviters = self.people[3:8]
        for inviter in inviters:
            services.become_promoter(
                key=self.key(), actor=Actor("member", inviter.public_id), at=starts, member=inviter, agreement="2026-08"
            )
            note_trait(at=starts, member=inviter, kind="device", value=f"device of {inviter.public_id}")
        for n, at in enumerate(self.moments(starts + DAY, self.at - 2 * DAY, 16)):
            inviter = inviters[n % len(inviters)]
            friend = join(
                actor=SYSTEM,
                at=at,
                phone=f"139{20260900 + n:08d}",
                referrer_id=inviter.public_id,
                channel="social",
                platform="微信",
                key=self.key(),
            )
            actor = Actor("member", friend.public_id)
            if n % 6 == 2:
                note_trait(at=at, member=friend, kind="device", value=f"device of {inviter.public_id}")
            self.tried(
                lambda friend=friend, at=at, actor=actor: services.claim(key=self.key(), actor=actor, at=at, campaign=one, invitee=friend)
            )
            order = services.checkout(
                key=self.key(),
                actor=actor,
                at=at + dt.timedelta(minutes=9),
                member=friend,
                lines=[(get_product("p016"), 1)],
                referrer_id=inviter.public_id,
            )
            self.pay(order, at + dt.timedelta(minutes=11))

    def _to_come(self) -> None:
        """What waits: a promotion that is scheduled, a bargain whose check is open."""
        from lianyi.ops.shop.selectors import get_product

        zone = self.workspace.zone
        starts, ends = dt.datetime(2026, 10, 1, 0, tzinfo=zone), dt.datetime(2026, 10, 8, 0, tzinfo=zone)
        steps = {"steps": [{"from_fen": 29900, "off_fen": 4000}, {"from_fen": 49900, "off_fen": 8000}]}
        self.launched(
            "threshold", "国庆满 299 减 40", steps, starts, ends, goal=self.goals[3], budget=self.budgets[1], hypothesis="满减带动凑单"
        )
        self.launched(
            "bargain", "砍价得眼霜", {"start_fen": 26900, "floor_fen": 16900, "helpers": 8}, starts + 3 * DAY, ends + 3 * DAY, start=False,
            product=get_product("p006"), pieces=30, channels=("own_h5", "wechat_moments"), hypothesis="",
        )  # fmt: skip
