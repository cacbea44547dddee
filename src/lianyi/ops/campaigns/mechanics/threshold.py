"""满减 Spend threshold: the more an order comes to, the more is taken off."""

from dataclasses import dataclass
from itertools import pairwise

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.offers import Benefit, Condition, Offer
from lianyi.ops.campaigns.rules.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From this amount on, so much off."""

    from_fen: int = term("满", "from", unit="fen", least=1)
    off_fen: int = term("减", "off", unit="fen", least=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a spend threshold."""

    steps: tuple[Step, ...] = term("档位", "steps", least=1, most=5)
    product_ids: tuple[str, ...] = term("限定商品", "for these products", most=20, default=())
    categories: tuple[str, ...] = term("限定类目", "for these categories", most=20, default=())
    repeats: bool = term("每满都减（只限一档）", "again at every multiple (one step only)", default=False)


def offers(terms: Terms, campaign_id: str) -> tuple[Offer, ...]:
    """One offer a step; of one campaign's steps only one counts."""
    return tuple(
        Offer(
            f"{campaign_id}/{n}",
            "order",
            Benefit("each_full", amount_fen=step.off_fen, every_fen=step.from_fen)
            if terms.repeats
            else Benefit("amount_off", amount_fen=step.off_fen),
            (Condition("least_fen", step.from_fen),),
            frozenset(terms.product_ids),
            frozenset(terms.categories),
            group=f"threshold:{campaign_id}",
        )
        for n, step in enumerate(terms.steps, start=1)
    )


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    steps = sorted(terms.steps, key=lambda step: step.from_fen)
    if any(step.off_fen >= step.from_fen for step in steps):
        found.append(Text(zh="减额要小于门槛", en="what is taken off must be below the threshold"))
    if any(later.off_fen <= earlier.off_fen or later.from_fen == earlier.from_fen for earlier, later in pairwise(steps)):
        found.append(Text(zh="门槛越高，减得要越多", en="a higher threshold must take off more"))
    if terms.repeats and len(steps) > 1:
        found.append(Text(zh="每满都减只能有一档", en="repeating goes with one step only"))
    return tuple(found)


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    said = [
        sentence(
            "每满 %(least)s 减 %(off)s。",
            "%(off)s off at every %(least)s.",
            least=Price(step.from_fen, currency),
            off=Price(step.off_fen, currency),
        )
        if terms.repeats
        else sentence(
            "满 %(least)s 减 %(off)s。",
            "%(off)s off from %(least)s.",
            least=Price(step.from_fen, currency),
            off=Price(step.off_fen, currency),
        )
        for step in terms.steps
    ]
    if terms.product_ids or terms.categories:
        said.append(
            Text(
                zh="限指定商品，按优惠前一层的金额计算门槛。",
                en="For certain products; the threshold is met after member prices and bundles.",
            )
        )
    return tuple(said)


MECHANIC = Mechanic(
    id="threshold",
    name=Text(zh="满减", en="Spend threshold"),
    says=Text(zh="订单满额立减。", en="Money off an order from an amount on."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: max((step.off_fen for step in terms.steps if step.from_fen <= full_fen), default=0),
)
