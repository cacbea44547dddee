"""The cast of the members' pages: Mei is the owner of what is looked at, Bo another member; the browser is anonymous until it signs in."""

import datetime as dt
import itertools
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lianyi.flows import settle_order
from lianyi.kernel.actor import Actor
from lianyi.ops.campaigns.selectors import Campaign, get_campaign
from lianyi.ops.campaigns.services import Said, check_campaign, create_campaign, override_item, schedule, start
from lianyi.ops.members.selectors import Member
from lianyi.ops.members.services import join
from lianyi.ops.plan.services import set_budget, set_goal
from lianyi.ops.shop.selectors import Order, Product, get_order
from lianyi.ops.shop.services import add_product
from lianyi.web.pages.session import KEY

OWNER = Actor("team", "t_owner", frozenset({"owner"}))
DAY = dt.timedelta(days=1)
numbers = itertools.count(1)


@pytest.fixture
def now() -> dt.datetime:
    """A moment before every request of the test: pages live in the present."""
    return dt.datetime.now(dt.UTC) - dt.timedelta(seconds=1)


@pytest.fixture
def mei(db: None, now: dt.datetime) -> Member:
    return join(actor=OWNER, at=now, phone="13800000001")


@pytest.fixture
def bo(mei: Member, now: dt.datetime) -> Member:
    """A member whom Mei brought."""
    return join(actor=OWNER, at=now, phone="13800000002", referrer_id=mei.public_id)


@pytest.fixture
def serum(db: None, now: dt.datetime) -> Product:
    """A product at 99.00, ten pieces in the shop."""
    return add_product(actor=OWNER, at=now, title="精华 30ml", price_fen=9900, pieces=10, public_id="p_serum")


@pytest.fixture
def launch(db: None, now: dt.datetime) -> Callable[..., Campaign]:
    """Creates a campaign, checks it, lets pass what may be let pass, and starts it."""

    def launched(mechanic: str, terms: dict[str, Any], **more: Any) -> Campaign:
        said = {"title": "Summer", "starts_at": now, "ends_at": now + 7 * DAY, "hypothesis": "they bring friends", "expected_per_day": 1}
        said |= {"channels": ("own_h5", "offline"), "reference_basis": "maker's price"}
        said["goal"] = set_goal(
            actor=OWNER, at=now, title="June", metric="net_sales", target=1e6, from_on=now.date(), to_on=(now + 30 * DAY).date()
        )
        said["budget"] = set_budget(actor=OWNER, at=now, title="June", amount_fen=10_000_000)
        if "product" in more:
            said |= {"pieces": 5, "full_fen": 9900}
        campaign = create_campaign(actor=OWNER, at=now, said=Said(mechanic=mechanic, terms=terms, **(said | more)))
        for item in check_campaign(actor=OWNER, at=now, campaign=campaign).items:
            if not item["passed"]:
                override_item(actor=OWNER, at=now, campaign=campaign, item=item["id"], reason="a test")
        check_campaign(actor=OWNER, at=now, campaign=campaign)
        schedule(actor=OWNER, at=now, campaign=campaign)
        if said["starts_at"] <= now and more.get("starts_at", now) <= now:
            start(at=now, campaign=get_campaign(campaign.public_id))
        return get_campaign(campaign.public_id)

    return launched


def pay(order: Order) -> Order:
    """The counter takes an order's money."""
    key = f"pay-{next(numbers)}"
    settle_order.pay(key=key, actor=OWNER, at=order.placed_at, order=order, reference=key, amount_fen=order.payable_fen)
    return get_order(order.public_id)


def order_at(address: str) -> Order:
    """The order that a page was led to."""
    return get_order(address.strip("/").split("/")[-1])


def signed_in(member: Member | None) -> Client:
    """A browser in which a member is signed in, or nobody; it speaks English and keeps what views raise to itself."""
    client = Client(raise_request_exception=False, headers={"accept-language": "en"})
    if member is not None:
        session = client.session
        session[KEY] = member.pk
        session.save()
        client.cookies["session"] = session.session_key
    return client


def new_key() -> dict[str, str]:
    """A form's key, never seen before."""
    return {"key": f"test-{next(numbers)}"}
