"""A cast for campaigns: a goal, a budget, a way to launch, to pay and to refund."""

import datetime as dt
import json
from collections.abc import Callable
from itertools import count

import pytest

from lianyi.flows import settle_order
from lianyi.ops.campaigns.selectors import Campaign, get_campaign
from lianyi.ops.campaigns.services import Said, check_campaign, create_campaign, override_item, schedule, start
from lianyi.ops.journal.models import Fact
from lianyi.ops.members.services import join
from lianyi.ops.plan.selectors import Budget, Goal
from lianyi.ops.plan.services import set_budget, set_goal
from lianyi.ops.shop.selectors import Order, get_order
from tests.ops.conftest import OWNER

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
NUMBERS = count(1)


def key() -> str:
    return f"k{next(NUMBERS)}"


@pytest.fixture
def goal(db: None, at: dt.datetime) -> Goal:
    return set_goal(
        actor=OWNER, at=at, title="六月净销售", metric="net_sales", target=1_000_000.0, from_on=at.date(), to_on=(at + 30 * DAY).date()
    )


@pytest.fixture
def budget(db: None, at: dt.datetime) -> Budget:
    return set_budget(actor=OWNER, at=at, title="六月活动", amount_fen=1_000_000)


@pytest.fixture
def launch(goal: Goal, budget: Budget, at: dt.datetime) -> Callable[..., Campaign]:
    """Create, check, let pass what may be let pass, schedule and start a campaign."""

    def launched(mechanic: str, terms: dict, *, until: dt.timedelta = 7 * DAY, **more) -> Campaign:
        said = {"title": "夏日活动", "starts_at": at, "ends_at": at + until, "goal": goal, "budget": budget, "hypothesis": "老客会带新客"}
        said |= {"channels": ("own_h5", "offline"), "expected_per_day": 1} | more
        campaign = create_campaign(actor=OWNER, at=at, said=Said(mechanic=mechanic, terms=terms, **said))
        check = check_campaign(actor=OWNER, at=at, campaign=campaign)
        for item in check.items:
            if not item["passed"]:
                override_item(actor=OWNER, at=at, campaign=campaign, item=item["id"], reason="试跑")
        if not check.passed:
            assert check_campaign(actor=OWNER, at=at, campaign=campaign).passed, check.items
        schedule(actor=OWNER, at=at, campaign=campaign)
        start(at=at, campaign=get_campaign(campaign.public_id))
        return get_campaign(campaign.public_id)

    return launched


def pay(order: Order, at: dt.datetime) -> Order:
    settle_order.pay(key=key(), actor=OWNER, at=at, order=order, reference=key(), amount_fen=order.payable_fen)
    return get_order(order.public_id)


def refund(order: Order, at: dt.datetime, **more) -> Order:
    settle_order.refund(key=key(), actor=OWNER, at=at, order=get_order(order.public_id), **more)
    return get_order(order.public_id)


def told(subject_id: str) -> list[str]:
    """The names of the facts about something, in the order in which they were written."""
    facts = [(fact.name, json.loads(fact.fact)) for fact in Fact.objects.order_by("id")]
    return [name for name, said in facts if said.get("subject_id") == subject_id]


def people(n: int, at: dt.datetime, **more) -> list:
    """As many more members, who joined one after the other."""
    return [join(actor=OWNER, at=at, phone=f"139{next(NUMBERS):08d}", **more) for _ in range(n)]
