"""Spend threshold."""

from lianyi.ops.campaigns.mechanics.threshold import Step, Terms, offers, problems
from lianyi.ops.campaigns.rules.offers import Cart, CartLine
from lianyi.ops.campaigns.rules.stacking import best

STEPS = (Step(from_fen=20_000, off_fen=2_000), Step(from_fen=30_000, off_fen=4_000))


def cart(goods_fen: int) -> Cart:
    return Cart((CartLine("serum", 1, goods_fen),))


def test_the_highest_step_that_is_reached_counts_alone():
    terms = Terms(steps=STEPS)

    assert best(cart(19_999), offers(terms, "c")).saved_fen == 0
    assert best(cart(20_000), offers(terms, "c")).saved_fen == 2_000
    assert best(cart(30_000), offers(terms, "c")).saved_fen == 4_000
    assert best(cart(90_000), offers(terms, "c")).saved_fen == 4_000


def test_a_repeating_step_counts_at_every_multiple():
    terms = Terms(steps=STEPS[:1], repeats=True)

    assert best(cart(59_999), offers(terms, "c")).saved_fen == 4_000
    assert best(cart(60_000), offers(terms, "c")).saved_fen == 6_000


def test_steps_that_contradict_each_other_are_problems():
    assert problems(Terms(steps=STEPS)) == ()
    assert problems(Terms(steps=(Step(from_fen=100, off_fen=100),))) != ()
    assert problems(Terms(steps=(STEPS[0], Step(from_fen=30_000, off_fen=2_000)))) != ()
    assert problems(Terms(steps=STEPS, repeats=True)) != ()
