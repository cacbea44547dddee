"""Offers together: never negative, the same in any order, and the best that is lawful."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lianyi.ops.campaigns.rules.offers import LAYERS, Benefit, Cart, CartLine, Condition, Offer
from lianyi.ops.campaigns.rules.stacking import TooManyOffers, best, combine

PRODUCTS = ("serum", "cream", "soap")
CATEGORIES = ("face", "body")

lines = st.lists(
    st.builds(CartLine, st.sampled_from(PRODUCTS), st.integers(1, 5), st.integers(0, 50_000), st.sampled_from(CATEGORIES)),
    min_size=1,
    max_size=4,
    unique_by=lambda line: line.product_id,
)
carts = st.builds(Cart, lines.map(tuple), st.sampled_from(("", "gold")), st.booleans(), st.just("own_h5"), st.sampled_from((0, 800)))
benefits = st.one_of(
    st.builds(Benefit, st.just("amount_off"), amount_fen=st.integers(1, 60_000)),
    st.builds(Benefit, st.just("percent_off"), rate_bp=st.integers(1, 10_000), most_fen=st.sampled_from((0, 500, 20_000))),
    st.builds(Benefit, st.just("unit_price"), amount_fen=st.integers(0, 60_000)),
    st.builds(Benefit, st.just("each_full"), amount_fen=st.integers(1, 900), every_fen=st.integers(1_000, 9_000), times=st.integers(0, 3)),
    st.builds(Benefit, st.just("nth_off"), rate_bp=st.integers(1, 10_000), nth=st.integers(2, 3)),
    st.builds(Benefit, st.just("bundle_price"), amount_fen=st.integers(0, 40_000), items=st.just((("serum", 1), ("cream", 2)))),
    st.builds(Benefit, st.just("gift"), items=st.just((("sample", 1),))),
    st.builds(Benefit, st.just("shipping_off"), amount_fen=st.sampled_from((0, 300, 900))),
)
conditions = st.one_of(
    st.builds(Condition, st.just("least_fen"), st.integers(0, 80_000)),
    st.builds(Condition, st.just("least_pieces"), st.integers(1, 6)),
    st.builds(Condition, st.just("tiers"), st.just(0), st.just(frozenset({"gold"}))),
    st.builds(Condition, st.just("new_customer")),
)
scopes = st.sampled_from((frozenset(), frozenset({"serum"}), frozenset({"cream", "soap"})))


@st.composite
def offer_lists(draw):
    return [
        Offer(
            f"o{n}",
            draw(st.sampled_from(LAYERS[:4])),
            draw(benefits),
            tuple(draw(st.lists(conditions, max_size=2))),
            draw(scopes),
            group=draw(st.sampled_from(("", "coupon", "threshold"))),
            excludes=draw(st.sampled_from((frozenset(), frozenset({"coupon"}), frozenset({"order"})))),
        )
        for n in range(draw(st.integers(0, 6)))
    ]


@settings(max_examples=25)
@given(carts, offer_lists())
def test_no_line_costs_less_than_nothing_and_every_fen_is_accounted_for(cart, offers):
    found = best(cart, offers)

    assert all(paid >= 0 for paid in found.paid_fen)
    assert found.shipping_fen >= 0
    assert all(off >= 0 for row in found.off_fen for off in row)
    assert sum(found.paid_fen) + sum(map(sum, found.off_fen)) == cart.goods_fen
    assert found.shipping_fen + sum(found.shipping_off_fen) == cart.shipping_fen
    assert found.payable_fen + found.saved_fen == cart.goods_fen + cart.shipping_fen


@settings(max_examples=25)
@given(carts, offer_lists(), st.data())
def test_the_order_in_which_offers_are_found_changes_nothing(cart, offers, data):
    shuffled = data.draw(st.permutations(offers))

    assert best(cart, shuffled) == best(cart, offers)
    assert combine(cart, shuffled) == combine(cart, offers)


@settings(max_examples=25)
@given(carts, offer_lists())
def test_no_lawful_set_saves_more_than_the_best(cart, offers):
    found = best(cart, offers)

    sets = (chosen for size in range(len(offers) + 1) for chosen in itertools.combinations(offers, size))
    assert found.saved_fen == max(other.saved_fen for chosen in sets if (other := combine(cart, chosen)) is not None)


@settings(max_examples=25)
@given(carts, offer_lists())
def test_the_best_set_is_lawful_and_nothing_in_it_is_used_up_for_nothing(cart, offers):
    found = best(cart, offers)
    chosen = [offer for offer in offers if offer.id in found.offers]

    groups = [offer.group for offer in chosen if offer.group]
    assert len(groups) == len(set(groups))
    assert not any(other.layer in offer.excludes for offer in chosen for other in chosen if other is not offer)
    for offer, off, shipping in zip(found.offers, found.off_fen, found.shipping_off_fen, strict=True):
        is_gift = next(one for one in chosen if one.id == offer).benefit.kind == "gift"
        assert sum(off) + shipping > 0 or is_gift


@settings(max_examples=25)
@given(offer_lists())
def test_an_offer_reads_back_as_it_was_stored(offers):
    assert [Offer.of_json(offer.to_json()) for offer in offers] == offers


def coupon(id_: str, off_fen: int, least_fen: int = 0) -> Offer:
    return Offer(id_, "coupon", Benefit("amount_off", amount_fen=off_fen), (Condition("least_fen", least_fen),), group="coupon")


def threshold(off_fen: int, least_fen: int) -> Offer:
    return Offer("full", "order", Benefit("amount_off", amount_fen=off_fen), (Condition("least_fen", least_fen),), group="threshold")


def test_a_coupon_whose_threshold_is_lost_to_a_promotion_gives_way_when_that_saves_more():
    cart = Cart((CartLine("serum", 1, 20_000),))

    both = best(cart, [threshold(3_000, 20_000), coupon("c1", 2_000, 15_000)])
    either = best(cart, [threshold(3_000, 20_000), coupon("c2", 5_000, 19_000)])

    assert (both.offers, both.payable_fen) == (("full", "c1"), 15_000)
    assert (either.offers, either.payable_fen) == (("c2",), 15_000)


def test_what_is_off_is_shared_over_the_lines_to_the_last_fen():
    cart = Cart((CartLine("serum", 1, 10_000), CartLine("cream", 1, 10_000), CartLine("soap", 1, 10_000)))

    found = best(cart, [coupon("c1", 1_000)])

    assert found.off_fen == ((334, 333, 333),)
    assert found.paid_fen == (9_666, 9_667, 9_667)


def test_a_bundle_takes_whole_sets_and_leaves_further_pieces_alone():
    bundle = Offer("set", "item", Benefit("bundle_price", amount_fen=25_000, items=(("serum", 1), ("cream", 1))))
    cart = Cart((CartLine("serum", 3, 20_000), CartLine("cream", 2, 10_000)))

    found = best(cart, [bundle])

    assert found.payable_fen == 2 * 25_000 + 20_000


def test_too_many_offers_are_refused_rather_than_guessed_at():
    cart = Cart((CartLine("serum", 1, 20_000),))
    offers = [Offer(f"o{n}", "item", Benefit("amount_off", amount_fen=1)) for n in range(17)]

    with pytest.raises(TooManyOffers):
        best(cart, offers)
