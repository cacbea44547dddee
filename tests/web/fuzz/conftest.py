"""A shop with a team, members and things going on, and the laws that hold whatever is sent to it."""

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from django.core.cache import caches
from django.db import connection, transaction
from django.test import Client

from lianyi.ops.campaigns.services import open_team, start_bargain
from lianyi.ops.shop.services import Line, place_order, receive_stock
from lianyi.web.edge.limits import COUNTS
from tests.web.console.conftest import brand, shop, team
from tests.web.console.conftest import browser as colleague
from tests.web.fuzz.nasty import encoded
from tests.web.pages.conftest import OWNER, bo, launch, mei, now, pay, serum, signed_in
from tests.web.pages.test_routes import DRAW

__all__ = ["bo", "brand", "launch", "mei", "now", "serum", "shop", "team"]

# What a visit may leave behind although it was refused.
OF_VISITS = ("django_session", "axes_", "team_signin", "django_migrations", "sqlite_")
TABLES = "campaigns|intake|journal|ledger|members|plan|review|shop|team"
TELL_TALE = re.compile(
    rf'Traceback \(most|File "/|sqlite3\.|psycopg|OperationalError|IntegrityError|ProgrammingError|DataError|duckdb\.|FROM "?({TABLES})_'
)


@dataclass
class World:
    """Who there is and what is whose. hers : words that only Mei and the team may read."""

    people: dict[str, object]
    ids: dict[str, str]
    hers: tuple[str, ...]
    before: str = field(default="")

    cookies: dict[str, str] = field(default_factory=dict)

    def open_doors(self) -> None:
        """Sign everybody in, once: each request comes from a browser of its own with these cookies."""
        for who in ("mei", "bo"):
            self.cookies[who] = signed_in(self.people[who]).cookies["session"].value
        for who in ("owner", "reader"):
            self.cookies[who] = colleague(self.people[who]).cookies["session"].value
        self.before = state()

    def client(self, who: str) -> Client:
        client = signed_in(None)
        if who in self.cookies:
            client.cookies["session"] = self.cookies[who]
        return client

    def send(self, who: str, method: str, address: str, fields=(), **more):
        """Send it, hold the laws, and undo whatever it did."""
        client, sent = self.client(who), encoded(fields)
        COUNTS.forget()
        with undone():
            if "data" in more:
                answer = client.generic(method.upper(), address, **more)
            elif method == "get":
                answer = client.get(address + ("?" + sent.decode() if sent else ""))
            else:
                answer = client.generic("POST", address, sent, content_type="application/x-www-form-urlencoded")
            self.judge(who, answer, (address.encode() + sent + repr(more).encode()))
        return answer

    def judge(self, who: str, answer, sent: bytes) -> None:
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        assert answer.status_code < 500, (answer.status_code, sent, getattr(answer, "exc_info", None))
        assert "<script>alert(1)" not in text
        assert "x=1" not in str(answer.cookies)
        location = answer.get("Location", "")
        assert "evil.example" not in location.partition("?")[0]
        assert not location.startswith("javascript:")
        if who in ("bo", "nobody"):
            assert [word for word in self.hers if word in text and word.encode() not in sent] == []
        if answer.status_code >= 400:
            assert not TELL_TALE.search(text), text
            assert text.strip(), "a refusal says something"
            if "json" in answer.get("Content-Type", ""):
                assert {"code", "message"} <= set(answer.json())
            assert state() == self.before, (answer.status_code, sent)


@contextmanager
def undone() -> Iterator[None]:
    """What is done inside is undone. Commands open durable transactions, which this one is no hindrance to."""
    block = transaction.atomic()
    block._from_testcase = True
    with block:
        yield
        transaction.set_rollback(True)
    caches["default"].clear()


def state() -> str:
    """A digest of everything that the database holds, but for what visits leave."""
    digest = hashlib.sha256()
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            if not table.startswith(OF_VISITS):
                cursor.execute(f'SELECT * FROM "{table}"')
                digest.update(repr((table, cursor.fetchall())).encode())
    return digest.hexdigest()


@pytest.fixture
def world(team, brand, mei, bo, serum, launch, now):
    """Everything that pages and forms are about, each of a kind; most of it Mei's."""
    receive_stock(actor=OWNER, at=now, product=serum, pieces=90, key="w:pieces")
    teams = launch("group_buy", {"price_fen": 5000, "size": 3}, product=serum)
    bargains = launch("bargain", {"start_fen": 9900, "floor_fen": 5000, "helpers": 3}, product=serum)
    seat = open_team(key="w:team", actor=OWNER, at=now, campaign=teams, member=mei)
    order = place_order(key="w:order", actor=OWNER, at=now, member=mei, lines=[Line(serum, 2)])
    waiting = place_order(key="w:waiting", actor=OWNER, at=now, member=mei, lines=[Line(serum, 1)])
    pay(seat.order)
    pay(order)
    ids = {
        "product": "p_serum", "order": order.public_id, "waiting": waiting.public_id, "team": seat.team.public_id, "campaign": teams.public_id,
        "bargain": start_bargain(key="w:bargain", actor=OWNER, at=now, campaign=bargains, member=mei).public_id, "member": mei.public_id,
        "flash": launch("flash_sale", {"price_fen": 5000}, product=serum).public_id, "coupon": launch("coupon", {"amount_fen": 500, "total": 9}).public_id,
        "check_in": launch("check_in", {}).public_id, "lottery": launch("lottery", DRAW).public_id,
        "referral": launch("referral", {"inviter_points": 9, "invitee_points": 9}).public_id, "bargains": bargains.public_id,
    }  # fmt: skip
    found = World({"mei": mei, "bo": bo, **team}, ids, (mei.public_id, order.public_id, waiting.public_id, seat.order.public_id))
    found.open_doors()
    return found
