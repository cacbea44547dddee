"""The analyses as Lianyi does them, and as an analyst would write them in SQL or pandas: what `benchmarks.analyse` sets beside each other.

Every task takes a workspace and says what it took and what it found: `{"seconds", "cpu_seconds", "answer"}`.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lianyi.insight.analyse import walk
from lianyi.kernel.clock import Window

if TYPE_CHECKING:
    import pandas as pd

STEPS = ["page_viewed", "content_viewed", "product_viewed", "cart_added", "order_paid"]
WITHIN_DAYS = 7
DAY_US = 86_400_000_000
SILENCE_US = 1_800_000_000
DEPTH = 6
LOOKBACK_DAYS = 7


class Clock:
    """Wall and processor seconds of the work, from when it starts: imports and compiled code are there before."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def said(self, answer: Any) -> dict[str, Any]:
        """What was found, and what it took."""
        return {"seconds": time.perf_counter() - self.wall, "cpu_seconds": time.process_time() - self.cpu, "answer": answer}


@contextmanager
def opened(path: str) -> Iterator[Any]:
    """An engine on the newest snapshot, as the product opens it, with two threads: within what the workspace allows, or LIANYI_BENCH_MEMORY_MIB."""
    from lianyi.stream import workspace
    from lianyi.stream.engines import open_engine
    from lianyi.stream.log.table import EventLog

    space = workspace.load(Path(path))
    stated = os.environ.get("LIANYI_BENCH_MEMORY_MIB")
    engine = open_engine(replace(space, memory_mib=int(stated)) if stated else space, EventLog(space).snapshot(), threads=2)
    try:
        yield engine
    finally:
        engine.close()


def whole(engine: Any) -> Window:
    return Window(engine.snapshot.first_day, engine.snapshot.last_day + 1)


def warmed() -> None:
    """Compiled walks are loaded before the clock starts: a server loads them once."""
    from lianyi.insight.analyse.funnel.kernel import Steps, reach
    from lianyi.insight.analyse.paths.sessions import numbered

    one = np.zeros(1, dtype=np.int64)
    if walk.compiled(_nothing) is not None:
        reach(one, one, one, one, Steps.of(("a", "b")), compiled=True)
        numbered(one, one, one, compiled=True)


def _nothing() -> int:
    return 0


def funnel_ours(path: str, way: str = "auto") -> dict[str, Any]:
    from lianyi.insight.analyse.funnel import funnel

    warmed()
    clock = Clock()
    with opened(path) as engine:
        found = funnel(engine, STEPS, whole(engine), within_days=WITHIN_DAYS, path=way)
    return clock.said([s.actors for s in found.steps])


def sessions_ours(path: str, way: str = "auto") -> dict[str, Any]:
    from lianyi.insight.analyse.paths.visits import visits

    warmed()
    clock = Clock()
    with opened(path) as engine:
        found = visits(engine, whole(engine), every_event=True, path=way)
    return clock.said([found.sessions, found.facts, [n for _, n in found.days][:5]])


def returning_ours(path: str, way: str = "auto") -> dict[str, Any]:
    """Retention by week, and people active by day, week and month."""
    from lianyi.insight.analyse.activity import activity
    from lianyi.insight.analyse.retention import retention

    clock = Clock()
    with opened(path) as engine:
        kept = retention(engine, whole(engine), cohort="week", start="first_seen", active="any", path=way)
        active = activity(engine, whole(engine), active="any", path=way)
    return clock.said([[c.actors[1] for c in kept.cohorts][:5], active.monthly[40:44]])


def paths_ours(path: str, way: str = "auto") -> dict[str, Any]:
    from lianyi.insight.analyse.paths.paths import paths

    warmed()
    clock = Clock()
    with opened(path) as engine:
        found = paths(engine, whole(engine), depth=DEPTH, every_event=True, path=way)
    return clock.said([found.sessions, [list(t) for t in found.transitions[:3]], found.steps[3][-1]])


def attribution_ours(path: str) -> dict[str, Any]:
    from lianyi.insight.analyse.attribution.attribution import attribution

    clock = Clock()
    with opened(path) as engine:
        found = attribution(engine, whole(engine), lookback_days=LOOKBACK_DAYS, models=["first", "last", "linear", "markov"])
    return clock.said([found.journeys[0], *(round(m.credits[0].orders) for m in found.models[:3])])


