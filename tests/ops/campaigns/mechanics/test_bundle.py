"""Bundle."""

from lianyi.ops.campaigns.mechanics.bundle import Item, Terms, offers, problems
from lianyi.ops.campaigns.rules.offers import Cart, CartLine
from lianyi.ops.campaigns.rules.stacking import best

TERMS = Terms(items=(Item(product_id="serum"), Item(product_id="cream", pieces=2)), price_fen=30_000)


def test_a_whole_bundle_costs_its_price_and_a_part_of_one_does_not():
    def payable(serums: int, creams: int) -> int:
        return best(Cart((CartLine("serum", serums, 20_000), CartLine("cream", creams, 10_000))), offers(TERMS, "c")).payable_fen

    assert payable(1, 2) == 30_000
    assert payable(1, 1) == 30_000, "no bundle: 200 + 100"
    assert payable(2, 5) == 2 * 30_000 + 10_000


def test_a_bundle_dearer_than_its_parts_takes_nothing_off():
    dear = Terms(items=(Item(product_id="serum"), Item(product_id="cream")), price_fen=99_900)

    assert best(Cart((CartLine("serum", 1, 20_000), CartLine("cream", 1, 10_000))), offers(dear, "c")).saved_fen == 0


def test_one_piece_or_a_product_twice_is_no_bundle():
    assert problems(Terms(items=(Item(product_id="serum"),), price_fen=1)) != ()
    assert problems(Terms(items=(Item(product_id="serum"), Item(product_id="serum")), price_fen=1)) != ()
