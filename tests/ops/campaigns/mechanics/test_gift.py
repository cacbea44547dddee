"""Gift with purchase."""

from lianyi.ops.campaigns.mechanics.gift import Terms, offers, problems
from lianyi.ops.campaigns.rules.offers import Cart, CartLine
from lianyi.ops.campaigns.rules.stacking import best

TERMS = Terms(from_fen=20_000, product_id="p_soap", title="旅行装香皂", pieces=2)


def test_the_gift_comes_from_the_amount_on_and_costs_nothing():
    found = best(Cart((CartLine("serum", 1, 20_000),)), offers(TERMS, "c"))

    assert (found.gifts, found.payable_fen) == ((("p_soap", 2),), 20_000)
    assert best(Cart((CartLine("serum", 1, 19_999),)), offers(TERMS, "c")).gifts == ()


def test_a_gift_without_a_name_is_a_problem():
    assert problems(Terms(from_fen=1, product_id="p_soap", title=" ")) != ()
