"""A member who asks to be erased is gone everywhere, and the books stay whole."""

import json
from collections import Counter

import pytest
from django.db import DatabaseError, connection, transaction

from lianyi.flows import settle_order
from lianyi.flows.campaign_clock import tick
from lianyi.flows.erase_member import erase
from lianyi.kernel.actor import NotAllowed
from lianyi.ops.campaigns.models import Accrual, Review
from lianyi.ops.campaigns.services import (
    appeal,
    become_promoter,
    buy,
    claim,
    decide,
    draw,
    enter,
    help_bargain,
    join_team,
    open_team,
    start_bargain,
)
from lianyi.ops.journal import triggers
from lianyi.ops.journal.checking import Scope, check_all
from lianyi.ops.journal.commands import KeyReused
from lianyi.ops.journal.invariants import column_kinds
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.journal.relay import relay
from lianyi.ops.journal.selectors import erased_among, was_erased
from lianyi.ops.journal.services import reach_stream_with_erasures, record
from lianyi.ops.ledger.services import give
from lianyi.ops.members.selectors import find_by_identity, find_member
from lianyi.ops.members.services import export, join, set_consent, tag
from lianyi.ops.shop.models import Order
from lianyi.ops.shop.services import Line, place_order, request_refund
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog
from tests.ops.campaigns.conftest import DAY, HOUR, a_budget, a_goal, key, pay
from tests.ops.campaigns.launching import PUBLISHED, launched
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
NOW_US = 1_790_000_000_000_000


@pytest.fixture
def log(tmp_path):
    return EventLog(workspace.create(tmp_path / "w"))


@pytest.fixture
def busy(mei, bo, serum, at, log):
    """Mei has taken part in everything, Bo was brought by her and bought on her word; all of it is in the history."""
    goal, budget = a_goal(at), a_budget(at)

    def launch(mechanic, terms, **more):
        return launched(mechanic, terms, at=at, goal=goal, budget=budget, until=30 * DAY, **more)

    launch("points", {"per_hundred_fen": 1})

    referral = launch("referral", {"inviter_points": 100, "invitee_points": 50})
    sale = launch("flash_sale", {"price_fen": 7_900, "limit_per_member": 2}, product=serum, pieces=3, rates_bp=(1_000,))
    team_sale = launch("group_buy", {"price_fen": 7_900, "size": 2}, product=serum, pieces=4)
    bargains = launch("bargain", {"start_fen": 9_900, "floor_fen": 4_900, "helpers": 3, "helps_per_day": 2}, product=serum, pieces=2)
    rungs = [{"name": "积分", "kind": "points", "units": 5, "market_fen": 100, "odds_ppm": 500_000, "points": 100}]
    lottery = launch("lottery", {"rungs": rungs, "most_per_member": 3, **PUBLISHED})

    for member in (mei, bo):
        set_consent(actor=as_member(member), at=at, member=member, purpose="marketing", granted=True)
    become_promoter(key=key(), actor=as_member(mei), at=at, member=mei, agreement="2026-05")
    claim(key=key(), actor=as_member(bo), at=at, campaign=referral, invitee=bo)
    pay(buy(key=key(), actor=as_member(bo), at=at, campaign=sale, member=bo, quantity=1, referrer_id=mei.public_id), at)
    buy(key=key(), actor=as_member(bo), at=at, campaign=sale, member=bo, quantity=1, referrer_id=mei.public_id)
    seat = open_team(key=key(), actor=as_member(mei), at=at, campaign=team_sale, member=mei)
    pay(seat.order, at)
    pay(join_team(key=key(), actor=as_member(bo), at=at, team=seat.team, member=bo).order, at)
    for owner, helper in ((mei, bo), (bo, mei)):
        bargain = start_bargain(key=key(), actor=as_member(owner), at=at, campaign=bargains, member=owner)
        help_bargain(key=key(), actor=as_member(helper), at=at, bargain=bargain, helper=helper)
    enter(key=key(), actor=as_member(mei), at=at, campaign=lottery, member=mei)
    draw(key=key(), actor=as_member(mei), at=at, campaign=lottery, member=mei)
    tick(at + HOUR)
    relay(log)
    assert holds(log, at) == []
    return mei


def holds(log, at):
    return [(one.invariant.number, one.app, one.found.examples) for one in check_all(Scope(log, at)) if one.status in ("broken", "late")]


