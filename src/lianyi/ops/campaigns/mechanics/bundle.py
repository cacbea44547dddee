"""套装 Bundle: products that cost less together."""

from dataclasses import dataclass

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.offers import Benefit, Offer
from lianyi.ops.campaigns.rules.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One product of the bundle."""

    product_id: str = term("商品", "product")
    pieces: int = term("件数", "pieces", unit="pieces", least=1, most=20, default=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a bundle."""

    items: tuple[Item, ...] = term("组成", "made of", least=1, most=10)
    price_fen: int = term("套装价", "price of a bundle", unit="fen", least=1)


def offers(terms: Terms, campaign_id: str) -> tuple[Offer, ...]:
    """The bundle as an offer: whole sets cost its price, further pieces what they did."""
    items = tuple((item.product_id, item.pieces) for item in terms.items)
    return (
        Offer(
            f"{campaign_id}/bundle",
            "item",
            Benefit("bundle_price", amount_fen=terms.price_fen, items=items),
            product_ids=frozenset(product for product, _ in items),
            group=f"bundle:{campaign_id}",
        ),
    )


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    if len({item.product_id for item in terms.items}) != len(terms.items):
        found.append(Text(zh="同一商品写了两行", en="a product stands in two rows"))
    if sum(item.pieces for item in terms.items) < 2:
        found.append(Text(zh="套装至少两件", en="a bundle has two pieces or more"))
    return tuple(found)


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    pieces = sum(item.pieces for item in terms.items)
    return (
        sentence(
            "%(n)s 件成套价 %(price)s，多出的按原来的价。",
            "%(n)s pieces together for %(price)s; further pieces at their own price.",
            n=pieces,
            price=Price(terms.price_fen, currency),
        ),
        Text(zh="拆开退货按各件分摊的实付退。", en="Part of a bundle goes back at its share of what was paid."),
    )


MECHANIC = Mechanic(
    id="bundle",
    name=Text(zh="套装", en="Bundle"),
    says=Text(zh="几件一起买更便宜。", en="Several products together for less."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: max(0, full_fen - terms.price_fen),
)
