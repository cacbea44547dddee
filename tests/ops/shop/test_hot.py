"""The hot lane: many at once, each with a verdict of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import DataError, connection

from lianyi.kernel.errors import LianyiError
from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.commands import KeyReused
from lianyi.ops.journal.lane import Lane, LaneFull, LaneSlow
from lianyi.ops.journal.models import Fact
from lianyi.ops.shop.models import Order
from lianyi.ops.shop.refusals import LimitReached, SoldOut
from lianyi.ops.shop.selectors import get_stock, purchased_by
from lianyi.ops.shop.services import Line, allot_stock, grab, place_order
from lianyi.ops.shop.services.hot import Wish, lock_stocks, place_wishes
from lianyi.ops.shop.services.place import Terms, order_payload
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def lane():
    lane = Lane("test", lock_stocks, place_wishes, patience_seconds=30)
    yield lane
    lane.close()


def grabbed(key, member, product, at, lane, quantity=1, **more):
    return grab(key=key, actor=as_member(member), at=at, member=member, line=Line(product, quantity, 100), lane=lane, **more)


def answer(*arguments, **more):
    """The order's public id, or the code of what was said instead; in a thread of its own, which leaves no connection behind."""
    try:
        return grabbed(*arguments, **more).public_id
    except LianyiError as fault:
        return fault.code
    finally:
        connection.close()


def test_a_batch_sells_what_there_is_and_refuses_the_rest(mei, serum, at, lane):
    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(lambda n: answer(f"k{n}", mei, serum, at, lane), range(40)))

    assert sum(one.startswith("o_") for one in answers) == 10
    assert answers.count("sold_out") == 30
    row = get_stock(serum)
    assert (row.available, row.held) == (0, 10)
    assert Order.objects.count() == Fact.objects.filter(name="order_placed").count() == 10
    assert {fact.command_key for fact in Fact.objects.filter(name="order_placed")} == set(Order.objects.values_list("key", flat=True))


def test_the_same_key_is_one_order_in_both_lanes(mei, serum, at, lane):
    with ThreadPoolExecutor(8) as crowd:
        answers = set(crowd.map(lambda n: answer("same", mei, serum, at, lane), range(8)))
    again = place_order(key="same", actor=as_member(mei), at=at, member=mei, lines=[Line(serum, 1, 100)])

    assert answers == {again.public_id}
    with pytest.raises(KeyReused):
        grabbed("same", mei, serum, at, lane, quantity=2)
    assert get_stock(serum).held == 1


def test_a_limit_holds_inside_a_batch_and_over_batches(mei, bo, serum, at, lane):
    stock = allot_stock(actor=OWNER, at=at, product=serum, pieces=8, campaign_id="c", member_limit=2)
    place_order(key="normal", actor=as_member(mei), at=at, member=mei, lines=[Line(serum, 1, 100)], stock_of="campaign:c")
    with ThreadPoolExecutor(8) as crowd:
        answers = list(crowd.map(lambda n: answer(f"k{n}", (mei, bo)[n % 2], serum, at, lane, stock_of="campaign:c"), range(10)))

    assert answers.count("limit_reached") == 7
    assert (purchased_by(mei, stock), purchased_by(bo, stock)) == (2, 2)


def test_one_bad_command_spoils_no_other(mei, serum, at, lane):
    def asked(key, price_fen=100):
        wish = Wish(mei, Line(serum, 1, price_fen), Terms())
        payload = order_payload(mei, [wish.line], wish.terms)
        return Asked(key=key, name="shop.place_order", actor=as_member(mei), at=at, payload=payload, request=wish)

    # More than the column holds: the statement that writes the whole batch fails.
    verdicts = lane.carry_out([asked("a"), asked("bad", 2**63), asked("b")])

    assert [isinstance(verdict, dict) for verdict in verdicts] == [True, False, True]
    assert isinstance(verdicts[1], DataError if connection.vendor == "postgresql" else OverflowError)
    assert set(Order.objects.values_list("key", flat=True)) == {"a", "b"}
    assert get_stock(serum).held == 2


def test_a_full_queue_refuses_before_anything_is_read_and_a_slow_one_says_so(mei, serum, at, lane):
    go, begun = Event(), Event()

    def slowly(asked):
        begun.set()
        go.wait(20)
        return lock_stocks(asked)

    slow = Lane("slow", slowly, place_wishes, at_once=1, capacity=2, patience_seconds=0.2)
    with ThreadPoolExecutor(4) as crowd:
        first = crowd.submit(answer, "k1", mei, serum, at, slow)
        assert begun.wait(10)
        slow.patience_seconds = 20
        second = crowd.submit(answer, "k2", mei, serum, at, slow)
        while len(slow._waiting) < 1:
            pass
        with pytest.raises(LaneFull) as refused:
            grabbed("k3", mei, serum, at, slow)
        assert first.result(10) == "lane_slow"
        go.set()
        assert second.result(20).startswith("o_")

    slow.close()
    assert refused.value.retry_after_seconds >= 1
    # The first one was carried out although nobody waited for it any longer: the same key tells.
    assert grabbed("k1", mei, serum, at, lane).state == "pending"
    assert get_stock(serum).held == 2


def test_refusals_are_raised_to_who_asked(mei, serum, at, lane):
    with pytest.raises(SoldOut):
        grabbed("k", mei, serum, at, lane, quantity=11)
    allot_stock(actor=OWNER, at=at, product=serum, pieces=5, campaign_id="c", member_limit=1)
    with pytest.raises(LimitReached):
        grabbed("k", mei, serum, at, lane, quantity=2, stock_of="campaign:c")
    assert issubclass(LaneSlow, LianyiError)
