"""A cast for campaigns: a goal, a budget, a way to launch, to pay and to refund."""

import datetime as dt
import json
from collections.abc import Callable
from functools import partial
from itertools import count

import pytest

from lianyi.flows import settle_order
from lianyi.ops.campaigns.selectors import Campaign
from lianyi.ops.journal.models import Fact
from lianyi.ops.members.services import join
from lianyi.ops.plan.selectors import Budget, Goal
from lianyi.ops.shop.selectors import Order, get_order
from tests.ops.campaigns.launching import a_budget, a_goal, launched
from tests.ops.conftest import OWNER

HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
NUMBERS = count(1)


def key() -> str:
    return f"k{next(NUMBERS)}"


@pytest.fixture
def goal(db: None, at: dt.datetime) -> Goal:
    return a_goal(at)


@pytest.fixture
def budget(db: None, at: dt.datetime) -> Budget:
    return a_budget(at)


@pytest.fixture
def launch(goal: Goal, budget: Budget, at: dt.datetime) -> Callable[..., Campaign]:
    """Create, check, let pass what may be let pass, schedule and start a campaign."""
    return partial(launched, at=at, goal=goal, budget=budget)


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
