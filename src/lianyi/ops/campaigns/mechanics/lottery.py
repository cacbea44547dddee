"""抽奖 Prize draw: a ladder of real prizes with published odds, decided by a seed that is committed to before and revealed after.

Chances come from buying, checking in or tasks, never from paying for the chance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lianyi.compliance.prizes import KINDS as PRIZE_KINDS
from lianyi.compliance.prizes import Prize, top_win_fen
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic
from lianyi.ops.campaigns.rules.commitment import position
from lianyi.ops.campaigns.rules.terms import term

PPM = 1_000_000
EARNED_BY = ("order", "check_in", "task", "once")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One prize of the ladder. odds_ppm : chances in a million for each draw."""

    name: str = term("奖品", "prize")
    kind: str = term("种类", "kind", choices=PRIZE_KINDS, default="goods")
    units: int = term("数量", "how many", unit="pieces", least=1, most=10_000_000)
    market_fen: int = term("市场价", "market price", unit="fen")
    odds_ppm: int = term("中奖率（百万分之）", "odds in a million", least=1, most=PPM)
    points: int = term("积分", "points given", unit="points", most=1_000_000, default=0)
    product_id: str = term("商品", "product given", default="")
    coupon: str = term("优惠券活动", "coupon campaign", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Terms of a prize draw. The text fields are what must be published before the start."""

    rungs: tuple[Rung, ...] = term("奖品梯度", "prize ladder", least=1, most=10)
    earned_by: str = term("机会来自", "chances come from", choices=EARNED_BY, default="once")
    chances: int = term("每次获得的机会", "chances each", unit="times", least=1, most=10, default=1)
    most_per_member: int = term("每人最多抽", "most draws per member", unit="times", least=1, most=1000, default=1)
    entry_conditions: str = term("参与条件", "who may take part", default="")
    claim_until_days: int = term("兑奖期限", "time to claim", unit="days", least=1, most=365, default=30)
    claim_conditions: str = term("兑奖条件", "conditions of claiming", default="")
    claim_method: str = term("兑奖方式", "how to claim", default="")
    delivery: str = term("交付方式", "delivery", default="")
    forfeit_conditions: str = term("弃奖条件", "when a prize is forfeited", default="")
    organiser: str = term("主办方与联系方式", "organiser and contact", default="")


def rung_drawn(seed: bytes, entry_id: str, rungs: Sequence[Rung]) -> int | None:
    """Which rung an entry draws, by the seed alone: its place in the ladder, or None for no prize."""
    at = position(seed, entry_id, PPM)
    for place, rung in enumerate(rungs):
        if at < rung.odds_ppm:
            return place
        at -= rung.odds_ppm
    return None


def replay(seed: bytes, entries: Iterable[str], rungs: Sequence[Rung]) -> list[tuple[str, int | None, int | None]]:
    """Every entry again, in the order in which they were made: (entry, rung drawn, rung given).

    A prize that has run out gives the next rung below that still has one, or nothing: that is published, and part of what can be checked.
    """
    left = [rung.units for rung in rungs]
    found = []
    for entry_id in entries:
        drawn = rung_drawn(seed, entry_id, rungs)
        given = first_left(drawn, dict(enumerate(left)))
        if given is not None:
            left[given] -= 1
        found.append((entry_id, drawn, given))
    return found


def first_left(drawn: int | None, left: Mapping[int, int]) -> int | None:
    """The rung that is given for a rung drawn: itself, or the next below with a prize left.

    >>> first_left(0, {0: 0, 1: 0, 2: 5}), first_left(None, {0: 1}), first_left(1, {0: 3, 1: 0})
    (2, None, None)
    """
    if drawn is None:
        return None
    return next((place for place in sorted(left) if place >= drawn and left[place] > 0), None)


def ladder(terms: Terms) -> tuple[Prize, ...]:
    """The prizes as the law counts them."""
    return tuple(Prize(rung.kind, rung.market_fen, rung.units) for rung in terms.rungs)


def published(terms: Terms) -> frozenset[str]:
    """Which of the fields that must be public are there. Odds, numbers, names, method and time follow from the terms themselves."""
    held = {
        "prize_kinds",
        "prize_name",
        "prize_amount_or_price",
        "quantity_or_probability",
        "draw_method",
        "draw_time",
        "entry_method",
        "claim_time",
    }
    stated = {
        "entry_conditions": terms.entry_conditions,
        "claim_conditions": terms.claim_conditions,
        "claim_method": terms.claim_method,
        "delivery": terms.delivery,
        "forfeit_conditions": terms.forfeit_conditions,
        "organiser_and_contact": terms.organiser,
    }
    return frozenset(held | {name for name, words in stated.items() if words.strip()})


def problems(terms: Terms) -> tuple[Text, ...]:
    """What does not fit together."""
    found = []
    if sum(rung.odds_ppm for rung in terms.rungs) > PPM:
        found.append(Text(zh="各奖中奖率之和超过百分之百", en="the odds sum to more than one"))
    worth = [rung.market_fen for rung in terms.rungs]
    if worth != sorted(worth, reverse=True):
        found.append(Text(zh="奖品要从大到小排列", en="the ladder goes from the largest prize down"))
    for rung in terms.rungs:
        wanted = {"points": rung.points > 0, "coupon": bool(rung.coupon), "goods": bool(rung.product_id)}.get(rung.kind, True)
        if not wanted:
            found.append(sentence("“%(name)s”没有写明给什么", "“%(name)s” does not say what is given", name=rung.name))
    return tuple(found)


def conditions(terms: Terms, currency: str) -> tuple[Text, ...]:
    """As members read them."""
    said = [
        sentence(
            "%(name)s：%(n)s 份，中奖率 %(odds)s。",
            "%(name)s: %(n)s, odds %(odds)s.",
            name=rung.name,
            n=rung.units,
            odds=f"{rung.odds_ppm / 10_000:g}%",
        )
        for rung in terms.rungs
    ]
    said += [
        sentence(
            "每人最多抽 %(n)s 次；奖品发完时顺延到下一级。",
            "At most %(n)s {draw|draws} each; a prize that has run out gives the next one below.",
            n=terms.most_per_member,
        ),
        sentence("中奖后 %(n)s 天内兑奖。", "Claim within %(n)s {day|days}.", n=terms.claim_until_days),
        Text(
            zh="结果由开始前公布的种子哈希决定，结束后公布种子供核对。",
            en="Results follow from a seed whose hash is published before the start; the seed is published at the end.",
        ),
    ]
    return tuple(said)


def facts(terms: Terms) -> dict[str, object]:
    """What compliance asks."""
    kinds = sorted({rung.kind for rung in terms.rungs})
    limited = any(rung.kind in {"points", "coupon", "voucher"} for rung in terms.rungs)
    return {
        "campaign.is_chance_draw": True,
        "campaign.top_prize_fen": top_win_fen(ladder(terms), chances=terms.chances if terms.earned_by == "order" else 1),
        "campaign.prize_kinds": kinds,
        "campaign.entry_paid_cash": False,
        "campaign.entry_points_cash_purchasable": False,
        "campaign.prize_cash_out": False,
        "campaign.requires_share": False,
        "campaign.share_raises_odds": False,
        **(
            {
                "campaign.prize_exchange_rule": terms.claim_method,
                "campaign.prize_scope": terms.claim_conditions,
                "campaign.prize_expiry": f"{terms.claim_until_days} d",
            }
            if limited
            else {}
        ),
    }


def cost_fen(terms: Terms, full_fen: int) -> int:
    """The mean worth of one draw."""
    return sum(rung.market_fen * rung.odds_ppm for rung in terms.rungs) // PPM


MECHANIC = Mechanic(
    id="lottery",
    name=Text(zh="抽奖", en="Prize draw"),
    says=Text(
        zh="用下单、签到或任务得来的机会抽奖，结果可核对。", en="Draws earned by orders, check-ins or tasks; every result can be checked."
    ),
    terms=Terms,
    conditions=conditions,
    problems=problems,
    cost_fen=cost_fen,
    facts=facts,  # type: ignore[arg-type]
    is_draw=True,
)
