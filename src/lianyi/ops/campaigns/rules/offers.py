"""Offers: one benefit under any number of conditions. A coupon, a member price, a spend threshold, a bundle and a gift are all offers.

Amounts are whole fen. What an offer takes off is shared over its lines to the last fen, so that a part of an order can go back later.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text

# Offers apply in this order, each layer on what the one before has left.
LAYERS = ("price", "item", "order", "coupon", "points")


class OfferUnreadable(Broken):
    """A stored offer cannot be read back."""

    code = "offer_unreadable"
    message = Text(zh="存下的优惠读不出来：%(why)s", en="A stored offer cannot be read: %(why)s")


@dataclass(frozen=True, slots=True)
class CartLine:
    """One product in the cart. unit_price_fen : the shop's own price for one piece."""

    product_id: str
    quantity: int
    unit_price_fen: int
    category: str = ""

    @property
    def total_fen(self) -> int:
        return self.quantity * self.unit_price_fen


@dataclass(frozen=True, slots=True)
class Cart:
    """What is about to be ordered, and by whom."""

    lines: tuple[CartLine, ...]
    tier: str = ""
    is_new_customer: bool = False
    channel: str = ""
    shipping_fen: int = 0

    @property
    def goods_fen(self) -> int:
        return sum(line.total_fen for line in self.lines)


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition.

    kind  : least_fen (the offer's lines still cost that much, after the layers before) | least_pieces | tiers | new_customer | channels
    value : fen or pieces; words : tiers or channels
    """

    kind: str
    value: int = 0
    words: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Benefit:
    """What an offer gives.

    kind   : amount_off | percent_off | unit_price | each_full | nth_off | bundle_price | gift | shipping_off
    amount : fen off; the unit price; fen off for each full step; the bundle's price
    rate_bp: share off, in basis points
    most_fen : cap of a percentage; 0 for none
    every_fen: the step of each_full; times : how often at most, 0 for no limit
    nth    : every nth piece of nth_off
    items  : product -> pieces of a bundle or gift
    """

    kind: str
    amount_fen: int = 0
    rate_bp: int = 0
    most_fen: int = 0
    every_fen: int = 0
    times: int = 0
    nth: int = 0
    items: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """One offer.

    product_ids, categories : the lines it is for; both empty for all
    group    : at most one offer of a group counts in an order; "" for no group
    excludes : layers with which it does not go together
    """

    id: str
    layer: str
    benefit: Benefit
    conditions: tuple[Condition, ...] = ()
    product_ids: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    group: str = ""
    excludes: frozenset[str] = frozenset()

    def is_for(self, line: CartLine) -> bool:
        """Whether a line is among those the offer is for."""
        if not self.product_ids and not self.categories:
            return True
        return line.product_id in self.product_ids or (bool(line.category) and line.category in self.categories)

    def to_json(self) -> dict[str, Any]:
        """The offer as JSON: what was promised is kept with the coupon, whatever the campaign says later."""
        return {
            "id": self.id,
            "layer": self.layer,
            "benefit": {
                **{k: v for k in self.benefit.__slots__ if (v := getattr(self.benefit, k))},
                "items": [list(item) for item in self.benefit.items],
            },
            "conditions": [{"kind": one.kind, "value": one.value, "words": sorted(one.words)} for one in self.conditions],
            "product_ids": sorted(self.product_ids),
            "categories": sorted(self.categories),
            "group": self.group,
            "excludes": sorted(self.excludes),
        }

    @classmethod
    def of_json(cls, told: Mapping[str, Any]) -> "Offer":
        """An offer as it was stored. Raises OfferUnreadable."""
        try:
            benefit = Benefit(**{**told["benefit"], "items": tuple((str(product), int(n)) for product, n in told["benefit"]["items"])})
            conditions = tuple(Condition(one["kind"], one["value"], frozenset(one["words"])) for one in told["conditions"])
            return cls(
                told["id"], told["layer"], benefit, conditions, frozenset(told["product_ids"]), frozenset(told["categories"]),
                told["group"], frozenset(told["excludes"]),
            )  # fmt: skip
        except (KeyError, TypeError, ValueError) as fault:
            raise OfferUnreadable(why=str(fault)) from fault


@dataclass(slots=True)
class Priced:
    """A cart on its way through the layers: what each line still costs, and the shipping."""

    cart: Cart
    left_fen: list[int]
    shipping_fen: int
    gifts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, cart: Cart) -> "Priced":
        return cls(cart, [line.total_fen for line in cart.lines], cart.shipping_fen)


def holds(offer: Offer, priced: Priced) -> bool:
    """Whether the conditions of an offer hold for a cart as it now stands, and there is a line it is for."""
    mine = [place for place, line in enumerate(priced.cart.lines) if offer.is_for(line)]
    return bool(mine) and all(_holds(one, priced, mine) for one in offer.conditions)


def _holds(one: Condition, priced: Priced, mine: Sequence[int]) -> bool:
    cart = priced.cart
    match one.kind:
        case "least_fen":
            return sum(priced.left_fen[place] for place in mine) >= one.value
        case "least_pieces":
            return sum(cart.lines[place].quantity for place in mine) >= one.value
        case "tiers":
            return cart.tier in one.words
        case "new_customer":
            return cart.is_new_customer
        case "channels":
            return cart.channel in one.words
    raise OfferUnreadable(why=f"condition {one.kind}")
