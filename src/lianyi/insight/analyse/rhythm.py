"""Buyers whose rhythm broke: silent for longer than they ever usually are."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.measure.session import written_out
from lianyi.kernel.clock import date_of
from lianyi.kernel.numbers import Count, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

FEWEST_PURCHASES = 3
USUAL = 0.9
# Gaps of a buyer who comes at random with a steady mean exceed 2.3 times that mean once in ten.
RANDOM_SPREAD = 2.3
ENOUGH_BUYERS = 30
LOST_AFTER_DAYS = 365
MOST_EXAMPLES = 20

PURCHASES = """
WITH days AS (
    SELECT {member} AS who, e.d AS bought_d, CAST(sum(e.amount_fen) AS BIGINT) AS fen FROM events AS e
    WHERE e.name = 'order_paid' AND {member} IS NOT NULL AND e.d < $end_d GROUP BY {member}, e.d
),
regular AS (SELECT q.who AS regular_who FROM days AS q GROUP BY q.who HAVING count(*) >= $fewest)
SELECT q.who AS who, q.bought_d AS bought_d, q.fen AS fen FROM days AS q JOIN regular AS r ON q.who = r.regular_who
ORDER BY q.who, q.bought_d
"""


@dataclass(frozen=True, slots=True)
class Overdue:
    """One overdue buyer. Days; value_fen is what one of their purchases is usually worth."""

    member_id: str
    purchases: int
    last_on: dt.date
    usual_gap_days: float
    longest_usual_days: float
    silent_days: int
    value_fen: int


@dataclass(frozen=True, slots=True)
class BrokenRhythm:
    """Buyers who are overdue by their own rhythm.

    horizon_day : the day as of which silence is counted
    known     : members with purchases on at least 3 days, who have a rhythm to break
    members   : of these, silent for longer than is usual for them, but not lost
    lost      : silent for over a year; not counted in members
    value_fen : what the overdue would bring if each bought once more, at their own mean purchase
    spread    : how many times their mean gap buyers of this shop usually stay silent at most (9 times in 10)
    overdue   : the 20 with most value
    """

    horizon_day: int
    known: int
    members: int
    lost: int
    value_fen: int
    spread: float
    overdue: tuple[Overdue, ...]
    sql: str = ""

    def to_table(self) -> pa.Table:
        """One row for each of the overdue shown."""
        return pa.Table.from_pylist([_row(o) for o in self.overdue], schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """Plain values; dates as ISO."""
        return {
            "as_of": date_of(self.horizon_day).isoformat(),
            "known": self.known,
            "members": self.members,
            "lost": self.lost,
            "value_fen": self.value_fen,
            "spread": self.spread,
            "overdue": [{**_row(o), "last_on": o.last_on.isoformat()} for o in self.overdue],
        }

    def explain(self) -> Text:
        """How many are overdue and what that assumes."""
        if not self.known:
            return Text(
                zh="没有在 3 个以上日子购买过的会员，无法判断购买节奏。",
                en="Nobody has bought on three days or more; there is no rhythm to judge.",
            )
        return sentence(
            "%(known)s 位有购买节奏的会员中，%(n)s 位沉默已超过自己 90%% 的间隔（且超过平均间隔的 %(spread)s 倍）；另有 %(lost)s 位沉默超过一年。"
            "价值按每人再买一次、金额为其每次平均计。",
            "Of %(known)s members with a rhythm, %(n)s have been silent for longer than nine in ten of their gaps (and %(spread)s times their mean one); "
            "%(lost)s more for over a year. Their value assumes one more purchase each at their own mean.",
            known=Count(self.known),
            n=Count(self.members),
            spread=Count(self.spread),
            lost=Count(self.lost),
        )


TABLE = pa.schema(
    [
        ("member_id", pa.string()),
        ("purchases", pa.int64()),
        ("last_on", pa.date32()),
        ("usual_gap_days", pa.float64()),
        ("longest_usual_days", pa.float64()),
        ("silent_days", pa.int64()),
        ("value_fen", pa.int64()),
    ]
)


def broken_rhythm(engine: Engine, *, horizon_day: int) -> BrokenRhythm:
    """Members who have been silent for longer than is usual for them, as of a day.

    horizon_day : last complete business day; later purchases are not looked at
    Rule    A purchase is a day with a paid order. A member with at least 3 of them is overdue when the days since the last exceed both
            90% of their own gaps and `spread` times their mean gap; `spread` is the 90th percentile, over this shop's buyers, of the
            latest gap to the mean of those before (2.3, that of pure chance, below 30 buyers). Silent for over a year counts as lost.
    Cost    one scan of orders; one row a member and purchase day, of members with 3 or more, comes back.
    """
    sql, params = PURCHASES.format(member=member_of(engine)).strip(), {"end_d": horizon_day + 1, "fewest": FEWEST_PURCHASES}
    table = engine.run(sql, params)
    sql = written_out(sql, params)
    if table.num_rows == 0:
        return BrokenRhythm(horizon_day, 0, 0, 0, 0, RANDOM_SPREAD, (), sql)
    encoded = pc.dictionary_encode(table["who"].combine_chunks())
    who: npt.NDArray[np.int64] = encoded.indices.to_numpy().astype(np.int64)
    day, fen = table["bought_d"].to_numpy().astype(np.int64), table["fen"].to_numpy()
    same = who[1:] == who[:-1]
    gap, owner = np.diff(day)[same], who[1:][same]
    first = np.flatnonzero(np.concatenate(([True], owner[1:] != owner[:-1])))
    n_gaps = np.bincount(owner)
    total = np.bincount(owner, weights=gap)
    mean = total / n_gaps
    latest = gap[np.concatenate((first[1:], [len(gap)])) - 1]
    earlier = (total - latest) / (n_gaps - 1)
    spread = float(np.quantile(latest / earlier, USUAL)) if len(mean) >= ENOUGH_BUYERS else RANDOM_SPREAD
    ranked = gap[np.lexsort((gap, owner))]
    usual = np.maximum(ranked[first + np.ceil(USUAL * n_gaps).astype(np.int64) - 1], mean * spread)
    last = np.zeros(len(mean), dtype=np.int64)
    last[who] = day  # rows are in order of days: the last write stays
    silent = horizon_day - last
    value = np.rint(np.bincount(who, weights=fen) / np.bincount(who)).astype(np.int64)
    lost = silent > np.maximum(LOST_AFTER_DAYS, usual)
    overdue = (silent > usual) & ~lost
    shown = np.flatnonzero(overdue)
    shown = shown[np.lexsort((shown, -value[shown]))][:MOST_EXAMPLES]
    return BrokenRhythm(
        horizon_day=horizon_day,
        known=len(mean),
        members=int(overdue.sum()),
        lost=int(lost.sum()),
        value_fen=int(value[overdue].sum()),
        spread=spread,
        overdue=tuple(
            Overdue(
                member_id=encoded.dictionary[int(i)].as_py(),
                purchases=int(n_gaps[i]) + 1,
                last_on=date_of(int(last[i])),
                usual_gap_days=float(mean[i]),
                longest_usual_days=float(usual[i]),
                silent_days=int(silent[i]),
                value_fen=int(value[i]),
            )
            for i in shown
        ),
        sql=sql,
    )


def _row(o: Overdue) -> dict[str, Any]:
    return {name: getattr(o, name) for name in TABLE.names}