def rfm_ours(path: str) -> dict[str, Any]:
    from lianyi.insight.analyse.segments.rfm import rfm

    clock = Clock()
    with opened(path) as engine:
        found = rfm(engine, whole(engine))
    return clock.said([found.n, sum(s.orders for s in found.sizes), sum(s.net_fen for s in found.sizes)])


PARTNERS = ["net_sales", "orders", "buyers"]


def partner_queries(path: str) -> list[str]:
    """The queries beside the three figures. Asked before the clock starts by all who are compared: definitions and the ends of files are then read."""
    from lianyi.insight.measure import measure

    with opened(path) as engine:
        return list(dict.fromkeys(v.sql for v in measure(engine, PARTNERS, whole(engine), by="partner")))


def partners_ours(path: str) -> dict[str, Any]:
    """Net sales, orders and buyers of every partner, as the catalogue defines them."""
    from lianyi.insight.measure import measure

    partner_queries(path)
    clock = Clock()
    with opened(path) as engine:
        found = measure(engine, PARTNERS, whole(engine), by="partner")
    named = [v for v in found if v.by is not None and v.by["partner"] is not None]
    return clock.said(
        [
            len({(v.by or {})["partner"] for v in named}),
            *(sum(v.value or 0 for v in named if v.metric == m) for m in PARTNERS),
        ]
    )


def forest_ours(members: str, *, compiled: bool = True) -> dict[str, Any]:
    from lianyi.insight.analyse.fission.forest import forest, trees

    parent = inviters(int(members))
    trees(forest(parent[:10], compiled=compiled), compiled=compiled)
    clock = Clock()
    found = forest(parent, compiled=compiled)
    shapes = trees(found, compiled=compiled)
    return clock.said(
        [int(found.depth.max()), int(found.below.sum()), int(shapes.size.max()), children_by_level(found.depth, found.children)]
    )


def children_by_level(depth: np.ndarray, children: np.ndarray) -> list[float]:
    """Members brought by each generation, per member: its K so far."""
    k = np.bincount(depth, children) / np.bincount(depth)
    return [round(float(x), 9) for x in k[:4]]


def inviters(members: int) -> np.ndarray:
    """Who brought each of so many members: 60% by an earlier one, the early more often; -1 for nobody."""
    rng = np.random.default_rng(11)
    number = np.arange(members)
    parent = (number * rng.random(members) ** 1.5).astype(np.int64)
    parent[(rng.random(members) < 0.4) | (number < 10)] = -1
    return parent


def markov_ours(path: str) -> dict[str, Any]:
    """From touches on file, journey by journey, to Markov credit."""
    import pyarrow.parquet as pq

    from lianyi.insight.analyse.attribution.credit import credit
    from lianyi.insight.analyse.attribution.journeys import Journeys
    from lianyi.insight.analyse.walk import codes_of, one_chunk

    clock = Clock()
    table = pq.read_table(path, read_dictionary=["channel"]).unify_dictionaries()
    journey = table["journey"].to_numpy()
    starts = np.flatnonzero(np.diff(journey, prepend=-1))
    journeys = Journeys(
        channels=tuple(one_chunk(table["channel"]).dictionary.to_pylist()),
        starts=np.append(starts, len(journey)),
        touches=codes_of(table["channel"]),
        age_days=None,
        conversions=table["orders"].to_numpy()[starts],
        values=np.zeros(len(starts)),
        nulls=table["nulls"].to_numpy()[starts],
        who=journey[starts],
    )
    found = credit(journeys, models=["markov"])[0]
    return clock.said({c.channel: round(c.orders) for c in found.credits})


# What an analyst writes in SQL, by hand, on the same files with the same engine.
HAND_ROWS = "SELECT actor AS who, t, d, name, session_id AS given, event_id FROM events WHERE actor IS NOT NULL"


