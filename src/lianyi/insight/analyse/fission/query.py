"""The worth of each generation as one query that stands alone: for whoever wants to see what `fission` works with."""

from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.analyse.fission.fission import FIRST_DAYS, MEMBERS
from lianyi.insight.analyse.fission.generations import QUALITY_DAYS
from lianyi.insight.measure.session import written_out
from lianyi.kernel.clock import Window
from lianyi.stream.contracts.sets import ENGAGED
from lianyi.stream.engines.base import Engine

# Upwards from each member only past inviters who joined later, which is one step unless somebody's inviter did: who comes back to
# themselves was the first to join of a ring.
WORTH = """
WITH RECURSIVE fission_members AS ({members}),
first_days AS ({first_days}),
upwards AS (
    SELECT j.who AS who, j.joined_t AS joined_t, j.referrer AS above FROM fission_members AS j WHERE j.referrer IS NOT NULL
    UNION
    SELECT u.who, u.joined_t, j.referrer FROM upwards AS u JOIN fission_members AS j ON j.who = u.above
    WHERE j.referrer IS NOT NULL AND (j.joined_t > u.joined_t OR (j.joined_t = u.joined_t AND j.who > u.who))
),
invited AS (
    SELECT j.who, j.joined_d, CASE WHEN r.who IS NULL THEN j.referrer END AS referrer
    FROM fission_members AS j LEFT JOIN (SELECT DISTINCT u.who FROM upwards AS u WHERE u.above = u.who) AS r ON r.who = j.who
),
placed AS (
    SELECT i.who, i.joined_d, CASE WHEN i.referrer IS NULL THEN 0 ELSE 1 END AS generation
    FROM invited AS i LEFT JOIN invited AS a ON a.who = i.referrer
    WHERE a.who IS NULL
    UNION ALL
    SELECT i.who, i.joined_d, p.generation + 1 FROM invited AS i JOIN placed AS p ON p.who = i.referrer
)
SELECT p.generation AS value, count(*) AS n, avg(CASE WHEN p.joined_d + $days <= $last_d
    THEN CAST(coalesce(f.net_fen, 0) - coalesce(f.goods_fen, 0) - coalesce(f.cost_fen, 0) AS DOUBLE) END) AS net
FROM placed AS p LEFT JOIN first_days AS f ON f.who = p.who
WHERE p.joined_d >= $from_d AND p.joined_d < $to_d
GROUP BY p.generation ORDER BY p.generation
"""


def worth_query(engine: Engine, window: Window) -> str:
    """Members of a window by generation, and what one of those whose 30 days are over brings on average, in minor units: value, n, net.

    Goods are taken at their unit costs and rewards as they were booked, as `fission` does without a margin and a reward given. Of members
    who invited each other in a ring the first to join is of generation 0 and the others follow, as in the analysis: somebody must have
    come first, and nobody of a ring is left out of the count. (The catalogue's dimension `generation` calls them unknown instead.)
    Cost     one join a generation, when it is run.
    """
    engaged = ", ".join(f"'{name}'" for name in ENGAGED)
    sql = WORTH.format(members=MEMBERS, first_days=FIRST_DAYS.format(engaged=engaged, member=member_of(engine)))
    last = engine.snapshot.last_day
    params = {"from_d": window.from_day, "to_d": window.to_day, "days": QUALITY_DAYS, "last_d": window.to_day if last is None else last}
    return written_out(sql, params)
