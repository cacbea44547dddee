"""A brand with half a year of orders, and its team: an owner, an analyst, an operator, a reader."""

import datetime as dt
import random

import pytest
from django.core.cache import cache, caches
from django.test import Client

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.team.services import add_member
from lianyi.stream import workspace as workspaces
from lianyi.stream.intake import import_files

START = dt.date(2026, 1, 1)
DAYS = 181
ROLES = ("owner", "growth_lead", "operator", "analyst", "finance", "reader")


@pytest.fixture(scope="session")
def shop(tmp_path_factory):
    """A workspace with orders of sixty buyers on two platforms; more of them from April on."""
    home = tmp_path_factory.mktemp("shop")
    workspace = workspaces.create(home / "workspace", brand="山茶")
    chance = random.Random(7)
    rows = ["订单编号,买家会员名,付款时间,实付金额,平台"]
    for day in range(DAYS):
        for n in range(3 if day < 90 else 5):
            date = START + dt.timedelta(days=day)
            rows.append(f"o{day}-{n},b{chance.randrange(60)},{date} 10:{n:02d}:00,{chance.randrange(50, 400)}.00,{('淘宝', '抖音')[n % 2]}")
    file = home / "orders.csv"
    file.write_text("\n".join(rows), encoding="utf-8")
    report = import_files(workspace, [file], kind="orders", received_t=1_780_000_000_000_000)
    assert sum(one.accepted for one in report.files) == len(rows) - 1
    return workspace


@pytest.fixture
def brand(shop, settings):
    """The server serves that shop."""
    settings.WORKSPACE = shop
    cache.clear()
    caches["answers"].clear()
    return shop


@pytest.fixture
def team(db):
    """One colleague for each role, by role."""
    at = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    return {
        role: add_member(key=f"t:{role}", actor=SYSTEM, at=at, username=role.replace("_", "-"), name=role, roles=[role]) for role in ROLES
    }


def browser(member=None, language="en"):
    """A browser in which a colleague is signed in, or nobody."""
    client = Client(raise_request_exception=False, headers={"accept-language": language})
    if member is not None:
        client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client
