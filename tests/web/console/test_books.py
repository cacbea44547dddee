"""The ledger, the day check, withdrawals, and doubts that a person decides."""

import csv
import datetime as dt
import io
import json

import pytest
from django.utils import timezone

from lianyi.flows import settle_order
from lianyi.flows.day_check import check_books, find_latest_check
from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns.selectors.queues import get_review, get_withdrawal, page_reviews, page_withdrawals
from lianyi.ops.campaigns.services import (
    Said,
    become_promoter,
    check_campaign,
    checkout,
    claim,
    create_campaign,
    give_due,
    note_trait,
    override_item,
    request_withdrawal,
    schedule,
    start,
)
from lianyi.ops.journal.relay import relay
from lianyi.ops.ledger.selectors import balance
from lianyi.ops.ledger.services import account_of, give
from lianyi.ops.members.services import join
from lianyi.ops.shop.services import add_product
from lianyi.stream import workspace as workspaces
from lianyi.stream.log.table import EventLog
from lianyi.web.console.ledger_words import ACCOUNTS, BANDS, REVIEWS, SUBJECTS, kind_words
from tests.web.console.conftest import browser

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = dt.timedelta(hours=1)


def started(mechanic, terms, at, **more):
    """A campaign that runs; whatever may be let pass is."""
    said = Said(mechanic=mechanic, title="老带新", terms=terms, starts_at=at, ends_at=at + 30 * 24 * HOUR, channels=("own_h5",), **more)
    one = create_campaign(actor=SYSTEM, at=at, said=said)
    for item in check_campaign(actor=SYSTEM, at=at, campaign=one).items:
        if not item["passed"]:
            override_item(actor=SYSTEM, at=at, campaign=one, item=item["id"], reason="试")
    check_campaign(actor=SYSTEM, at=at, campaign=one)
    schedule(actor=SYSTEM, at=at, campaign=one)
    return start(at=at, campaign=one)


@pytest.fixture
def doubt(team, brand):
    """Mei brought Bo, who came with her device and bought: the rewards wait for a person."""
    at = timezone.now() - 3 * HOUR
    serum = add_product(actor=SYSTEM, at=at, title="精华", price_fen=10_000, pieces=5)
    one = started("referral", {"inviter_points": 100, "invitee_points": 50, "wait_for": "first_order"}, at)
    mei = join(actor=SYSTEM, at=at, phone="13800000001")
    bo = join(actor=SYSTEM, at=at + HOUR, phone="13800000002", referrer_id=mei.public_id)
    for member in (mei, bo):
        note_trait(at=at + HOUR, member=member, kind="device", value="one phone")
    claim(key="c", actor=Actor("member", bo.public_id), at=at + HOUR, campaign=one, invitee=bo)
    order = checkout(key="o", actor=SYSTEM, at=at + HOUR, member=bo, lines=[(serum, 1)])
    settle_order.pay(key="p", actor=SYSTEM, at=at + HOUR, order=order, reference="r", amount_fen=order.payable_fen)
    give_due(at=at + 2 * HOUR)
    return {one.member.public_id: one for one in page_reviews(state="open").rows}[mei.public_id], mei


def test_a_doubt_is_shown_with_its_reasons_and_whom_they_may_wrong(team, doubt):
    review, _ = doubt

    page = browser(team["finance"]).get(f"/console/risk/{review.public_id}/").content.decode()

    assert "the inviter&#x27;s device" in page
    assert "may be innocent" in page
    assert browser(team["finance"]).get("/console/risk/?state=open&sort=-score").content.decode().count('<th scope="row">') == 2


@pytest.mark.parametrize(("decision", "state", "points"), [("release", "released", 100), ("deny", "denied", 0)])
def test_a_person_decides_once_and_says_why(decision, state, points, team, doubt):
    review, mei = doubt
    client, address = browser(team["growth_lead"]), f"/console/risk/{review.public_id}/decide/"

    assert client.post(address, {"key": "a", "decision": decision, "note": " "}).status_code == 422
    assert get_review(review.public_id).state == "open"
    assert client.post(address, {"key": "b", "decision": decision, "note": "核对过收货地址"}).status_code == 302

    decided = get_review(review.public_id)
    assert (decided.state, decided.decided_by, decided.note) == (state, "growth-lead", "核对过收货地址")
    assert balance(account_of(mei, "points")) == points
    assert client.post(address, {"key": "c", "decision": decision, "note": "再来"}).status_code == 409


