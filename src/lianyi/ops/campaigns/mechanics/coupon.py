"""优惠券 Coupons: issued to a member, used once, honoured as promised when issued."""

from dataclasses import dataclass

from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.offers import Benefit, Condition, Offer
from lianyi.ops.campaigns.rules.terms import term

KINDS = ("amount", "percent", "shipping")
# (state, event) -> next state of a coupon.
MACHINE = {
    ("issued", "use"): "used",
    ("used", "give_back"): "issued",
    ("issued", "expire"): "expired",
    ("issued", "revoke"): "revoked",
}
STATES = ("issued", "used", "expired", "revoked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a coupon."""

    kind: str = term("类型", "kind", choices=KINDS, default="amount")
    amount_fen: int = term("面额", "amount off", unit="fen", default=0)
    percent_bp: int = term("折扣幅度", "share off", unit="bp", most=9_000, default=0)
    most_fen: int = term("最多减", "most off", unit="fen", default=0)
    threshold_fen: int = term("使用门槛", "least order", unit="fen", default=0)
    product_ids: tuple[str, ...] = term("限定商品", "for these products", most=20, default=())
    categories: tuple[str, ...] = term("限定类目", "for these categories", most=20, default=())
    valid_days: int = term("领取后有效", "valid for", unit="days", least=1, most=366, default=30)
    total: int = term("发放总量", "how many in all", unit="pieces", least=1, most=10_000_000)
    per_member: int = term("每人限领", "per member", unit="pieces", least=1, most=100, default=1)
    with_promotions: bool = term("可与满减同用", "goes with promotions", default=True)
    new_customers_only: bool = term("只限新客", "for new customers only", default=False)
    tiers: tuple[str, ...] = term("限定等级", "for these tiers", most=10, default=())


def offer(terms: Terms, coupon_id: str) -> Offer:
    """The offer that a coupon stands for. It is stored with the coupon: later changes of the campaign do not touch it."""
    benefit = {
        "amount": Benefit("amount_off", amount_fen=terms.amount_fen),
        "percent": Benefit("percent_off", rate_bp=terms.percent_bp, most_fen=terms.most_fen),
        "shipping": Benefit("shipping_off", amount_fen=terms.amount_fen),
    }[terms.kind]
    asked = [Condition("least_fen", terms.threshold_fen)] if terms.threshold_fen else []
    if terms.new_customers_only:
        asked.append(Condition("new_customer"))
    if terms.tiers:
        asked.append(Condition("tiers", words=frozenset(terms.tiers)))
    return Offer(
        coupon_id,
        "coupon",
        benefit,
        tuple(asked),
        frozenset(terms.product_ids),
        frozenset(terms.categories),
        group="coupon",
        excludes=frozenset() if terms.with_promotions else frozenset({"order"}),
    )


def face_fen(terms: Terms) -> int:
    """The most that one coupon can take off, where that is known; 0 for a percentage without a cap."""
    return terms.amount_fen if terms.kind != "percent" else terms.most_fen


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    if terms.kind == "amount" and terms.amount_fen == 0:
        found.append(Text(zh="面额不能为零", en="the amount is zero"))
    if terms.kind == "percent" and (terms.percent_bp == 0 or terms.most_fen == 0):
        found.append(Text(zh="折扣券要写幅度和最多减多少", en="a percentage needs its share and a cap"))
    if terms.kind == "amount" and terms.threshold_fen and terms.amount_fen >= terms.threshold_fen:
        found.append(Text(zh="面额要小于门槛", en="the amount must be below the threshold"))
    if terms.per_member > terms.total:
        found.append(Text(zh="每人限领不能多于总量", en="per member more than there are"))
    return tuple(found)


NO_MINIMUM = Text(zh="无门槛立", en=", no minimum")


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    least = sentence("满 %(least)s ", " from %(least)s", least=Price(terms.threshold_fen, currency)) if terms.threshold_fen else NO_MINIMUM
    if terms.kind == "percent":
        first = sentence(
            "%(least)s减 %(share)s，最多减 %(most)s。",
            "%(share)s off%(least)s, at most %(most)s.",
            least=least,
            share=f"{terms.percent_bp / 100:g}%",
            most=Price(terms.most_fen, currency),
        )
    elif terms.kind == "shipping":
        first = sentence("%(least)s减运费。", "Shipping off%(least)s.", least=least)
    else:
        first = sentence("%(least)s减 %(off)s。", "%(off)s off%(least)s.", least=least, off=Price(terms.amount_fen, currency))
    said = [
        first,
        sentence(
            "共 %(total)s 张，每人限领 %(each)s 张，领取后 %(days)s 天内有效，每单限用一张。",
            "%(total)s in all, %(each)s per member, valid for %(days)s {day|days}, one per order.",
            total=terms.total,
            each=terms.per_member,
            days=terms.valid_days,
        ),
    ]
    if terms.product_ids or terms.categories:
        said.append(Text(zh="限指定商品。", en="For certain products only."))
    if terms.new_customers_only:
        said.append(Text(zh="限新客。", en="For new customers only."))
    if not terms.with_promotions:
        said.append(Text(zh="不与满减、满赠同用。", en="Not together with spend promotions or gifts."))
    return tuple(said)


MECHANIC = Mechanic(
    id="coupon",
    name=Text(zh="优惠券", en="Coupon"),
    says=Text(zh="发券，限量、限次、限用一次。", en="Coupons, limited in number, used once each."),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=lambda terms, full_fen: face_fen(terms),
)
