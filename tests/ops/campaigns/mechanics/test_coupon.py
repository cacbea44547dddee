"""Coupons."""

import pytest

from lianyi.ops.campaigns.mechanics.coupon import MACHINE, STATES, Terms, face_fen, offer, problems
from lianyi.ops.campaigns.rules.offers import Cart, CartLine
from lianyi.ops.campaigns.rules.stacking import best

CART = Cart((CartLine("serum", 1, 20_000, "face"), CartLine("soap", 1, 5_000, "body")), shipping_fen=800)


@pytest.mark.parametrize(
    "terms,payable",
    [
        (Terms(amount_fen=2_000, threshold_fen=20_000, total=1), 23_800),
        (Terms(amount_fen=2_000, threshold_fen=25_001, total=1), 25_800),
        (Terms(kind="percent", percent_bp=1_000, most_fen=1_500, total=1), 24_300),
        (Terms(kind="shipping", threshold_fen=9_900, total=1), 25_000),
        (Terms(amount_fen=2_000, categories=("body",), threshold_fen=5_001, total=1), 25_800),
        (Terms(amount_fen=9_000, categories=("body",), total=1), 20_800),
        (Terms(amount_fen=2_000, new_customers_only=True, total=1), 25_800),
    ],
)
def test_a_coupon_takes_off_what_it_says_and_only_where_it_says(terms, payable):
    assert best(CART, [offer(terms, "c1")]).payable_fen == payable


def test_of_two_coupons_one_counts():
    two = [offer(Terms(amount_fen=2_000, total=1), "c1"), offer(Terms(amount_fen=3_000, total=1), "c2")]

    assert best(CART, two).offers == ("c2",)


@pytest.mark.parametrize(
    "terms",
    [
        Terms(total=1),
        Terms(amount_fen=5_000, threshold_fen=5_000, total=1),
        Terms(kind="percent", percent_bp=1_000, total=1),
        Terms(amount_fen=100, total=1, per_member=2),
    ],
)
def test_terms_that_do_not_fit_together_are_problems(terms):
    assert problems(terms) != ()


def test_the_face_of_a_coupon_is_the_most_it_takes_off():
    assert face_fen(Terms(amount_fen=2_000, total=1)) == 2_000
    assert face_fen(Terms(kind="percent", percent_bp=1_000, most_fen=1_500, total=1)) == 1_500


def test_every_state_can_be_reached():
    assert {"issued", *MACHINE.values()} == set(STATES)
