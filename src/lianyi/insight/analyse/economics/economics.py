"""Contribution margins, cost of a new buyer, and the payback curve of each cohort.

Method card
    Formula    contribution margin 1 = net sales - cost of goods; 2 = 1 - shipping; 3 = 2 - all marketing cost. CAC = cost of winning
               customers / new members of the cohort. Payback: days after joining until the cumulative contribution 2 per member
               reaches CAC. A cohort's curve ends where its youngest member has not been seen longer (right-censoring).
    Assumes    costs are booked in the month in which they won people; unit costs are those of today.
    Needs      unit costs (or a margin) for contribution; costs marked as acquisition (or all marketing, when asked) for CAC.
    Do not     compare cohorts at different ages, nor call the curve's last point a lifetime value.
    Cost       one row an order and member.
    Source     a ledger worked by hand that balances to the fen.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.analyse.economics.ledger import Ledger, exact, ledger
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph
from lianyi.insight.analyse.fission.fission import MEMBERS
from lianyi.insight.measure.intervals import mean
from lianyi.kernel.clock import Window, date_of, periods
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.numbers import Amount, Count, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

METHOD_VERSION = 1
GRID_DAYS = 30
# Of fewer members, most of whom spent nothing, a spread tells nothing: three who bought nothing would come out as certain.
MIN_FOR_INTERVAL = 10
STARTS = ("joined", "first_purchase")
FIRST_PAID = (
    "SELECT {member} AS who, min(e.d) AS joined_d FROM events AS e WHERE e.name = 'order_paid' AND {member} IS NOT NULL GROUP BY {member}"
)
NO_GOODS = Text(
    zh="不足 95% 的销售额知道单位成本，也没有给出毛利率", en="Unit costs are known for less than 95% of sales, and no margin was given"
)
NO_COSTS = Text(zh="没有标为获客的成本", en="No cost is marked as spent to win customers")


@dataclass(frozen=True, slots=True)
class Margins:
    """The window as a statement, in fen: every line is what was booked; margins are missing where cost of goods is not known.

    costs : marketing by kind, largest first
    """

    orders: int
    net_sales: int
    goods: Estimate
    margin_1: Estimate
    shipping: int | None
    margin_2: Estimate
    costs: tuple[tuple[str, int], ...]
    margin_3: Estimate
    covered: float | None


@dataclass(frozen=True, slots=True)
class PaybackCohort:
    """Members who joined in one month.

    cac_fen      : cost of winning one
    seen_days    : days for which every member has been seen; nothing is said beyond
    curve        : cumulative contribution per member at 0, 30, 60 ... days, as far as seen
    payback_days : days until the curve reaches the CAC; missing where it has not (yet)
    """

    from_day: int
    to_day: int
    size: int
    cost_fen: int
    cac_fen: Estimate
    seen_days: int
    curve: tuple[Estimate, ...]
    payback_days: Estimate


@dataclass(frozen=True, slots=True)
class Economics:
    """Unit economics of a window. start: joined | first_purchase, what makes a cohort; loaded: whether CAC takes all marketing cost."""

    window: Window
    start: str
    loaded: bool
    margins: Margins
    cohorts: tuple[PaybackCohort, ...]
    currency: str
    snapshot: int

    @property
    def n(self) -> int:
        """Orders."""
        return self.margins.orders

    def to_table(self) -> pa.Table:
        """One row a cohort and age: from, size, cac_fen, age_days, contribution_fen, low, high, payback_days."""
        rows = [
            {
                "from": date_of(c.from_day),
                "size": c.size,
                "cac_fen": c.cac_fen.value,
                "age_days": k * GRID_DAYS,
                "contribution_fen": e.value,
                "low": e.interval[0] if e.interval else None,
                "high": e.interval[1] if e.interval else None,
                "payback_days": c.payback_days.value,
            }
            for c in self.cohorts
            for k, e in enumerate(c.curve)
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """The documented shape: margins and cohorts."""
        m = self.margins
        return answer(
            "economics",
            version=METHOD_VERSION,
            n=self.n,
            headline=("margin_3_fen", self.margins.margin_3),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "margins": {
                    "orders": m.orders,
                    "net_sales_fen": m.net_sales,
                    "goods_fen": m.goods.to_json(),
                    "margin_1_fen": m.margin_1.to_json(),
                    "shipping_fen": m.shipping,
                    "margin_2_fen": m.margin_2.to_json(),
                    "marketing": [{"kind": kind, "amount_fen": fen} for kind, fen in m.costs],
                    "margin_3_fen": m.margin_3.to_json(),
                    "covered_share": m.covered,
                },
                "cohorts": [
                    {
                        "from": date_of(c.from_day).isoformat(),
                        "to": date_of(c.to_day).isoformat(),
                        "size": c.size,
                        "cost_fen": c.cost_fen,
                        "cac_fen": c.cac_fen.to_json(),
                        "seen_days": c.seen_days,
                        "curve": [{"age_days": k * GRID_DAYS, "contribution_fen": e.to_json()} for k, e in enumerate(c.curve)],
                        "payback_days": c.payback_days.to_json(),
                    }
                    for c in self.cohorts
                ],
                "start": self.start,
                "loaded": self.loaded,
            },
        )

    def explain(self) -> Text:
        """What is left of sales, and how fast cohorts pay back."""
        m = self.margins
        parts: list[Text | None] = [
            sentence(
                "%(n)s 笔订单净销售额 %(net)s。",
                "%(n)s orders made net sales of %(net)s.",
                n=Count(m.orders),
                net=Amount(m.net_sales, self.currency),
            )
        ]
        if m.margin_3.value is not None and m.margin_1.value is not None and m.margin_2.value is not None:
            parts.append(
                sentence(
                    "贡献毛利一 %(one)s，二 %(two)s，三 %(three)s。",
                    "Contribution margin 1 is %(one)s, 2 %(two)s, 3 %(three)s.",
                    one=Amount(m.margin_1.value, self.currency),
                    two=Amount(m.margin_2.value, self.currency),
                    three=Amount(m.margin_3.value, self.currency),
                )
            )
            if m.shipping is None:
                parts.append(Text(zh="没有运费记录。", en="No shipping is on record."))
        elif m.margin_1.because is not None:
            parts.append(sentence("贡献无法计算：%(why)s。", "Contribution cannot be computed: %(why)s.", why=m.margin_1.because))
        paid = [c for c in self.cohorts if c.payback_days.value is not None]
        if paid:
            parts.append(
                sentence(
                    "%(all)s 个批次中 %(k)s 个已回本，最近一个用了 %(days)s 天。",
                    "%(k)s of %(all)s cohorts have paid back, the latest after %(days)s days.",
                    all=Count(len(self.cohorts)),
                    k=Count(len(paid)),
                    days=Count(paid[-1].payback_days.value or 0.0),
                )
            )
        elif m.margin_1.value is not None and self.cohorts:
            first = self.cohorts[0]
            if first.cac_fen.because is not None:
                parts.append(
                    sentence("无法判断是否回本：%(why)s。", "Whether cohorts pay back cannot be told: %(why)s.", why=first.cac_fen.because)
                )
            elif first.payback_days.because is not None:
                parts.append(sentence("尚无批次回本：%(why)s。", "No cohort has paid back: %(why)s.", why=first.payback_days.because))
        return paragraph(parts)


TABLE = pa.schema(
    [
        ("from", pa.date32()),
        ("size", pa.int64()),
        ("cac_fen", pa.float64()),
        ("age_days", pa.int64()),
        ("contribution_fen", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("payback_days", pa.float64()),
    ]
)


def economics(
    engine: Engine, window: Window, *, start: str = "auto", loaded: bool = False, margin_share: float | None = None, currency: str = "CNY"
) -> Economics:
    """What orders leave, what new members cost, and when they have paid for themselves.

    window       : orders of the statement; months of joining of the cohorts, whose orders are followed to the end of the data
    start        : joined | first_purchase; auto takes joining where it is on record
    loaded       : True counts all marketing cost of a cohort's month as the cost of winning it, False what is marked as acquisition
    margin_share : gross margin in [0, 1] for sales whose unit cost is not known
    currency     : of the explanation only
    Raises  UnknownName
    """
    if start not in {*STARTS, "auto"}:
        raise UnknownName(what="start", given=start, allowed=[*STARTS, "auto"])
    last = engine.snapshot.last_day
    end = window.to_day if last is None else max(window.to_day, last + 1)
    members = engine.run(MEMBERS) if start != "first_purchase" else None
    if start == "auto":
        start = "joined" if members is not None and members.num_rows else "first_purchase"
    if members is None or start == "first_purchase":
        members = engine.run(FIRST_PAID.format(member=member_of(engine)))
    whole = ledger(engine, Window(window.from_day, end), margin_share=margin_share)
    return Economics(
        window=window,
        start=start,
        loaded=loaded,
        margins=_margins(ledger(engine, window, margin_share=margin_share)),
        cohorts=_cohorts(whole, members, window, loaded=loaded, last_day=end - 1 if last is None else last),
        currency=currency,
        snapshot=engine.snapshot.version,
    )


def _margins(book: Ledger) -> Margins:
    n, net = len(book.net), float(book.net.sum())
    shipping, marketing = float(book.shipping.sum()), float(book.cost_fen.sum())
    kinds: dict[str, float] = {}
    for kind, fen in zip(book.cost_kind, book.cost_fen.tolist(), strict=True):
        kinds[kind] = kinds.get(kind, 0.0) + fen
    if book.goods is None:
        lost = missing(NO_GOODS if n else Text(zh="区间内没有订单", en="There are no orders in the window"), n=n)
        goods = one = two = three = lost
    else:
        cost = float(book.goods.sum())
        goods, one = exact(cost, n), exact(net - cost, n)
        two, three = exact(net - cost - shipping, n), exact(net - cost - shipping - marketing, n)
    return Margins(
        orders=n,
        net_sales=round(net),
        goods=goods,
        margin_1=one,
        shipping=round(shipping) if book.shipping_known else None,
        margin_2=two,
        costs=tuple(sorted(((k, round(v)) for k, v in kinds.items()), key=lambda kind: (-kind[1], kind[0]))),
        margin_3=three,
        covered=book.covered,
    )


def _cohorts(book: Ledger, members: pa.Table, window: Window, *, loaded: bool, last_day: int) -> tuple[PaybackCohort, ...]:
    ids, joined = members.column("who").to_pylist(), members.column("joined_d").to_numpy().astype(np.int64)
    place = {word: i for i, word in enumerate(ids)}
    of_word = np.array([place.get(word, -1) for word in book.words] + [-1], dtype=np.int64)
    member = of_word[book.who]
    ordered = np.flatnonzero(member >= 0)
    member = member[ordered]
    age = book.paid_d[ordered] - joined[member]
    worth = None if book.contribution is None else book.contribution[ordered]
    found = []
    for month in periods(window, "month"):
        mine = (joined >= month.from_day) & (joined < month.to_day)
        size = int(mine.sum())
        if not size:
            continue
        spent = (book.cost_d >= month.from_day) & (book.cost_d < month.to_day) & (book.cost_acquisition | loaded)
        cost = round(float(book.cost_fen[spent].sum()))
        cac = exact(cost / size, size) if cost else missing(NO_COSTS, n=size)
        # The youngest member joined on the last day of the month at the latest.
        seen = max(0, last_day - int(joined[mine].max()))
        if worth is None:
            curve: tuple[Estimate, ...] = (missing(NO_GOODS, n=size),)
            payback = missing(NO_GOODS, n=size)
        else:
            # What was bought before joining was not won by it.
            rows = np.flatnonzero(mine[member] & (age >= 0) & (age <= seen))
            curve = _curve(member[rows], age[rows], worth[rows], size, seen)
            payback = _payback(age[rows], worth[rows], size, seen, cac)
        found.append(PaybackCohort(month.from_day, month.to_day, size, cost, cac, seen, curve, payback))
    return tuple(found)


def _curve(member: Ints, age: Ints, worth: Reals, size: int, seen: int) -> tuple[Estimate, ...]:
    """Mean cumulative contribution per member at 0, 30, 60 ... days, with its interval over members where they are enough for one."""
    _, number = np.unique(member, return_inverse=True)
    points = []
    for days in range(0, seen + 1, GRID_DAYS):
        inside = age <= days
        each = np.bincount(number[inside], worth[inside]) if inside.any() else np.zeros(0)
        total = float(each.sum())
        interval = mean(total, float(each @ each), size) if size >= MIN_FOR_INTERVAL else None
        points.append(Estimate(total / size, interval, size, "B"))
    return tuple(points)


def _payback(age: Ints, worth: Reals, size: int, seen: int, cac: Estimate) -> Estimate:
    if cac.value is None:
        return missing(cac.because or NO_COSTS, n=size)
    by_day = np.cumsum(np.bincount(age, worth, seen + 1)) / size
    reached = np.flatnonzero(by_day >= cac.value - 1e-9)
    if len(reached):
        return Estimate(float(reached[0]), None, size, "B")
    return missing(
        sentence("看满的 %(days)s 天内还没有回本", "It has not paid back in the %(days)s days that all were seen", days=Count(seen)), n=size
    )
