"""Which offers go together, and the best combination that may.

A set of offers is lawful when no two are of one group, none excludes the layer of another, each one's conditions hold when its turn comes,
and each gives something. What a set gives depends on the set alone, never on the order in which offers were found.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.rules.benefits import apply
from lianyi.ops.campaigns.rules.offers import LAYERS, Cart, Offer, Priced, holds

MOST_SETS = 50_000


class TooManyOffers(Refusal):
    """More offers stand for choice than can be compared."""

    code = "too_many_offers"
    message = Text(zh="可选的优惠太多，请自己选定几张券。", en="Too many offers to compare; choose the coupons yourself.")


@dataclass(frozen=True, slots=True)
class Combination:
    """What a lawful set of offers gives for a cart.

    offers   : the ids, in the order in which they apply
    off_fen  : per offer and line, fen off; aligned with `offers` and the cart's lines
    shipping_off_fen : per offer
    gifts    : product -> pieces
    paid_fen : what each line still costs, at least zero
    """

    offers: tuple[str, ...]
    off_fen: tuple[tuple[int, ...], ...]
    shipping_off_fen: tuple[int, ...]
    gifts: tuple[tuple[str, int], ...]
    paid_fen: tuple[int, ...]
    shipping_fen: int

    @property
    def saved_fen(self) -> int:
        """Fen off in all, shipping included."""
        return sum(map(sum, self.off_fen)) + sum(self.shipping_off_fen)

    @property
    def payable_fen(self) -> int:
        return sum(self.paid_fen) + self.shipping_fen


def combine(cart: Cart, offers: Iterable[Offer]) -> Combination | None:
    """What a set of offers gives; None when the set is not lawful for this cart."""
    ordered = sorted(offers, key=lambda offer: (LAYERS.index(offer.layer), offer.id))
    if not _go_together(ordered):
        return None
    priced = Priced.of(cart)
    off: list[tuple[int, ...]] = []
    shipping: list[int] = []
    for offer in ordered:
        if not holds(offer, priced):
            return None
        gifts_before = dict(priced.gifts)
        lines, less = apply(offer, priced)
        if not any(lines) and not less and priced.gifts == gifts_before:
            return None
        off.append(tuple(lines))
        shipping.append(less)
    return Combination(
        tuple(offer.id for offer in ordered),
        tuple(off),
        tuple(shipping),
        tuple(sorted(priced.gifts.items())),
        tuple(priced.left_fen),
        priced.shipping_fen,
    )


def best(cart: Cart, offers: Iterable[Offer]) -> Combination:
    """The lawful set that saves most; among equals the one with more gifts, then fewer offers, then the first by id. None found: no offers.

    Exact: every lawful set is looked at, without those that could not hold on their own grounds (tier, channel, scope).
    Raises TooManyOffers beyond 50,000 sets. Cost: one pass over the lines for each set.
    """
    usable = [offer for offer in offers if _could_hold(offer, cart)]
    found = combine(cart, ())
    if found is None:
        raise AssertionError("no offers at all are a lawful set")
    for chosen in _sets(usable):
        other = combine(cart, chosen)
        if other is not None and _rank(other) < _rank(found):
            found = other
    return found


def _rank(one: Combination) -> tuple[int, int, int, tuple[str, ...]]:
    return -one.saved_fen, -sum(pieces for _, pieces in one.gifts), len(one.offers), tuple(sorted(one.offers))


def _go_together(offers: list[Offer]) -> bool:
    groups = [offer.group for offer in offers if offer.group]
    if len(groups) != len(set(groups)) or len({offer.id for offer in offers}) != len(offers):
        return False
    return not any(other.layer in offer.excludes for offer in offers for other in offers if other is not offer)


def _could_hold(offer: Offer, cart: Cart) -> bool:
    """Whether an offer could hold in any set: conditions on amounts may hold later only less, never more, than on the full prices."""
    return holds(offer, Priced.of(cart))


def _sets(offers: list[Offer]) -> Iterator[list[Offer]]:
    """Every choice of at most one offer of each group, and of any without a group."""
    groups: dict[str, list[Offer]] = {}
    for offer in offers:
        groups.setdefault(offer.group or f"\0{offer.id}", []).append(offer)
    count = 1
    for members in groups.values():
        count *= len(members) + 1
        if count > MOST_SETS:
            raise TooManyOffers
    chosen: list[list[Offer]] = [[]]
    for members in groups.values():
        chosen += [[*some, one] for some in chosen for one in members]
    yield from chosen