def rfm_hand(path: str) -> dict[str, Any]:
    """Quintiles by window functions over one row a buyer."""
    clock = Clock()
    with opened(path) as engine:
        row = engine.run("""
            WITH l AS (SELECT order_id, max(coalesce(member_id, CASE WHEN actor <> device_id THEN actor END)) AS who, min(d) AS d, sum(amount_fen) AS fen
                FROM events WHERE name = 'order_paid' AND order_id IS NOT NULL GROUP BY order_id),
            r AS (SELECT order_id, sum(amount_fen) AS fen FROM events WHERE name = 'order_refunded' GROUP BY order_id),
            b AS (SELECT who, max(l.d) AS last_d, count(*) AS orders, sum(l.fen - coalesce(r.fen, 0)) AS fen FROM l LEFT JOIN r USING (order_id) WHERE who IS NOT NULL GROUP BY who),
            s AS (SELECT *, ntile(5) OVER (ORDER BY last_d, who) AS r, ntile(5) OVER (ORDER BY orders, who) AS f, ntile(5) OVER (ORDER BY fen, who) AS m FROM b)
            SELECT count(*) AS n, sum(orders) AS orders, sum(fen) AS fen, max(r + f + m) AS best FROM s""").to_pylist()[0]  # fmt: skip
    return clock.said([int(row["n"]), int(row["orders"]), int(row["fen"])])


def partners_written(path: str) -> dict[str, Any]:
    """The queries that the catalogue wrote for them, run as they stand."""
    queries = partner_queries(path)
    clock = Clock()
    with opened(path) as engine:
        told = [[row for row in engine.run(sql).to_pylist() if row["dim_value"] is not None] for sql in queries]
    return clock.said([len(told[0]), *(sum(row["value"] for row in rows) for rows in told)])


def partners_hand(path: str) -> dict[str, Any]:
    """The three figures by one grouping each, of the files as they are."""
    partner_queries(path)
    clock = Clock()
    with opened(path) as engine:
        row = engine.run("""
            WITH o AS (SELECT order_id, partner_id, max(coalesce(member_id, CASE WHEN actor <> device_id THEN actor END)) AS who FROM events
                WHERE name = 'order_paid' AND order_id IS NOT NULL GROUP BY order_id, partner_id),
            n AS (SELECT partner_id, sum(CASE WHEN name = 'order_paid' THEN amount_fen ELSE -amount_fen END) AS fen FROM events
                WHERE name IN ('order_paid', 'order_refunded') GROUP BY partner_id),
            c AS (SELECT partner_id, count(*) AS orders, count(DISTINCT who) AS buyers FROM o GROUP BY partner_id)
            SELECT count(*) AS n, sum(fen) AS fen, sum(orders) AS orders, sum(buyers) AS buyers FROM n LEFT JOIN c USING (partner_id)
            WHERE partner_id IS NOT NULL""").to_pylist()[0]  # fmt: skip
    return clock.said([int(row["n"]), int(row["fen"]), int(row["orders"]), int(row["buyers"])])


def attribution_hand(path: str) -> dict[str, Any]:
    """First, last and linear touch by an interval join."""
    touches = "('content_viewed', 'content_clicked', 'page_viewed', 'product_viewed', 'campaign_viewed', 'live_entered')"
    clock = Clock()
    with opened(path) as engine:
        rows = engine.run(f"""
            WITH o AS (SELECT order_id, max(actor) AS who, min(t) AS t FROM events WHERE name = 'order_paid' AND order_id IS NOT NULL GROUP BY order_id),
            v AS (SELECT actor AS who, t, channel, lag(t) OVER w AS before_t, lag(channel) OVER w AS before FROM events
                WHERE name IN {touches} AND actor IS NOT NULL AND channel IS NOT NULL WINDOW w AS (PARTITION BY actor ORDER BY t, channel)),
            c AS (SELECT who, t, channel FROM v WHERE before_t IS NULL OR channel <> before OR t - before_t > {SILENCE_US}),
            j AS (SELECT o.order_id, c.channel, count(*) OVER (PARTITION BY o.order_id) AS n,
                    row_number() OVER (PARTITION BY o.order_id ORDER BY c.t, c.channel) AS up,
                    row_number() OVER (PARTITION BY o.order_id ORDER BY c.t DESC, c.channel DESC) AS down
                FROM o JOIN c ON c.who = o.who AND c.t <= o.t AND c.t >= o.t - {LOOKBACK_DAYS * DAY_US})
            SELECT channel, count(*) FILTER (up = 1) AS first, count(*) FILTER (down = 1) AS last, sum(1.0 / n) AS linear FROM j GROUP BY channel
        """).to_pylist()  # fmt: skip
    return clock.said([sum(r["first"] for r in rows), *(round(max(r[k] for r in rows)) for k in ("first", "last", "linear"))])


