"""The cast of the members' pages: Mei is the owner of what is looked at, Bo another member; the browser is anonymous until it signs in."""

import datetime as dt
import itertools

import pytest
from django.test import Client

from lianyi.kernel.actor import Actor
from lianyi.ops.members.selectors import Member
from lianyi.ops.members.services import join
from lianyi.ops.shop.selectors import Product
from lianyi.ops.shop.services import add_product
from lianyi.web.pages.session import KEY

OWNER = Actor("team", "t_owner", frozenset({"owner"}))
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
    """A product at 99.00, ten pieces."""
    return add_product(actor=OWNER, at=now, title="精华 30ml", price_fen=9900, pieces=10, public_id="p_serum")


def signed_in(member: Member | None) -> Client:
    """A browser in which a member is signed in, or nobody; it speaks English and keeps what views raise to itself."""
    client = Client(raise_request_exception=False, headers={"accept-language": "en"})
    if member is not None:
        session = client.session
        session[KEY] = member.public_id
        session.save()
        client.cookies["session"] = session.session_key
    return client


def new_key() -> dict[str, str]:
    """A form's key, never seen before."""
    return {"key": f"test-{next(numbers)}"}
