"""Every route, seen by its owner, by another member and by nobody. A route without a row fails."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from lianyi.kernel.actor import Actor
from lianyi.ops.campaigns.selectors import Campaign
from lianyi.ops.campaigns.services import open_team, start_bargain
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.members.groups import make_group
from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.selectors import Product
from lianyi.ops.shop.services import Line, place_order
from lianyi.ops.shop.tenders.alipay import Alipay
from lianyi.web.pages.seals import seal
from lianyi.web.pages.shares import PURPOSE
from lianyi.web.pages.sign_in import link_token
from tests.signing import a_key
from tests.web.pages.conftest import OWNER, new_key, pay, signed_in

KEY = a_key()
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


DRAW = {
    "rungs": [{"name": "50 points", "kind": "points", "units": 9, "market_fen": 50, "odds_ppm": 1_000_000, "points": 50}],
    **dict.fromkeys(("entry_conditions", "claim_conditions", "claim_method", "delivery", "forfeit_conditions", "organiser"), "as told"),
}
PAGE = Row(200, 200, 200)
OWN = Row(200, 200, SIGN_IN)
"""The same address shows each member their own."""
ROWS = {
    "home": PAGE,
    "product": Row(200, 200, 200, args=("p_serum",)),
    "checkout": Row(302, 302, SIGN_IN, {"quantity": "1"}, ("p_serum",)),
    "campaign": Row(200, 200, 200, args=("{team campaign}",)),
    "proof": Row(200, 200, 200, args=("{bargain campaign}",)),
    "flash_buy": Row(302, 302, SIGN_IN, {}, ("{flash}",)),
    "open_team": Row(409, 302, SIGN_IN, {}, ("{team campaign}",)),
    "team": Row(200, 200, 200, args=("{team}",)),
    "join_team": Row(409, 302, SIGN_IN, {}, ("{team}",)),
    "start_bargain": Row(409, 302, SIGN_IN, {}, ("{bargain campaign}",)),
    "bargain": Row(200, 200, 200, args=("{bargain}",)),
    "help_bargain": Row(409, 302, SIGN_IN, {}, ("{bargain}",)),
    "buy_bargain": Row(302, 404, SIGN_IN, {}, ("{bargain}",)),
    "grab_coupon": Row(302, 302, SIGN_IN, {}, ("{coupon campaign}",)),
    "check_in": Row(302, 302, SIGN_IN, {}, ("{check-in}",)),
    "draw": Row(302, 302, SIGN_IN, {}, ("{draw}",)),
    "claim_prize": Row(404, 404, SIGN_IN, {}, ("{draw}", "1")),
    "claim_invitation": Row(409, 302, SIGN_IN, {}, ("{referral}",)),
    "sign_in": PAGE,
    "to_wechat": Row(302, 302, 302),
    "from_wechat": Row(409, 409, 409),
    "use_link": Row(200, 200, 200, args=("{link}",)),
    "sign_out": Row(302, 302, 302, {}),
    "shared": Row(302, 302, 302, args=("{share}",)),
    "enter_group": Row(302, 302, 302, args=("{group}",)),
    "mine": OWN,
    "orders": OWN,
    "order": Row(200, 404, SIGN_IN, args=("{order}",)),
    "cancel_order": Row(302, 404, SIGN_IN, {}, ("{order}",)),
    "ask_back": Row(409, 404, SIGN_IN, {"reason": "other"}, ("{order}",)),
    "pay_order": Row(302, 404, SIGN_IN, args=("{order}", "alipay")),
    "pay_in_wechat": Row(409, 404, SIGN_IN, args=("{order}",)),
    # The gateway is nobody: its signature is looked at, whoever sends it.
    "payment_notice": Row(403, 403, 403, {"sign": "x"}, ("alipay",)),
    "points": OWN,
    "commission": OWN,
    "agree_to_promote": Row(302, 302, SIGN_IN, {"agreed": "yes"}),
    "withdraw": Row(409, 409, SIGN_IN, {"amount": "1"}),
    "reviews": OWN,
    "appeal": Row(404, 404, SIGN_IN, {"words": "no"}, ("v_none",)),
    "coupons": OWN,
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


@dataclass
class Things:
    """What the rows' arguments stand for; a campaign is launched when a row first asks for it."""

    mei: Member
    serum: Product
    launch: Callable[..., Campaign]
    now: dt.datetime

    def __getitem__(self, name: str) -> str:
        made = {
            "{order}": lambda: self.order().public_id,
            "{link}": lambda: link_token(at=self.now, phone="13800000009"),
            "{share}": lambda: seal(PURPOSE, {"m": self.mei.public_id, "p": "/", "c": "link"}, until=self.now + dt.timedelta(days=1)),
            "{group}": lambda: make_group(actor=OWNER, at=self.now, title="春日群").code,
            "{flash}": lambda: self.launch("flash_sale", {"price_fen": 5000}, product=self.serum).public_id,
            "{team campaign}": lambda: self.team().team.campaign.public_id,
            "{team}": lambda: self.team().team.public_id,
            "{bargain campaign}": lambda: self.bargain().campaign.public_id,
            "{bargain}": lambda: self.bargain().public_id,
            "{coupon campaign}": lambda: self.launch("coupon", {"amount_fen": 500, "total": 9}).public_id,
            "{check-in}": lambda: self.launch("check_in", {}).public_id,
            "{draw}": lambda: self.launch("lottery", DRAW).public_id,
            "{referral}": lambda: self.launch("referral", {"inviter_points": 9, "invitee_points": 9}).public_id,
        }
        return made[name]() if name in made else name

    def order(self):
        return place_order(key="test:order", actor=self.actor, at=self.now, member=self.mei, lines=[Line(self.serum, 1)])

    def team(self):
        campaign = self.launch("group_buy", {"price_fen": 5000, "size": 2}, product=self.serum)
        seat = open_team(key="test:team", actor=self.actor, at=self.now, campaign=campaign, member=self.mei)
        pay(seat.order)
        return seat

    def bargain(self):
        campaign = self.launch("bargain", {"start_fen": 9900, "floor_fen": 5000, "helpers": 3}, product=self.serum)
        return start_bargain(key="test:bargain", actor=self.actor, at=self.now, campaign=campaign, member=self.mei)

    @property
    def actor(self) -> Actor:
        return Actor("member", self.mei.public_id)


