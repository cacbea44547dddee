"""Member price."""

from lianyi.ops.campaigns.mechanics.member_price import Row, Terms, offers, problems
from lianyi.ops.campaigns.rules.offers import Cart, CartLine
from lianyi.ops.campaigns.rules.stacking import best

TERMS = Terms(rows=(Row(tier="silver", off_bp=500), Row(tier="gold", off_bp=1_000)))


def payable(tier: str) -> int:
    return best(Cart((CartLine("serum", 1, 20_000),), tier=tier), offers(TERMS, "c")).payable_fen


def test_each_tier_pays_its_published_price_and_others_the_full_one():
    assert [payable(tier) for tier in ("", "silver", "gold")] == [20_000, 19_000, 18_000]


def test_a_higher_tier_that_pays_more_is_a_problem():
    assert problems(TERMS) == ()
    assert problems(Terms(rows=(Row(tier="silver", off_bp=500), Row(tier="gold", off_bp=400)))) != ()
    assert problems(Terms(rows=(Row(tier="silver", off_bp=500), Row(tier="silver", off_bp=600)))) != ()
