"""会员价 Member price: a published price or share off for a tier. A longer or higher membership never pays more."""

from dataclasses import dataclass
from itertools import pairwise

from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.benefits import FULL_BP
from lianyi.ops.campaigns.rules.offers import Benefit, Condition, Offer
from lianyi.ops.campaigns.rules.terms import term


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A tier and what is off for it; rows stand from the lowest tier to the highest."""

    tier: str = term("等级", "tier")
    off_bp: int = term("减", "share off", unit="bp", least=1, most=9_000)


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of member prices."""

    rows: tuple[Row, ...] = term("各等级", "tiers", least=1, most=8)
    product_ids: tuple[str, ...] = term("限定商品", "for these products", most=20, default=())
    categories: tuple[str, ...] = term("限定类目", "for these categories", most=20, default=())


def offers(terms: Terms, campaign_id: str) -> tuple[Offer, ...]:
    """One offer a tier."""
    return tuple(
        Offer(
            f"{campaign_id}/{row.tier}",
            "price",
            Benefit("percent_off", rate_bp=row.off_bp),
            (Condition("tiers", words=frozenset({row.tier})),),
            frozenset(terms.product_ids),
            frozenset(terms.categories),
            group=f"member_price:{campaign_id}",
        )
        for row in terms.rows
    )


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    if len({row.tier for row in terms.rows}) != len(terms.rows):
        found.append(Text(zh="同一等级写了两行", en="a tier stands in two rows"))
    if any(higher.off_bp < lower.off_bp for lower, higher in pairwise(terms.rows)):
        found.append(Text(zh="高等级不能比低等级贵", en="a higher tier must never pay more than a lower one"))
    return tuple(found)


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    return tuple(
        sentence("%(tier)s 会员减 %(share)s。", "%(share)s off for %(tier)s.", tier=row.tier, share=f"{row.off_bp / 100:g}%")
        for row in terms.rows
    )


MECHANIC = Mechanic(
    id="member_price",
    name=Text(zh="会员价", en="Member price"),
    says=Text(zh="公开的等级价，越久越高级从不更贵。", en="Published prices by tier; loyalty never pays more."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: full_fen * max(row.off_bp for row in terms.rows) // FULL_BP,
    facts=lambda terms: {"price.differs_by_member": True, "price.member_rule_public": True, "price.member_rule_basis": "published_tier"},
)