@pytest.fixture(autouse=True)
def alipay(settings):
    """A gateway is there to be paid through."""
    settings.TENDERS = {"alipay": Alipay("2021000000000001", KEY, KEY.public_key())}


@pytest.fixture
def things(mei, serum, launch, now):
    return Things(mei, serum, launch, now)


def anything(name: str) -> str:
    """An address of a route, of no thing in particular."""
    return reverse(name, args=[arg if "{" not in arg else "x" for arg in ROWS[name].args])


def test_every_route_has_its_row():
    assert sorted(route_names(get_resolver())) == sorted(ROWS)


@pytest.mark.parametrize("who", ["mei", "bo", "visitor"])
@pytest.mark.parametrize("name", ROWS)
def test_each_route_answers_owner_other_and_visitor(name, who, mei, bo, things):
    row = ROWS[name]
    # Who is sent to sign in is sent there whatever they ask for.
    address = (
        anything(name)
        if (who, row.visitor) == ("visitor", SIGN_IN) and name not in ("shared", "enter_group")
        else reverse(name, args=[things[arg] for arg in row.args])
    )
    facts = Fact.objects.count()

    browser = signed_in({"mei": mei, "bo": bo, "visitor": None}[who])
    answer = browser.get(address) if row.post is None else browser.post(address, {**new_key(), **row.post})

    assert answer.status_code == getattr(row, who), answer.content[:400]
    if answer.status_code >= 400 or (who == "visitor" and row.visitor == SIGN_IN and row.mei != row.visitor):
        assert Fact.objects.count() == facts, "a refusal changes nothing"
    if row is OWN and who == "visitor":
        assert answer.url.startswith("/in/?next=")


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.post is not None])
def test_what_changes_something_is_not_done_by_a_link(name, mei, serum):
    answer = signed_in(mei).get(anything(name))

    assert answer.status_code == (200 if name == "checkout" else 405)


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.post is not None])
def test_what_changes_something_needs_a_form_of_ours(name, mei):
    row = ROWS[name]
    client = signed_in(mei)
    client.handler.enforce_csrf_checks = True

    answer = client.post(anything(name), row.post)

    assert answer.status_code == 403