def named_in_tables(word):
    """Where a word stands in the database: every column of every table, as text."""
    found = Counter()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for column, _ in column_kinds(table):
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE CAST("{column}" AS TEXT) LIKE %s', [f"%{word}%"])
                found[f"{table}.{column}"] += cursor.fetchone()[0]
    return {where: n for where, n in found.items() if n}


def named_in_stream(word, log):
    """Which columns of the history and its reference tables name a word."""
    engine = DuckDBEngine(log.snapshot())
    try:
        rows = engine.run("SELECT * FROM events").to_pylist()
    finally:
        engine.close()
    return sorted({name for row in rows for name, value in row.items() if word in str(value)})


def test_an_erased_member_is_named_by_no_table_and_nowhere_in_the_history(busy, bo, log, at):
    mei = busy
    before = named_in_tables(mei.public_id)
    assert {
        "journal_fact.actor_id",
        "journal_command.actor_id",
        "journal_command.result",
        "shop_order.referrer_id",
        "journal_fact.fact",
    } <= set(before)
    assert {"member_id", "referrer_id"} <= set(named_in_stream(mei.public_id, log))
    told = {fact.seq: json.loads(fact.fact) for fact in Fact.objects.filter(member_id=bo.public_id)}

    erase(actor=as_member(mei), at=at, member=mei)
    relay(log)
    reach_stream_with_erasures(log.workspace, at=at)

    assert named_in_tables(mei.public_id) == {}
    assert named_in_stream(mei.public_id, log) == []
    assert holds(log, at) == []
    # Others keep what was told of them, to the last word but hers.
    left = {fact.seq: json.loads(fact.fact) for fact in Fact.objects.filter(member_id=bo.public_id)}
    assert left == {seq: {name: value for name, value in said.items() if value != mei.public_id} for seq, said in told.items()}
    assert any("referrer_id" in said for said in told.values())

    maintain(log.workspace, now_us=NOW_US, retention_hours=0)
    assert holds(log, at) == []
    files = [file for file in log.workspace.path.rglob("*") if file.is_file()]
    assert [file.name for file in files if mei.public_id.encode() in file.read_bytes()] == []


def test_nothing_is_left_of_what_an_erased_member_wrote_or_was_told(busy, bo, log, at):
    mei, words = busy, ("wortappell", "wortgrund", "wortbescheid")
    order = Order.objects.filter(member=mei, state="paid").first()
    asked = request_refund(key=key(), actor=as_member(mei), at=at, order=order, reason=words[1])
    settle_order.refund(key=key(), actor=OWNER, at=at, order=order, asked=asked, reason=words[1])
    earning = Accrual.objects.get(member=mei, kind="commission")
    review = Review.objects.create(
        public_id="v_1", subject="accrual", subject_id=earning.pk, member=mei, campaign=earning.campaign, score=70, band="hold",
        reasons=["same_device"], opened_at=at,
    )  # fmt: skip
    appeal(key=key(), actor=as_member(mei), at=at, review=review, words=f"我和{words[0]}住在一起")
    decide(key=key(), actor=OWNER, at=at, review=review, release=False, note=f"因为{words[2]}")
    relay(log)
    assert set(named_in_tables(words[0])) == {"campaigns_review.appeal"}
    assert set(named_in_tables(words[1])) == {"shop_refund.reason", "journal_fact.fact"}
    assert set(named_in_tables(words[2])) == {"campaigns_review.note", "journal_fact.fact"}
    assert holds(log, at) == []

    erase(actor=as_member(mei), at=at, member=mei)
    relay(log)
    reach_stream_with_erasures(log.workspace, at=at)
    maintain(log.workspace, now_us=NOW_US, retention_hours=0)

    assert [named_in_tables(word) for word in words] == [{}, {}, {}]
    assert [named_in_stream(word, log) for word in words] == [[], [], []]
    files = [file.read_bytes() for file in log.workspace.path.rglob("*") if file.is_file()]
    assert not [word for word in words for raw in files if word.encode() in raw]
    assert Review.objects.get().state == "denied"
    assert holds(log, at) == []


def test_an_order_that_an_erased_member_brought_is_paid_without_naming_her_again(busy, bo, log, at):
    erase(actor=OWNER, at=at, member=busy)
    waiting = Order.objects.get(member=bo, state="pending", campaign_id__gt="")
    pay(waiting, at)
    tick(at + 20 * DAY)
    relay(log)
    reach_stream_with_erasures(log.workspace, at=at)

    assert named_in_tables(busy.public_id) == {}
    assert holds(log, at + 20 * DAY) == []