@pytest.fixture
def asked(team, brand):
    """A promoter asks for 50 yuan of the 80 that are released."""
    at = timezone.now() - HOUR
    member = join(actor=SYSTEM, at=at, phone="13800000009")
    become_promoter(key="pr", actor=SYSTEM, at=at, member=member, agreement="2026")
    from lianyi.ops.journal.commands import execute

    execute(
        key="g", name="test.give", actor=SYSTEM, at=at, payload={},
        do=lambda: {"key": give("commission", member, 8_000, key="given", actor=SYSTEM, at=at).key},
    )  # fmt: skip
    return request_withdrawal(key="w", actor=Actor("member", member.public_id), at=at, member=member, amount_fen=5_000)


def test_a_withdrawal_is_paid_with_a_reference_by_finance_only(team, asked):
    address = f"/console/ledger/withdrawals/{asked.public_id}/decide/"
    assert "¥50.00" in browser(team["growth_lead"]).get("/console/ledger/withdrawals/").content.decode()

    assert browser(team["growth_lead"]).post(address, {"key": "a", "decision": "pay", "reference": "x"}).status_code == 403
    assert browser(team["finance"]).post(address, {"key": "b", "decision": "pay"}).status_code == 422
    assert page_withdrawals(state="requested").total == 1

    assert browser(team["finance"]).post(address, {"key": "c", "decision": "pay", "reference": "wx-1"}).status_code == 302
    paid = get_withdrawal(asked.public_id)
    assert (paid.state, paid.reference, paid.decided_by) == ("paid", "wx-1", "finance")
    assert balance(account_of(paid.member, "commission")) == 3_000


def test_a_refused_withdrawal_is_the_members_again(team, asked):
    browser(team["finance"]).post(f"/console/ledger/withdrawals/{asked.public_id}/decide/", {"key": "a", "decision": "refuse"})

    assert get_withdrawal(asked.public_id).state == "refused"
    assert balance(account_of(asked.member, "commission")) == 8_000


def test_a_statement_holds_the_members_entries_and_nobody_elses(team, asked):
    page = browser(team["finance"]).get(f"/console/ledger/statements/{asked.member.public_id}/").content.decode()

    assert "¥80.00" in page
    assert page.count("the house") == 0
    file = browser(team["finance"]).get("/console/ledger/entries/?as=csv").content.decode("utf-8-sig")
    amounts = [float(row[4]) for row in list(csv.reader(io.StringIO(file)))[1:] if row[4]]
    assert len(amounts) == 4, "given, and set aside"
    assert sum(amounts) == 0


def test_the_books_are_checked_when_asked_and_what_was_seen_is_shown(team, asked, settings, tmp_path):
    settings.WORKSPACE = workspaces.create(tmp_path / "w")
    assert find_latest_check(settings.WORKSPACE) is None
    relay(EventLog(settings.WORKSPACE))

    assert browser(team["finance"]).post("/console/ledger/check/", {"key": "a"}).status_code == 302

    kept = find_latest_check(settings.WORKSPACE)
    assert {row["status"] for row in kept["rows"]} <= {"ok", "empty"}
    page = browser(team["finance"]).get("/console/ledger/").content.decode()
    assert "invariants hold" in page
    assert "agrees with the history" in page


def test_a_broken_book_is_said_aloud(team, brand, settings, tmp_path):
    settings.WORKSPACE = workspaces.create(tmp_path / "w")
    found = check_books(settings.WORKSPACE, at=timezone.now())
    found["rows"][0] |= {"status": "broken", "wrong": 2, "examples": ["order o_1 is paid twice"]}
    (settings.WORKSPACE.path / "checks" / "latest.json").write_text(json.dumps(found), encoding="utf-8")

    page = browser(team["owner"]).get("/console/ledger/").content.decode()

    assert "1 invariant does not hold" in page
    assert "order o_1 is paid twice" in page


def test_entries_ask_as_often_for_many_as_for_one(team, asked, django_assert_num_queries):
    client = browser(team["finance"])
    client.get("/console/ledger/entries/")
    with django_assert_num_queries(6):
        client.get("/console/ledger/entries/")


def test_every_short_name_of_the_books_has_its_words():
    from lianyi.ops.campaigns.models.risk import REVIEW_STATES
    from lianyi.ops.campaigns.models.risk import SUBJECTS as KNOWN
    from lianyi.ops.campaigns.rules.risk import BANDS as KNOWN_BANDS
    from lianyi.ops.ledger.accounts import HOUSE_KINDS, MEMBER_KINDS

    assert set(ACCOUNTS) == {*HOUSE_KINDS, *MEMBER_KINDS}
    assert (set(REVIEWS), set(SUBJECTS), set(BANDS)) == (set(REVIEW_STATES), set(KNOWN), set(KNOWN_BANDS))
    assert kind_words("commission_reversed").zh == "佣金扣回"
