"""The funnel as SQL in the house dialect: the same answer as the kernel, on any engine.

A chain of running maxima carries the latest instant from which each step can be reached. Rows of one instant are peers in every
frame (RANGE, no tie-break), so the stored order of ties cannot change the answer.
"""

from lianyi.insight.analyse.funnel.kernel import Steps

# A given session id counts inside its actor, because many sources number sessions per person. Without one, half an hour of
# silence ends a session.
SILENCE_US = 30 * 60 * 1_000_000
GIVEN = "e.session_id IS NOT NULL"
GIVEN_SESSION = "concat(coalesce(e.actor, ''), '/', e.session_id)"
IN_WINDOW = "e.d >= $from_d AND e.d < $to_d"


def step_rows(steps: Steps, *, per: str, value: str, join: str, cut_sessions: bool) -> str:
    """The facts a funnel looks at: `who`, `t`, `step` (index of the event name), `value` (dimension value or null).

    cut_sessions : whether facts without a session id occur and must be cut into sessions by silence
    """
    step = "CASE e.name " + " ".join(f"WHEN $name_{i} THEN {i}" for i in range(len(steps.names))) + " END"
    named = "e.name IN (" + ", ".join(f"$name_{i}" for i in range(len(steps.names))) + ")"
    if per == "actor":
        return f"SELECT e.actor AS who, e.t AS t, {step} AS step, {value} AS value FROM events AS e {join} WHERE {IN_WINDOW} AND {named} AND e.actor IS NOT NULL"
    given = f"SELECT {GIVEN_SESSION} AS who, e.t AS t, {step} AS step, {value} AS value FROM events AS e {join} WHERE {IN_WINDOW} AND {named} AND {GIVEN}"
    if not cut_sessions:
        return given
    return f"""{given}
UNION ALL
SELECT concat(actor, '#', CAST(nth AS VARCHAR)) AS who, t, step, value FROM (
    SELECT actor, t, step, value,
        sum(begins) OVER (PARTITION BY actor ORDER BY t RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS nth
    FROM (
        SELECT actor, t, step, value, CASE WHEN before_t IS NULL OR t - before_t > {SILENCE_US} THEN 1 ELSE 0 END AS begins
        FROM (
            SELECT e.actor AS actor, e.t AS t, {step} AS step, {value} AS value,
                lag(e.t) OVER (PARTITION BY e.actor ORDER BY e.t) AS before_t
            FROM events AS e {join} WHERE {IN_WINDOW} AND e.actor IS NOT NULL AND e.session_id IS NULL
        ) AS gaps
    ) AS marked
) AS cut WHERE step IS NOT NULL"""


def levels(steps: Steps, rows: str) -> str:
    """How many actors came how far: `value`, `level`, `actors`, and `unfinished`, how many of them may still go on."""
    k = len(steps.bit)
    index = [steps.names.index(n) for n in _in_order(steps)]
    chain = [f"s1 AS (SELECT who, t, step, value, CASE WHEN step = {index[0]} THEN t END AS start_1 FROM step_rows)"]
    for j in range(2, k + 1):
        frame = "1 PRECEDING" if steps.later[j - 1] else "CURRENT ROW"
        kept = ", ".join(f"start_{i}" for i in range(1, j))
        chain.append(
            f"s{j} AS (SELECT who, t, step, value, {kept}, CASE WHEN step = {index[j - 1]} THEN"
            f" max(start_{j - 1}) OVER (PARTITION BY who ORDER BY t RANGE BETWEEN UNBOUNDED PRECEDING AND {frame}) END AS start_{j} FROM s{j - 1})"
        )
    depth = " ".join(f"WHEN t - start_{j} <= $within_us THEN {j}" for j in range(k, 0, -1))
    start = " ".join(f"WHEN t - start_{j} <= $within_us THEN start_{j}" for j in range(k, 0, -1))
    return f"""WITH step_rows AS ({rows}),
{", ".join(chain)},
deep AS (SELECT who, t, start_1, CASE {depth} ELSE 0 END AS depth, CASE {start} END AS start_t FROM s{k}),
furthest AS (SELECT who, max(depth) AS level, max(start_1) AS last_t FROM deep GROUP BY who),
earliest AS (SELECT f.who AS who, min(d.t) AS reached_t FROM furthest AS f JOIN deep AS d ON f.who = d.who AND f.level = d.depth GROUP BY f.who),
chosen AS (
    SELECT f.who AS who, f.level AS level, f.last_t AS last_t, max(d.start_t) AS start_t
    FROM furthest AS f JOIN earliest AS a ON f.who = a.who JOIN deep AS d ON d.who = f.who AND d.depth = f.level AND d.t = a.reached_t
    WHERE f.level > 0 GROUP BY f.who, f.level, f.last_t
),
valued AS (
    SELECT c.who AS who, c.level AS level, c.last_t AS last_t, min(r.value) AS value
    FROM chosen AS c JOIN step_rows AS r ON r.who = c.who AND r.t = c.start_t AND r.step = {index[0]} GROUP BY c.who, c.level, c.last_t
)
SELECT value, level, count(*) AS actors,
    CAST(sum(CASE WHEN level < {k} AND last_t >= $open_from_t THEN 1 ELSE 0 END) AS BIGINT) AS unfinished
FROM valued GROUP BY value, level ORDER BY value, level"""


def _in_order(steps: Steps) -> list[str]:
    by_bit = {1 << i: n for i, n in enumerate(steps.names)}
    return [by_bit[int(b)] for b in steps.bit]
