"""Coupons and draws in the hot lane: many at once in one transaction, each within its rights; full, broken or killed, the books are whole."""

import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection

from lianyi.kernel.errors import LianyiError
from lianyi.ops.campaigns.invariants import INVARIANTS
from lianyi.ops.campaigns.models import Chance, Coupon, CouponPool, Earned, Entry, Grabbed, Prize
from lianyi.ops.campaigns.refusals import CouponsGone, EntitlementUsedUp, NoChanceLeft, NotInAudience
from lianyi.ops.campaigns.services import coupons, draw, draws, grab
from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.checking import Found
from lianyi.ops.journal.invariants import commands_are_answered
from lianyi.ops.journal.lane import Lane, LaneFull
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.ledger.selectors import balance
from lianyi.ops.ledger.services import account_of
from lianyi.ops.members.selectors import Member
from lianyi.ops.members.services import tag
from tests.ops.campaigns.conftest import key, people
from tests.ops.campaigns.launching import PUBLISHED
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db(transaction=True)
LADDER = [
    {"name": "精华", "units": 2, "market_fen": 9_900, "odds_ppm": 200_000, "product_id": "p_serum"},
    {"name": "积分", "kind": "points", "units": 5, "market_fen": 100, "odds_ppm": 500_000, "points": 100},
]


@pytest.fixture(autouse=True)
def lanes_let_their_connections_go():
    yield
    coupons.LANE.close()
    draws.LANE.close()


@pytest.fixture
def gift(launch):
    return launch("coupon", {"amount_fen": 1_000, "total": 10, "per_member": 2})


@pytest.fixture
def lottery(launch, serum):
    return launch("lottery", {"rungs": LADDER, "chances": 2, "most_per_member": 2, **PUBLISHED})


def grabbed(campaign, member, at, name=""):
    return grab(key=name or key(), actor=as_member(member), at=at, campaign=campaign, member=member)


def drawn(campaign, member, at, name=""):
    return draw(key=name or key(), actor=as_member(member), at=at, campaign=campaign, member=member, entering=True)


def answer(do, *given):
    """What was given, or the code of the refusal; in a thread that leaves no connection behind."""
    try:
        return do(*given).public_id
    except LianyiError as fault:
        return fault.code
    finally:
        connection.close()


def everything_holds() -> bool:
    for check in (*(one.check for one in INVARIANTS), commands_are_answered):
        found = Found()
        check(None, found)
        assert found.examples == [], check.__name__
    return True


def counting(monkeypatch, lane):
    """The sizes of the batches that a lane carries out from here on."""
    sizes, carry_out = [], lane.carry_out
    monkeypatch.setattr(lane, "carry_out", lambda batch: sizes.append(len(batch)) or carry_out(batch))
    return sizes


def test_coupons_go_out_to_the_last_one_and_each_member_has_their_share(gift, at, monkeypatch):
    members, sizes = people(8, at), counting(monkeypatch, coupons.LANE)
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda n: answer(grabbed, gift, members[n % 8], at), range(32)))

    assert sum(one.startswith("k_") for one in answers) == 10
    assert set(answers) - {"coupons_gone", "entitlement_used_up"} == set(Coupon.objects.values_list("public_id", flat=True))
    assert (sum(sizes), max(sizes) > 1) == (32, True)
    assert CouponPool.objects.get(campaign=gift).issued == 10
    assert max(Grabbed.objects.values_list("n", flat=True)) <= 2
    told = Fact.objects.filter(name="coupon_issued")
    assert set(told.values_list("command_key", flat=True)) == set(
        Command.objects.filter(name="campaigns.grab").values_list("key", flat=True)
    )
    assert everything_holds()


def test_draws_of_a_crowd_are_numbered_and_follow_from_the_seed(lottery, at, monkeypatch):
    members, sizes = people(10, at), counting(monkeypatch, draws.LANE)
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda n: answer(drawn, lottery, members[n % 10], at), range(30)))

    assert answers.count("no_chance_left") == 10
    assert (sum(sizes), max(sizes) > 1) == (30, True)
    assert list(Entry.objects.order_by("nth").values_list("nth", flat=True)) == list(range(1, 21))
    assert list(Chance.objects.values_list("earned", "used")) == [(2, 2)] * 10
    assert Earned.objects.count() == Fact.objects.filter(name="chance_earned").count() == 10
    assert all(prize.given <= prize.units for prize in Prize.objects.all())
    points = {member.pk: 100 * Entry.objects.filter(member=member, given=1).count() for member in members}
    assert {member.pk: balance(account_of(member, "points")) for member in members} == points
    assert everything_holds()


def test_the_same_request_again_is_the_same_coupon_and_the_same_draw(gift, lottery, mei, at):
    with ThreadPoolExecutor(8) as crowd:
        coupon = set(crowd.map(lambda n: answer(grabbed, gift, mei, at, "one"), range(8)))
        entry = set(crowd.map(lambda n: answer(drawn, lottery, mei, at, "two"), range(8)))

    assert (len(coupon), len(entry)) == (1, 1)
    assert (Coupon.objects.count(), Entry.objects.count()) == (1, 1)


