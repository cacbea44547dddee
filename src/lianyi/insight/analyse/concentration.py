"""How much of the sales rests on how few: buyers, products."""

import dataclasses
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.measure.session import written_out
from lianyi.kernel.clock import Window
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine


@dataclass(frozen=True, slots=True)
class Concentration:
    """Shares of sales (paid, before refunds) by the largest of `n`.

    of        : buyers | products
    n         : with sales in the window
    total_fen : their sales
    top_*     : share of sales by the largest 1%, 10%, 20% (rounded up to whole ones) and the single largest, in [0, 1];
                None where that part of n is less than one, or nothing was sold
    most_from : smallest share of n that brings at least 80% of sales
    gini      : 0 all alike .. towards 1 all from one
    """

    of: str
    n: int
    total_fen: int
    top_one_share: float | None
    top_hundredth_share: float | None
    top_tenth_share: float | None
    top_fifth_share: float | None
    most_from: float | None
    gini: float | None
    sql: str = ""

    def to_table(self) -> pa.Table:
        """One row."""
        return pa.Table.from_pylist([self.to_json()])

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {k: v for k, v in dataclasses.asdict(self).items() if k != "sql"}

    def explain(self) -> Text:
        """What rests on how few."""
        of = Text(zh="买家", en="buyers") if self.of == "buyers" else Text(zh="商品", en="products")
        if self.top_one_share is None or self.most_from is None:
            return sentence("区间内没有%(of)s成交，无法计算集中度。", "No %(of)s had sales in the window.", of=of)
        return sentence(
            "%(n)s 个%(of)s中，前 %(few)s 带来 80%% 的成交额；最大的一个占 %(one)s。",
            "Of %(n)s %(of)s, the top %(few)s bring 80%% of sales; the largest one %(one)s.",
            of=of,
            n=Count(self.n),
            few=Share(self.most_from),
            one=Share(self.top_one_share),
        )


TOTALS = """
SELECT {of} AS owner, CAST(sum(e.amount_fen) AS BIGINT) AS fen FROM events AS e
WHERE e.name = 'order_paid' AND {of} IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
GROUP BY {of} HAVING sum(e.amount_fen) > 0
"""


def buyer_concentration(engine: Engine, window: Window) -> Concentration:
    """Concentration of sales among known members; orders without one are left out.

    Cost: one scan of orders; one number a buyer comes back.
    """
    return _of_totals("buyers", engine, window, member_of(engine))


def product_concentration(engine: Engine, window: Window) -> Concentration:
    """Concentration of sales among products; order lines without one are left out."""
    return _of_totals("products", engine, window, "e.product_id")


def _of_totals(of: str, engine: Engine, window: Window, owner: str) -> Concentration:
    sql = TOTALS.format(of=owner).strip()
    days = {"from_d": window.from_day, "to_d": window.to_day}
    totals = engine.run(f"SELECT q.fen AS fen FROM ({sql}) AS q", days)["fen"].to_numpy()
    return dataclasses.replace(concentration(totals, of=of), sql=written_out(sql, days))


def concentration(totals: npt.ArrayLike, *, of: str = "buyers") -> Concentration:
    """Concentration of positive totals, in any order.

    totals : (n,) minor units, > 0
    >>> found = concentration([600, 100, 100, 100, 100])
    >>> found.top_one_share, found.top_fifth_share, found.top_tenth_share, found.most_from, round(found.gini, 3)
    (0.6, 0.6, None, 0.6, 0.4)
    """
    fen = np.sort(np.asarray(totals, dtype=np.int64))[::-1]
    n, total = len(fen), int(fen.sum())
    if not n:
        return Concentration(of, 0, 0, None, None, None, None, None, None)
    running = np.cumsum(fen)

    def top(part: int) -> float | None:
        """Share of the largest n / part, rounded up."""
        return None if n < part else float(running[-(-n // part) - 1] / total)

    rank = np.arange(n, 0, -1, dtype=np.float64)  # the largest has rank n
    return Concentration(
        of=of,
        n=n,
        total_fen=total,
        top_one_share=float(fen[0] / total),
        top_hundredth_share=top(100),
        top_tenth_share=top(10),
        top_fifth_share=top(5),
        most_from=(int(np.searchsorted(running, math.ceil(0.8 * total - 1e-9))) + 1) / n,
        gini=float(((2 * rank - n - 1) * fen).sum() / (n * total)),
    )
