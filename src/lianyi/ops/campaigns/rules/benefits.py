"""What each kind of benefit takes off a cart: whole fen per line, never more than the line still costs."""

from collections.abc import Callable, Sequence

from lianyi.ops.campaigns.rules.offers import Benefit, Offer, OfferUnreadable, Priced
from lianyi.ops.shop.rules.split import split

FULL_BP = 10_000


def apply(offer: Offer, priced: Priced) -> tuple[list[int], int]:
    """Take an offer off a cart, in place; answers fen off per line and off the shipping.

    Gifts are put down in `priced.gifts`. The amount is shared over the lines in proportion to what they still cost.
    """
    if offer.benefit.kind not in KINDS:
        raise OfferUnreadable(why=f"benefit {offer.benefit.kind}")
    mine = [place for place, line in enumerate(priced.cart.lines) if offer.is_for(line)]
    off, shipping = [0] * len(priced.left_fen), 0
    if offer.benefit.kind == "shipping_off":
        shipping = min(priced.shipping_fen, offer.benefit.amount_fen or priced.shipping_fen)
    else:
        for place, amount in KINDS[offer.benefit.kind](offer.benefit, priced, mine).items():
            off[place] = max(0, min(amount, priced.left_fen[place]))
    priced.left_fen = [left - less for left, less in zip(priced.left_fen, off, strict=True)]
    priced.shipping_fen -= shipping
    return off, shipping


Taken = dict[int, int]


def _over(amount_fen: int, priced: Priced, mine: Sequence[int]) -> Taken:
    """An amount shared over the offer's lines, at most what they still cost."""
    weights = [priced.left_fen[place] for place in mine]
    return dict(zip(mine, split(min(amount_fen, sum(weights)), weights), strict=True))


def _amount_off(benefit: Benefit, priced: Priced, mine: Sequence[int]) -> Taken:
    return _over(benefit.amount_fen, priced, mine)


def _percent_off(benefit: Benefit, priced: Priced, mine: Sequence[int]) -> Taken:
    amount = sum(priced.left_fen[place] for place in mine) * benefit.rate_bp // FULL_BP
    return _over(min(amount, benefit.most_fen) if benefit.most_fen else amount, priced, mine)


def _unit_price(benefit: Benefit, priced: Priced, mine: Sequence[int]) -> Taken:
    return {place: priced.left_fen[place] - benefit.amount_fen * priced.cart.lines[place].quantity for place in mine}


def _each_full(benefit: Benefit, priced: Priced, mine: Sequence[int]) -> Taken:
    steps = sum(priced.left_fen[place] for place in mine) // benefit.every_fen
    return _over((min(steps, benefit.times) if benefit.times else steps) * benefit.amount_fen, priced, mine)


def _nth_off(benefit: Benefit, priced: Priced, mine: Sequence[int]) -> Taken:
    """Every nth piece of one product is cheaper."""
    lines = priced.cart.lines
    return {
        place: priced.left_fen[place] * (lines[place].quantity // benefit.nth) * benefit.rate_bp // (lines[place].quantity * FULL_BP)
        for place in mine
    }


def _bundle_price(benefit: Benefit, priced: Priced, mine: Sequence[int]) -> Taken:
    """Whole sets of the bundle cost its price; pieces beyond them cost what they did. One product stands in one line here."""
    lines = priced.cart.lines
    places = {lines[place].product_id: place for place in mine}
    if any(product not in places for product, _ in benefit.items):
        return {}
    sets = min(lines[places[product]].quantity // pieces for product, pieces in benefit.items)
    if sets == 0:
        return {}
    inside = {
        places[product]: priced.left_fen[places[product]] * sets * pieces // lines[places[product]].quantity
        for product, pieces in benefit.items
    }
    saved = max(0, sum(inside.values()) - sets * benefit.amount_fen)
    return dict(zip(inside, split(saved, list(inside.values())), strict=True))


def _gift(benefit: Benefit, priced: Priced, mine: Sequence[int]) -> Taken:
    for product, pieces in benefit.items:
        priced.gifts[product] = priced.gifts.get(product, 0) + pieces
    return {}


KINDS: dict[str, Callable[[Benefit, Priced, Sequence[int]], Taken]] = {
    "amount_off": _amount_off,
    "percent_off": _percent_off,
    "unit_price": _unit_price,
    "each_full": _each_full,
    "nth_off": _nth_off,
    "bundle_price": _bundle_price,
    "gift": _gift,
    "shipping_off": lambda benefit, priced, mine: {},
}
