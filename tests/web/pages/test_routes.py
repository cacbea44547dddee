"""Every route, seen by its owner, by another member and by nobody. A route without a row fails."""

from dataclasses import dataclass, field

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lianyi.kernel.actor import Actor
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.shop.services import Line, place_order
from lianyi.web.pages.seals import seal
from lianyi.web.pages.shares import PURPOSE
from lianyi.web.pages.sign_in import link_token
from tests.web.pages.conftest import new_key, signed_in

SIGN_IN = 302
"""A visitor is sent to sign in."""


@dataclass(frozen=True)
class Row:
    """What a route answers: to Mei, whose things these are; to Bo; to a visitor. `post` makes it a POST with these fields."""

    mei: int
    bo: int
    visitor: int
    post: dict[str, str] | None = None
    args: tuple[str, ...] = field(default=())


PAGE = Row(200, 200, 200)
OWN = Row(200, 200, SIGN_IN)
"""The same address shows each member their own."""
ROWS = {
    "home": PAGE,
    "product": Row(200, 200, 200, args=("p_serum",)),
    "buy": Row(302, 302, SIGN_IN, {"quantity": "1"}, ("p_serum",)),
    "sign_in": PAGE,
    "to_wechat": Row(302, 302, 302),
    "from_wechat": Row(409, 409, 409),
    "use_link": Row(200, 200, 200, args=("{link}",)),
    "sign_out": Row(302, 302, 302, {}),
    "shared": Row(302, 302, 302, args=("{share}",)),
    "mine": OWN,
    "orders": OWN,
    "order": Row(200, 404, SIGN_IN, args=("{order}",)),
    "cancel_order": Row(302, 404, SIGN_IN, {}, ("{order}",)),
    "ask_back": Row(409, 404, SIGN_IN, {"reason": "other"}, ("{order}",)),
    "points": OWN,
    "commission": OWN,
    "invites": OWN,
    "poster": OWN,
    "privacy": OWN,
    "choose_consent": Row(302, 302, SIGN_IN, {"purpose": "marketing", "agreed": "yes"}),
    "privacy_notice": PAGE,
    "answer_consent": Row(302, 302, 302, {"agreed": "no"}),
    "rules": PAGE,
    "beacon": Row(204, 204, 204, {"page": "home"}),
    "choose_theme": Row(302, 302, 302, {"theme": "dark"}),
    "set_language": Row(302, 302, 302, {"language": "en"}),
}


def route_names(resolver: URLResolver) -> list[str]:
    names = []
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            names.append(entry.name or f"unnamed {entry.pattern}")
        elif entry.namespace is None and not str(entry.pattern).startswith(("console", "api")):
            names += route_names(entry)
    return names


@pytest.fixture
def order(mei, serum, now):
    return place_order(key="test:order", actor=Actor("member", mei.public_id), at=now, member=mei, lines=[Line(serum, 1)])


def asked(client, name, row, values):
    address = reverse(name, args=[values.get(arg, arg) for arg in row.args])
    return client.get(address) if row.post is None else client.post(address, {**new_key(), **row.post})


def test_every_route_has_its_row():
    assert sorted(route_names(get_resolver())) == sorted(ROWS)


@pytest.mark.parametrize("who", ["mei", "bo", "visitor"])
@pytest.mark.parametrize("name", ROWS)
def test_each_route_answers_owner_other_and_visitor(name, who, mei, bo, order, now):
    row = ROWS[name]
    values = {
        "{order}": order.public_id,
        "{link}": link_token(at=now, phone="13800000009"),
        "{share}": seal(PURPOSE, {"m": mei.public_id, "p": "/", "c": "link"}, until=now.replace(year=now.year + 1)),
    }
    facts = Fact.objects.count()

    answer = asked(signed_in({"mei": mei, "bo": bo, "visitor": None}[who]), name, row, values)

    assert answer.status_code == getattr(row, who), answer.content[:400]
    if answer.status_code >= 400 or (who == "visitor" and row.visitor == SIGN_IN and row.mei != row.visitor):
        assert Fact.objects.count() == facts, "a refusal changes nothing"
    if row.visitor == SIGN_IN and who == "visitor" and row is OWN:
        assert answer.url.startswith("/in/?next=")


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.post is not None])
def test_what_changes_something_is_not_done_by_a_link(name, mei, order):
    row = ROWS[name]

    answer = signed_in(mei).get(reverse(name, args=[{"{order}": order.public_id}.get(arg, arg) for arg in row.args]))

    assert answer.status_code == 405


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.post is not None])
def test_what_changes_something_needs_a_form_of_ours(name, mei, order):
    row = ROWS[name]
    client = signed_in(mei)
    client.handler.enforce_csrf_checks = True

    answer = client.post(reverse(name, args=[{"{order}": order.public_id}.get(arg, arg) for arg in row.args]), row.post)

    assert answer.status_code == 403
