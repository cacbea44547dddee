"""The worth of each generation as one query that stands alone: for whoever wants to see what `fission` works with."""

from itertools import pairwise

from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.analyse.fission.fission import FIRST_DAYS, MEMBERS
from lianyi.insight.analyse.fission.generations import QUALITY_DAYS
from lianyi.insight.measure.session import written_out
from lianyi.kernel.clock import Window
from lianyi.stream.contracts.sets import ENGAGED
from lianyi.stream.engines.base import Engine

WORTH = """
WITH fission_members AS ({members}),
first_days AS ({first_days}),
placed AS (
    SELECT j.who AS who, j.joined_d AS joined_d, CASE {cases} END AS generation
    FROM fission_members AS j
    {joins}
    WHERE j.joined_d >= $from_d AND j.joined_d < $to_d
)
SELECT p.generation AS value, count(*) AS n, avg(CASE WHEN p.joined_d + $days <= $last_d
    THEN CAST(coalesce(f.net_fen, 0) - coalesce(f.goods_fen, 0) - coalesce(f.cost_fen, 0) AS DOUBLE) END) AS net
FROM placed AS p LEFT JOIN first_days AS f ON f.who = p.who
GROUP BY p.generation ORDER BY p.generation
"""


def worth_query(engine: Engine, window: Window, deepest: int) -> str:
    """Members of a window by generation, and what one of those whose 30 days are over brings on average, in minor units: value, n, net.

    deepest : the last generation there is, 0 or more: the query looks at so many inviters, one after the other, and no further
    Goods are taken at their unit costs and rewards as they were booked, as `fission` does without a margin and a reward given. Members of
    a ring, of whom the analysis takes the first to join for its beginning, have no generation here.
    Cost     one join a generation, when it is run.
    """
    above = ["j", *(f"a{i}" for i in range(1, deepest + 1))]
    cases = [f"WHEN {alias}.referrer IS NULL THEN {i}" for i, alias in enumerate(above)]
    joins = [f"LEFT JOIN fission_members AS {b} ON {b}.who = {a}.referrer" for a, b in pairwise(above)]
    engaged = ", ".join(f"'{name}'" for name in ENGAGED)
    sql = WORTH.format(
        members=MEMBERS,
        first_days=FIRST_DAYS.format(engaged=engaged, member=member_of(engine)),
        cases=" ".join(cases),
        joins="\n    ".join(joins),
    )
    last = engine.snapshot.last_day
    params = {"from_d": window.from_day, "to_d": window.to_day, "days": QUALITY_DAYS, "last_d": window.to_day if last is None else last}
    return written_out(sql, params)
