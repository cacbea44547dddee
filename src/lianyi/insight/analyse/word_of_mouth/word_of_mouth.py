"""Word of mouth: do friends' shares make people buy, or are friends merely alike?

Friends buy alike because they are alike, and no look at who saw what can tell that from influence. Where a random part of friends'
shares is withheld (`share_withheld`), those kept from one are the comparison, and the difference is what sharing does.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.coding import coded
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.analyse.paid_orders import orders_sql
from lianyi.insight.analyse.word_of_mouth.arms import Arms, compare_arms, orders_after
from lianyi.insight.measure import horizon
from lianyi.kernel.clock import US_PER_DAY, Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

METHOD_VERSION = 1
GRADE = "A"
WITHIN_DAYS = 3
LEAST_IN_ARM = 30
LEAST_ORDERS = 10
NOT_WITHHELD = Text(
    zh="没有随机隐去分享的记录（share_withheld），相像与影响分不开",
    en="no share was withheld at random (share_withheld): being alike and influencing cannot be told apart",
)
TOO_FEW = Text(
    zh="随机隐去或看到的分享太少（各需 30 次，其后共 10 单）", en="too few shares shown or withheld (30 of each, and 10 orders after them)"
)

# A day on which a member met several shares is left out: whether the day counts as shown would go with how many friends share, and so
# with who the member is. Of one share, chance alone decided.
MET = """
SELECT e.actor AS who, min(e.t) AS t, e.d AS d, CAST(sum(CASE WHEN e.name = 'content_exposed' THEN 1 ELSE 0 END) AS BIGINT) AS shown,
    CAST(sum(CASE WHEN e.name = 'share_withheld' THEN 1 ELSE 0 END) AS BIGINT) AS withheld
FROM events AS e
WHERE e.name IN ('content_exposed', 'share_withheld') AND e.referrer_id IS NOT NULL AND e.actor IS NOT NULL
    AND e.d >= $from_d AND e.d < $to_d