def stitched(path: str, columns: list[str], names: list[str] | None) -> "pd.DataFrame":
    """The history as pandas would read it, devices given to the member first seen on them."""
    import pyarrow.dataset as ds

    from lianyi.stream import workspace
    from lianyi.stream.log.table import EventLog

    files = [f.path for f in EventLog(workspace.load(Path(path))).snapshot().files]
    stored = ds.dataset(files)
    who = stored.to_table(columns=["t", "member_id", "device_id"]).to_pandas()
    known = who.dropna(subset=["member_id", "device_id"]).sort_values(["t", "member_id"])
    owner = known.drop_duplicates("device_id").set_index("device_id")["member_id"]
    kept = None if names is None else ds.field("name").isin(names)
    rows: pd.DataFrame = stored.to_table(columns=["member_id", "device_id", *columns], filter=kept).to_pandas()
    rows["member"] = rows["member_id"].fillna(rows["device_id"].map(owner))
    rows["actor"] = rows["member"].fillna(rows["device_id"])
    return rows


def funnel_pandas(path: str) -> dict[str, Any]:
    """One running maximum of start times a step."""
    clock = Clock()
    rows = stitched(path, ["t", "name"], STEPS).dropna(subset=["actor"])
    rows["actor"] = rows["actor"].astype("category").cat.codes
    rows["step"] = rows["name"].map({name: i for i, name in enumerate(STEPS)})
    rows = rows.sort_values(["actor", "t", "step"])  # ties in the order asked
    start = rows["t"].where(rows["step"] == 0)
    answer = [int(rows.loc[start.notna(), "actor"].nunique())]
    for step in range(1, len(STEPS)):
        latest = start.groupby(rows["actor"]).ffill() if step == 1 else start.groupby(rows["actor"]).cummax().groupby(rows["actor"]).ffill()
        start = latest.where(rows["step"] == step)
        answer.append(int(rows.loc[rows["t"] - start <= WITHIN_DAYS * DAY_US, "actor"].nunique()))
    return clock.said(answer)


def cut(path: str, columns: list[str]) -> "pd.DataFrame":
    """Facts in order with the number of their session."""
    rows = stitched(path, ["t", "session_id", "event_id", *columns], None).dropna(subset=["actor"])
    rows["actor"] = rows["actor"].astype("category").cat.codes
    rows["given"] = rows["session_id"].astype("category").cat.codes
    rows = rows.sort_values(["actor", "given", "t", "event_id"])
    silent = (rows["given"] < 0) & (rows["t"].diff() > SILENCE_US)
    rows["session"] = (silent | (rows["actor"] != rows["actor"].shift()) | (rows["given"] != rows["given"].shift())).cumsum()
    return rows


def sessions_pandas(path: str) -> dict[str, Any]:
    clock = Clock()
    found = cut(path, ["d"]).groupby("session").agg(d=("d", "min"), first=("t", "min"), last=("t", "max"), facts=("t", "size"))
    seconds = (found["last"] - found["first"]) // 1_000_000
    days = found.groupby("d").size()
    seconds.median(), seconds.quantile(0.9), (found["facts"] == 1).mean()
    return clock.said([len(found), int(found["facts"].sum()), days.tolist()[:5]])


def paths_pandas(path: str) -> dict[str, Any]:
    clock = Clock()
    rows = cut(path, ["name"])
    rows["place"] = rows.groupby("session").cumcount()
    rows["following"] = rows.groupby("session")["name"].shift(-1)
    pairs = rows.dropna(subset=["following"]).groupby(["name", "following"]).size().sort_values(ascending=False, kind="stable")
    shown = rows[rows["place"] < DEPTH]
    steps = shown.groupby(["place", "name"]).size()
    shown.groupby(["place", "name", rows["following"].fillna("")]).size()
    shown.groupby("session")["name"].agg(tuple).value_counts()
    sessions = int(rows["session"].iloc[-1])
    top = [[a, b, int(n)] for (a, b), n in pairs.iloc[:3].items()]
    return clock.said([sessions, top, sessions - int(steps.loc[3].sum())])


