"""Bargain."""

from hypothesis import given
from hypothesis import strategies as st

from lianyi.ops.campaigns.mechanics.bargain import MACHINE, STATES, Terms, cuts, may_buy, price_now, problems


@st.composite
def terms(draw):
    floor = draw(st.integers(1, 10**7))
    helpers = draw(st.integers(1, 100))
    return Terms(start_fen=floor + draw(st.integers(helpers, 10**7)), floor_fen=floor, helpers=helpers)


@given(terms(), st.binary(min_size=8, max_size=32), st.text("abcdef0123456789", min_size=4, max_size=12))
def test_the_cuts_are_positive_and_reach_the_floor_exactly(terms, seed, bargain_id):
    found = cuts(seed, bargain_id, terms)

    assert len(found) == terms.helpers
    assert min(found) >= 1
    assert sum(found) == terms.start_fen - terms.floor_fen
    assert price_now(terms, sum(found)) == terms.floor_fen
    assert found == cuts(seed, bargain_id, terms), "the seed alone decides"


def test_no_cut_is_much_larger_than_another():
    found = cuts(b"seed", "b1", Terms(start_fen=100_000, floor_fen=50_000, helpers=10))

    assert max(found) < 3 * min(found) + 3


def test_another_bargain_of_the_same_campaign_is_cut_differently():
    one = Terms(start_fen=100_000, floor_fen=50_000, helpers=10)

    assert cuts(b"seed", "b1", one) != cuts(b"seed", "b2", one)


def test_buying_before_the_floor_is_allowed_unless_the_terms_forbid_it():
    assert may_buy(Terms(start_fen=100, floor_fen=50, helpers=2), 10)
    only = Terms(start_fen=100, floor_fen=50, helpers=2, floor_only=True)
    assert (may_buy(only, 49), may_buy(only, 50)) == (False, True)


def test_a_floor_that_is_none_or_too_many_helpers_are_problems():
    assert problems(Terms(start_fen=100, floor_fen=100, helpers=1)) != ()
    assert problems(Terms(start_fen=100, floor_fen=95, helpers=6)) != ()
    assert problems(Terms(start_fen=100, floor_fen=95, helpers=5)) == ()


def test_every_state_can_be_reached():
    assert {"open", *MACHINE.values()} == set(STATES)
