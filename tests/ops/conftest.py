"""A fixed cast for the operations: one moment, one team, members, a product on sale. One suite on SQLite and PostgreSQL."""

import datetime as dt
from collections.abc import Callable
from itertools import count

import pytest

from lianyi.kernel.actor import Actor
from lianyi.ops.members.selectors import Member
from lianyi.ops.members.services import join
from lianyi.ops.shop.selectors import Product
from lianyi.ops.shop.services import add_product

NOON = dt.datetime(2026, 6, 1, 4, 0, tzinfo=dt.UTC)
OWNER = Actor("team", "t_owner", frozenset({"owner"}))


@pytest.fixture
def at() -> dt.datetime:
    return NOON


@pytest.fixture
def owner() -> Actor:
    return OWNER


@pytest.fixture
def new_key() -> Callable[[], str]:
    numbers = count(1)
    return lambda: f"test:{next(numbers)}"


@pytest.fixture
def mei(db: None, at: dt.datetime) -> Member:
    """A member."""
    return join(actor=OWNER, at=at, phone="13800000001")


@pytest.fixture
def bo(mei: Member, at: dt.datetime) -> Member:
    """A member whom Mei brought."""
    return join(actor=OWNER, at=at, phone="13800000002", referrer_id=mei.public_id)


@pytest.fixture
def serum(db: None, at: dt.datetime) -> Product:
    """A product at 99.00, ten pieces."""
    return add_product(actor=OWNER, at=at, title="精华 30ml", price_fen=9900, pieces=10, public_id="p_serum")


def as_member(member: Member) -> Actor:
    """The member, acting for themself."""
    return Actor("member", member.public_id)
