"""满赠 Gift with purchase: real pieces, counted, with name and number shown."""

from dataclasses import dataclass

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.offers import Benefit, Condition, Offer
from lianyi.ops.campaigns.rules.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a gift. worth_fen : the current price of the gift in the same shop, where it is shown."""

    from_fen: int = term("满", "from", unit="fen", least=1)
    product_id: str = term("赠品商品", "the product given")
    title: str = term("赠品名称", "name of the gift")
    pieces: int = term("赠送件数", "pieces each", unit="pieces", least=1, most=10, default=1)
    worth_fen: int = term("赠品现价", "current price of the gift", unit="fen", default=0)
    product_ids: tuple[str, ...] = term("限定商品", "for these products", most=20, default=())
    categories: tuple[str, ...] = term("限定类目", "for these categories", most=20, default=())


def offers(terms: Terms, campaign_id: str) -> tuple[Offer, ...]:
    """The gift as an offer."""
    return (
        Offer(
            f"{campaign_id}/gift",
            "order",
            Benefit("gift", items=((terms.product_id, terms.pieces),)),
            (Condition("least_fen", terms.from_fen),),
            frozenset(terms.product_ids),
            frozenset(terms.categories),
            group=f"gift:{campaign_id}",
        ),
    )


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    return (
        () if terms.title.strip() and terms.product_id.strip() else (Text(zh="赠品要写明名称和商品", en="a gift has a name and a product"),)
    )


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    return (
        sentence(
            "满 %(least)s 送“%(title)s” %(n)s 件，送完即止。",
            "From %(least)s: %(n)s of “%(title)s”, while they last.",
            least=Price(terms.from_fen, currency),
            title=terms.title,
            n=terms.pieces,
        ),
        Text(zh="全额退货时赠品一并退回。", en="When the whole order goes back, so does the gift."),
    )


MECHANIC = Mechanic(
    id="gift",
    name=Text(zh="满赠", en="Gift with purchase"),
    says=Text(zh="订单满额送赠品。", en="A gift with an order from an amount on."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: terms.worth_fen * terms.pieces,
    facts=lambda terms: {"gift.name": terms.title, "gift.quantity": terms.pieces},
)