def returning_pandas(path: str) -> dict[str, Any]:
    clock = Clock()
    rows = stitched(path, ["d"], None).dropna(subset=["actor"])
    days = rows[["actor", "d"]].drop_duplicates()
    pairs = days.assign(period=(days["d"] + 3) // 7)[["actor", "period"]].drop_duplicates()
    pairs["cohort"] = pairs.groupby("actor")["period"].transform("min")
    counts = pairs.groupby(["cohort", pairs["period"] - pairs["cohort"]]).size()
    cohorts = sorted(pairs["cohort"].unique())
    first = int(days["d"].min())
    days = days.sort_values(["actor", "d"])
    following = days.groupby("actor")["d"].shift(-1)
    monthly = None
    for span in (1, 7, 30):
        leaves = np.minimum(days["d"] + span, following.fillna(np.inf))
        edges = days["d"].value_counts().sub(leaves.astype(int).value_counts(), fill_value=0).sort_index().cumsum()
        monthly = edges
    return clock.said([[int(counts.get((c, 1), 0)) for c in cohorts][:5], [int(monthly.loc[first + i]) for i in range(40, 44)]])


def rfm_pandas(path: str) -> dict[str, Any]:
    import pandas as pd

    clock = Clock()
    rows = stitched(path, ["name", "d", "order_id", "amount_fen"], ["order_paid", "order_refunded"])
    paid = rows[rows["name"] == "order_paid"].groupby("order_id").agg(who=("member", "max"), d=("d", "min"), fen=("amount_fen", "sum"))
    back = rows[rows["name"] == "order_refunded"].groupby("order_id")["amount_fen"].sum()
    paid["fen"] -= back.reindex(paid.index).fillna(0)
    buyers = paid.dropna(subset=["who"]).groupby("who").agg(last=("d", "max"), orders=("d", "size"), fen=("fen", "sum"))
    for column in ("last", "orders", "fen"):
        buyers[column + "_score"] = pd.qcut(buyers[column].rank(method="first"), 5, labels=False)
    return clock.said([len(buyers), int(buyers["orders"].sum()), int(buyers["fen"].sum())])


def partners_pandas(path: str) -> dict[str, Any]:
    clock = Clock()
    rows = stitched(path, ["name", "order_id", "amount_fen", "partner_id"], ["order_paid", "order_refunded"]).dropna(subset=["partner_id"])
    signed = rows["amount_fen"].where(rows["name"] == "order_paid", -rows["amount_fen"])
    net = signed.groupby(rows["partner_id"]).sum()
    orders = rows[rows["name"] == "order_paid"].groupby(["partner_id", "order_id"]).agg(who=("member", "max")).reset_index()
    counted = orders.groupby("partner_id").agg(orders=("order_id", "size"), buyers=("who", "nunique")).reindex(net.index).fillna(0)
    return clock.said([len(net), int(net.sum()), int(counted["orders"].sum()), int(counted["buyers"].sum())])


TASKS: dict[str, Callable[[str], dict[str, Any]]] = {
    "funnel_ours": funnel_ours,
    "funnel_sql": lambda path: funnel_ours(path, "sql"),
    "funnel_pandas": funnel_pandas,
    "sessions_ours": sessions_ours,
    "sessions_sql": lambda path: sessions_ours(path, "sql"),
    "sessions_pandas": sessions_pandas,
    "returning_ours": returning_ours,
    "returning_sql": lambda path: returning_ours(path, "sql"),
    "returning_pandas": returning_pandas,
    "paths_ours": paths_ours,
    "paths_sql": lambda path: paths_ours(path, "sql"),
    "paths_pandas": paths_pandas,
    "attribution_ours": attribution_ours,
    "attribution_hand": attribution_hand,
    "rfm_ours": rfm_ours,
    "rfm_hand": rfm_hand,
    "rfm_pandas": rfm_pandas,
    "partners_ours": partners_ours,
    "partners_written": partners_written,
    "partners_hand": partners_hand,
    "partners_pandas": partners_pandas,
    "forest_ours": forest_ours,
    "forest_numpy": lambda members: forest_ours(members, compiled=False),
    "markov_ours": markov_ours,
}