def test_what_was_being_written_about_a_member_while_she_was_erased_is_reached_as_well(busy, bo, log, at):
    erase(actor=OWNER, at=at, member=busy)
    # As a command does that began before the erasure, and is committed after it.
    with transaction.atomic():
        record(name="content_shared", at=at, actor=as_member(busy), member_id=bo.public_id, referrer_id=busy.public_id, content_id="c1")
    relay(log)
    assert named_in_tables(busy.public_id)

    assert reach_stream_with_erasures(log.workspace, at=at) == 1
    assert reach_stream_with_erasures(log.workspace, at=at) == 0
    assert named_in_tables(busy.public_id) == {}
    assert named_in_stream(busy.public_id, log) == []
    assert holds(log, at) == []


def test_who_was_erased_is_still_known_to_be_when_an_old_file_names_them(busy, log, at):
    erase(actor=OWNER, at=at, member=busy)
    assert was_erased(busy.public_id)
    reach_stream_with_erasures(log.workspace, at=at)
    assert erased_among([busy.public_id, "m_other"]) == {busy.public_id}


def test_what_an_erasure_took_out_of_the_log_is_not_answered_again(mei, bo, serum, at):
    place_order(key="k", actor=as_member(bo), at=at, member=bo, lines=[Line(serum)])
    erase(actor=OWNER, at=at, member=bo)
    with pytest.raises(KeyReused):
        place_order(key="k", actor=as_member(bo), at=at, member=bo, lines=[Line(serum)])


@pytest.mark.parametrize(
    ("model", "changes"),
    [
        (Fact, {"actor_id": ""}),
        (Fact, {"actor_id": "t_other"}),
        (Fact, {"member_id": ""}),
        (Fact, {"fact": "{}"}),
        (Fact, {"fact": "{}", "salt": "", "member_id": "m_other", "redacted_at": "now"}),
        (Fact, {"fact": "{}", "redacted_at": "now"}),
        (Fact, {"actor_id": "t_other", "redacted_at": "now"}),
        (Command, {"actor_id": ""}),
        (Command, {"digest": ""}),
        (Command, {"result": "{}"}),
        (Command, {"result": "{}", "redacted_at": "now"}),
        (Command, {"actor_id": "t_other", "digest": "", "redacted_at": "now"}),
    ],
    ids=str,
)
def test_nothing_but_an_erasure_changes_who_acted_or_what_was_said(mei, at, model, changes):
    changes = {name: at if value == "now" else value for name, value in changes.items()}
    with pytest.raises(DatabaseError), transaction.atomic():
        model.objects.update(**changes)


def test_a_fact_that_only_lost_who_acted_is_still_held_against_its_digest(mei, bo, serum, at, log):
    tag(actor=OWNER, at=at, member=bo, name="敏感肌")
    relay(log)
    fact = Fact.objects.get(name="member_tagged")
    Fact.objects.filter(pk=fact.pk).update(actor_id="", redacted_at=at)
    assert holds(log, at) == []
    connection.check_constraints()
    with triggers.lifted():
        Fact.objects.filter(pk=fact.pk).update(fact=fact.fact.replace("敏感肌", "油性肌"))
    assert 29 in {number for number, *_ in holds(log, at)}


def test_an_erased_member_is_nowhere_and_may_come_back_as_somebody_new(mei, bo, serum, at, log):
    set_consent(actor=as_member(bo), at=at, member=bo, purpose="marketing", granted=True)
    tag(actor=OWNER, at=at, member=bo, name="敏感肌")
    place_order(key="k", actor=as_member(bo), at=at, member=bo, lines=[Line(serum)])
    give("points", bo, 5, key="g", actor=OWNER, at=at)
    relay(log)
    held = export(actor=as_member(bo), member=bo)
    assert (held["tags"], len(held["consents"]), held["referrer"]) == (["敏感肌"], 1, mei.public_id)
    with pytest.raises(NotAllowed):
        erase(actor=as_member(mei), at=at, member=bo)

    erase(actor=as_member(bo), at=at, member=bo)
    relay(log)
    reach_stream_with_erasures(log.workspace, at=at)

    assert find_member(bo.public_id) is None
    assert find_by_identity(phone="13800000002") is None
    assert holds(log, at) == []
    again = join(actor=OWNER, at=at, phone="13800000002")
    assert again.public_id != bo.public_id