def test_who_works_for_the_house_or_has_no_chance_spoils_no_draw_of_others(lottery, mei, bo, at):
    tag(actor=OWNER, at=at, member=bo, name="staff")

    def asked(name, member, *, entering):
        turn = draws.Turn(lottery.pk, lottery.public_id, member, entering)
        return Asked(key=name, name="campaigns.draw", actor=as_member(member), at=at, payload={"n": name}, request=turn)

    (kai,) = people(1, at)
    verdicts = draws.LANE.carry_out([asked("a", bo, entering=True), asked("b", kai, entering=False), asked("c", mei, entering=True)])

    assert [type(verdict) for verdict in verdicts] == [NotInAudience, NoChanceLeft, dict]
    assert Entry.objects.get().member_id == mei.pk
    assert everything_holds()


@pytest.mark.parametrize("kind", ["coupons", "draws"])
def test_one_bad_command_spoils_no_other(kind, gift, lottery, mei, bo, at):
    # A member who is not there: the transaction of the whole batch fails, at the latest when it is committed.
    nobody = Member(pk=10**9, public_id="m_nobody")

    def asked(name, member):
        wanted = (
            coupons.Wanted(gift.pk, gift.public_id, member)
            if kind == "coupons"
            else draws.Turn(lottery.pk, lottery.public_id, member, entering=True)
        )
        return Asked(key=name, name="test", actor=as_member(member), at=at, payload={"n": name}, request=wanted)

    lane = {"coupons": coupons.LANE, "draws": draws.LANE}[kind]
    verdicts = lane.carry_out([asked("a", mei), asked("bad", nobody), asked("b", bo)])

    assert [isinstance(verdict, dict) for verdict in verdicts] == [True, False, True]
    rows = {"coupons": Coupon, "draws": Entry}[kind].objects.order_by("pk")
    assert list(rows.values_list("member_id", flat=True)) == [mei.pk, bo.pk]
    assert set(Command.objects.filter(name="test").values_list("key", flat=True)) == {"a", "b"}
    assert everything_holds()


@pytest.mark.parametrize("kind", ["coupons", "draws"])
def test_a_full_queue_says_when_to_come_again_and_gives_nothing(kind, gift, lottery, mei, bo, at, monkeypatch):
    module, do, campaign = (coupons, grabbed, gift) if kind == "coupons" else (draws, drawn, lottery)
    go, begun = Event(), Event()

    def slowly(asked):
        begun.set()
        go.wait(20)
        return module._lock(asked)

    full = Lane("full", slowly, module.LANE.carry_out.keywords["work"], at_once=1, capacity=2, patience_seconds=30)
    monkeypatch.setattr(module, "LANE", full)
    with ThreadPoolExecutor(2) as crowd:
        first = crowd.submit(answer, do, campaign, mei, at)
        assert begun.wait(10)
        second = crowd.submit(answer, do, campaign, bo, at)
        while len(full._waiting) < 1:
            pass
        with pytest.raises(LaneFull) as refused:
            do(campaign, mei, at)
        go.set()
        got = {first.result(20), second.result(20)}
    full.close()

    assert refused.value.retry_after_seconds >= 1
    assert not got & {"lane_full", "lane_slow"}
    assert {"coupons": Coupon, "draws": Entry}[kind].objects.count() == 2
    assert everything_holds()


@pytest.mark.parametrize(("kind", "last"), [("coupons", "_take_from_pool"), ("draws", "book_all")])
def test_killed_in_the_middle_of_a_batch_nothing_is_there_and_the_same_requests_are_carried_out_afterwards(kind, last, gift, lottery, at):
    members = people(6, at)
    module, do, campaign = (coupons, grabbed, gift) if kind == "coupons" else (draws, drawn, lottery)
    rows = {"coupons": Coupon, "draws": Entry}[kind].objects
    before = Fact.objects.count()
    connection.close()

    def die(*_: object) -> None:
        assert rows.count() > 0, "the batch has written its rows by now"
        os.kill(os.getpid(), signal.SIGKILL)

    def child() -> None:
        setattr(module, last, die)
        with ThreadPoolExecutor(6) as crowd:
            list(crowd.map(lambda n: answer(do, campaign, members[n], at, f"crash-{n}"), range(6)))

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(30)

    assert process.exitcode == -signal.SIGKILL
    assert (rows.count(), Fact.objects.count(), Command.objects.filter(key__startswith="crash-").count()) == (
        0,
        before,
        0,
    )
    assert everything_holds()
    with ThreadPoolExecutor(6) as crowd:
        list(crowd.map(lambda n: answer(do, campaign, members[n], at, f"crash-{n}"), range(6)))
    assert rows.count() == 6
    assert everything_holds()


def test_refusals_reach_who_asked(launch, mei, bo, at):
    single = launch("coupon", {"amount_fen": 1_000, "total": 1, "per_member": 1})
    grabbed(single, mei, at)

    with pytest.raises(EntitlementUsedUp):
        grabbed(single, mei, at)
    with pytest.raises(CouponsGone):
        grabbed(single, bo, at)