GROUP BY e.actor, e.d ORDER BY who, d
"""
PEOPLE = """
SELECT count(DISTINCT e.actor) AS n FROM events AS e WHERE e.actor IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
"""


@dataclass(frozen=True, slots=True)
class WordOfMouth:
    """What shares brought.

    arms       : shares shown against shares withheld; None where it cannot be told
    each       : orders that one share brings the friend who meets it
    brought    : orders that the shares shown in the window brought
    looks_like : orders that would be credited to one share without the experiment: those after it, less those of anybody at any time
    exposures  : shares shown in the window, those met beside others too
    withheld   : shares withheld
    """

    window: Window
    within_days: int
    arms: Arms | None
    each: Estimate
    brought: Estimate
    looks_like: Estimate
    exposures: int
    withheld: int
    snapshot: int

    @property
    def n(self) -> int:
        """Shares compared."""
        return 0 if self.arms is None else self.arms.shown + self.arms.withheld

    def to_table(self) -> pa.Table:
        """One row an arm: arm, shares, orders (mean, after one)."""
        if self.arms is None:
            return pa.Table.from_pylist([], schema=TABLE)
        rows = [
            {"arm": "shown", "shares": self.arms.shown, "orders": self.arms.after_shown},
            {"arm": "withheld", "shares": self.arms.withheld, "orders": self.arms.after_withheld},
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """The documented shape: `{"arms": [{arm, shares, orders}], "brought", "looks_like", "exposures", "withheld", "within_days"}`."""
        return answer(
            "word-of-mouth",
            version=METHOD_VERSION,
            n=self.n,
            headline=("each", self.each),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "arms": self.to_table().to_pylist(),
                "brought": self.brought.to_json(),
                "looks_like": self.looks_like.to_json(),
                "exposures": self.exposures,
                "withheld": self.withheld,
                "within_days": self.within_days,
            },
        )

    def explain(self) -> Text:
        """What a share does, beside what it seems to do."""
        if self.arms is None or self.each.value is None or self.each.interval is None:
            return sentence("口碑无法判断：%(why)s。", "Word of mouth cannot be judged: %(why)s.", why=self.each.because or TOO_FEW)
        low, high = self.each.interval
        said = {
            "days": self.within_days,
            "shown": _hundred(self.arms.after_shown),
            "withheld": _hundred(self.arms.after_withheld),
            "n": Count(self.arms.shown),
            "m": Count(self.arms.withheld),
            "each": _hundred(self.each.value),
            "low": _hundred(low),
            "high": _hundred(high),
            "seems": _hundred(self.looks_like.value or 0.0),
        }
        zh = (
            "看到好友分享后 %(days)s 天内，每百次 %(shown)s 单（%(n)s 次）；被随机隐去的每百次 %(withheld)s 单（%(m)s 次）。"
            "分享带来每百次 %(each)s 单（%(low)s 至 %(high)s）；不做对照会以为是 %(seems)s 单。"
        )
        en = (
            "Within %(days)s days of meeting a friend's share there were %(shown)s orders per hundred (of %(n)s), and %(withheld)s where it was "
            "withheld at random (%(m)s). A hundred shares bring %(each)s orders (%(low)s to %(high)s); without the comparison it would look like %(seems)s."
        )
        if low <= 0 <= high:
            zh, en = zh + "还分不清与零。", en + " That cannot be told from nothing."
        return sentence(zh, en, **said)


TABLE = pa.schema([("arm", pa.string()), ("shares", pa.int64()), ("orders", pa.float64())])


def word_of_mouth(engine: Engine, window: Window, *, within_days: int = WITHIN_DAYS) -> WordOfMouth:
    """What friends' shares met in the window brought.

    within_days : orders count that were paid so many days after the share, at most 30; shares whose days are not over are left out
    Needs    `share_withheld` beside `content_exposed` with the friend as referrer: 30 shares of each, and 10 orders after them.
    Raises   BadInput for days out of range.
    Grade    A: what was withheld was drawn at random.
    Cost     one scan of exposures; some 50 bytes a share met.
    """
    if not 1 <= within_days <= 30:
        raise BadInput(
            reason=Text(zh="天数应在 1 到 30 之间，收到 %(given)s", en="Days lie between 1 and 30, not %(given)s"), given=within_days
        )
    span = {"from_d": window.from_day, "to_d": window.to_day}
    met = engine.run(MET, span)
    t, d, shown, withheld = (met.column(c).to_numpy().astype(np.int64) for c in ("t", "d", "shown", "withheld"))
    last = horizon(engine)
    over = d + within_days <= (window.to_day - 1 if last is None else last)
    single = (shown + withheld == 1) & over
    arms, looks_like = None, missing(NOT_WITHHELD)
    if withheld.any() and single.any():
        orders = engine.run(orders_sql(engine, of="actor"), {"from_d": window.from_day, "to_d": window.to_day + within_days})
        (who, order_who), _ = coded([met.column("who"), orders.column("who")])
        order_t = orders.column("paid_t").to_numpy().astype(np.int64)
        after = orders_after(who[single], t[single], order_who, order_t, within_days * US_PER_DAY)
        treated = shown[single] == 1
        if min(int(treated.sum()), int((~treated).sum())) >= LEAST_IN_ARM and float(after.sum()) >= LEAST_ORDERS:
            arms = compare_arms(who[single], treated, after)
            inside = int((orders.column("paid_d").to_numpy() < window.to_day).sum())
            people = int(engine.run(PEOPLE, span).column("n")[0].as_py())
            usual = inside / max(1, people) / window.days * within_days
            looks_like = Estimate(arms.after_shown - usual, None, arms.shown, "D")
    because = TOO_FEW if withheld.any() else NOT_WITHHELD
    each = missing(because) if arms is None else Estimate(arms.effect, arms.interval, arms.shown + arms.withheld, GRADE)
    brought = missing(because)
    if arms is not None:
        low, high = (end * int(shown.sum()) for end in arms.interval)
        brought = Estimate(arms.effect * int(shown.sum()), (low, high), arms.shown + arms.withheld, GRADE)
    return WordOfMouth(
        window=window,
        within_days=within_days,
        arms=arms,
        each=each,
        brought=brought,
        looks_like=looks_like,
        exposures=int(shown.sum()),
        withheld=int(withheld.sum()),
        snapshot=engine.snapshot.version,
    )


def _hundred(each: float) -> str:
    return f"{100 * each:.2f}"
