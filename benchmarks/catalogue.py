"""The catalogue against pandas and against DuckDB SQL written by hand: the same metrics, the same answers, one run.

    python -m benchmarks catalogue                     on 10M generated events in .bench/, made and maintained at the first run
    python -m benchmarks.catalogue WORKSPACE           on another workspace made by generate_events.py

Each contender runs in a process of its own, several rounds in turn; of each the median round's wall and processor seconds and peak
memory are printed, with their ratios. Opening the history counts; starting Python and importing libraries does not, for anyone.
"""

import importlib
import json
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.generate_events import generate
from lianyi.insight.measure import measure, measure_all
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.maintain import maintain
from lianyi.stream.log.table import EventLog

WINDOW = Window.parse("2024-02-01", "2024-04-01")
FROM, TO, PREVIOUS = WINDOW.from_day, WINDOW.to_day, WINDOW.previous().from_day
THREADS = 2
VISIT = ["page_viewed", "product_viewed", "content_viewed", "campaign_viewed", "cart_added", "checkout_started", "order_placed"]
INTERACT = [
    "content_liked",
    "content_commented",
    "content_shared",
    "content_collected",
    "review_posted",
    "message_posted",
    "poll_voted",
    "ugc_posted",
    "checked_in",
]
ENGAGED = [*VISIT, *INTERACT, "order_paid"]
STEPS = ["content_exposed", "content_viewed", "product_viewed", "cart_added", "order_placed", "order_paid"]
FUNNEL = [
    "funnel_exposed_viewed",
    "funnel_viewed_product_viewed",
    "funnel_product_viewed_cart_added",
    "funnel_cart_added_order_placed",
    "funnel_order_placed_order_paid",
]
PARTICIPATE = ["campaign_joined", "campaign_completed", "team_opened", "team_joined", "bargain_started", "bargain_helped"]


def opened(path: Path) -> DuckDBEngine:
    return DuckDBEngine(EventLog(workspace.load(path)).snapshot(), threads=THREADS)


def ours(path: Path) -> dict[str, float | None]:
    engine = opened(path)
    names = json.loads(sys.argv[3])
    return {v.metric: v.value for v in measure(engine, names, WINDOW)}


def whole(path: Path) -> dict[str, float | None]:
    return {v.metric: v.value for v in measure_all(opened(path), WINDOW)}


def words(names: list[str]) -> str:
    return ", ".join(f"'{n}'" for n in names)


def by_hand(path: Path) -> dict[str, float | None]:
    """What an analyst who knows DuckDB writes: one query a family of metrics, each with a single scan where possible."""
    engine = opened(path)
    horizon = engine.snapshot.last_day
    found: dict[str, float | None] = {}

    def ask(sql: str) -> None:
        found.update(engine.run(sql).to_pylist()[0])

    w = f"d >= {FROM} AND d < {TO}"
    q = "sum(coalesce(quantity, 1))"
    ask(f"""SELECT {q} FILTER (name = 'content_exposed') AS impressions, {q} FILTER (name = 'content_viewed') AS reads,
        {q} FILTER (name = 'page_viewed') AS page_views, {q} FILTER (name = 'content_clicked') AS content_clicks,
        {q} FILTER (name = 'content_clicked') / {q} FILTER (name = 'content_exposed') AS content_ctr,
        {q} FILTER (name = 'content_viewed' AND referrer_id IS NOT NULL) / {q} FILTER (name = 'content_viewed' AND referrer_id IS NULL) AS reach_multiplier,
        {q} FILTER (name IN ({words(INTERACT)})) AS interactions, {q} FILTER (name = 'content_shared') / {q} FILTER (name = 'content_viewed') AS share_rate,
        {q} FILTER (name IN ({words(INTERACT[:4])})) / {q} FILTER (name = 'content_viewed') AS engagement_rate,
        {q} FILTER (name = 'mention_seen' AND subject_id IS NULL) AS mentions FROM events WHERE {w}""")
    ask(f"""WITH e AS (SELECT session_id, actor, t, d, channel FROM events WHERE name IN ({words(VISIT)}) AND d >= {FROM - 1} AND d < {TO + 1}),
        a AS (SELECT actor, t, d, channel, sum(b) OVER (PARTITION BY actor ORDER BY t) AS n FROM (SELECT *, CASE WHEN t - lag(t) OVER (PARTITION BY actor ORDER BY t) < 1800000000 THEN 0 ELSE 1 END AS b FROM e WHERE session_id IS NULL AND actor IS NOT NULL)),
        v AS (SELECT min(d) AS d, count(*) AS n, arg_min(channel, t) AS c FROM e WHERE session_id IS NOT NULL GROUP BY session_id
              UNION ALL SELECT min(d), count(*), arg_min(channel, t) FROM a GROUP BY actor, n)
        SELECT count(*) AS visits, avg((c = 'social')::INT) AS social_visit_share, avg((n = 1)::INT) AS bounce_rate, avg(n) AS pages_per_visit FROM v WHERE {w}""")
    known = "member_id IS NOT NULL OR actor <> device_id"
    ask(f"""WITH a AS (SELECT actor, d, bool_or({known}) AS member, bool_or(name IN ({words(VISIT)})) AS visited, bool_or(name = 'order_paid') AS paid,
              coalesce(sum(coalesce(quantity, 1)) FILTER (name IN ({words(INTERACT)})), 0) AS n
            FROM events WHERE name IN ({words(ENGAGED)}) AND actor IS NOT NULL AND d >= {PREVIOUS} AND d <= {min(TO + 31, horizon)} GROUP BY actor, d),
        p AS (SELECT actor, bool_or(member) AS member, bool_or(visited) AS visited, bool_or(paid) AS paid, sum(n) FILTER (member) AS n FROM a WHERE {w} GROUP BY actor),
        m AS (SELECT actor, count(*) FILTER ({w}) AS days, bool_or(d >= {TO - 30}) AS month, bool_or(d >= {FROM}) AS here, min(d) < {FROM} AS before FROM a WHERE member AND d < {TO} GROUP BY actor),
        j AS (SELECT member_id, min(d) AS d, any_value(referrer_id) AS r FROM events WHERE name = 'member_joined' GROUP BY member_id),
        k AS (SELECT j.d, bool_or(a.d = j.d + 1) AS b1, bool_or(a.d = j.d + 7) AS b7, bool_or(a.d = j.d + 30) AS b30 FROM j LEFT JOIN a ON a.actor = j.member_id AND a.d BETWEEN j.d + 1 AND j.d + 30 WHERE j.d >= {FROM} AND j.d < {TO} GROUP BY j.member_id, j.d),
        i AS (SELECT j.member_id, count(x.member_id) AS n FROM j LEFT JOIN j AS x ON x.r = j.member_id AND x.d BETWEEN j.d AND j.d + 14 WHERE j.d >= {FROM} AND j.d < {TO} AND j.d + 14 <= {horizon} GROUP BY j.member_id)
        SELECT (SELECT count(*) FROM p WHERE visited) AS visitors, (SELECT count(*) FROM p WHERE member) AS active_members,
            (SELECT avg(paid::INT) FROM p WHERE visited) AS conversion_rate, (SELECT sum(n) / count(*) FROM p WHERE member) AS interactions_per_active,
            (SELECT sum(days) / {TO - FROM} / count(*) FILTER (month) FROM m) AS stickiness, (SELECT avg((NOT here)::INT) FROM m WHERE before) AS churn_rate,
            (SELECT count(*) FROM j WHERE {w}) AS new_members, (SELECT count(r) FROM j WHERE {w}) AS referred_members, (SELECT count(r) / count(*) FROM j WHERE {w}) AS referred_share,
            (SELECT avg(coalesce(b1, false)::INT) FROM k WHERE d + 1 <= {horizon}) AS retention_d1, (SELECT avg(coalesce(b7, false)::INT) FROM k WHERE d + 7 <= {horizon}) AS retention_d7,
            (SELECT avg(coalesce(b30, false)::INT) FROM k WHERE d + 30 <= {horizon}) AS retention_d30, (SELECT avg(n) FROM i) AS k_factor""")
    buyer = "CASE WHEN member_id IS NOT NULL THEN member_id WHEN actor <> device_id THEN actor END"
    ask(f"""WITH l AS (SELECT name, d, {buyer} AS buyer, order_id, amount_fen, coalesce(quantity, 1) AS n, unit_cost_fen AS c, product_id, campaign_id, partner_id
                FROM events LEFT JOIN products USING (product_id) WHERE name IN ('order_paid', 'order_refunded')),
        o AS (SELECT order_id, max(buyer) AS buyer, sum(amount_fen) AS fen FROM l WHERE name = 'order_paid' AND {w} GROUP BY order_id),
        b AS (SELECT buyer, count(*) AS n, sum(fen) AS fen FROM o WHERE buyer IS NOT NULL GROUP BY buyer),
        f AS (SELECT buyer, min(d) AS d, bool_or(d >= {PREVIOUS} AND d < {FROM}) AS before, bool_or({w}) AS here FROM l WHERE name = 'order_paid' AND buyer IS NOT NULL GROUP BY buyer)
        SELECT (SELECT count(*) FROM o) AS orders, (SELECT avg(fen) FROM o) AS aov, (SELECT count(*) FROM b) AS buyers, (SELECT avg(fen) FROM b) AS spend_per_buyer, (SELECT avg((n >= 2)::INT) FROM b) AS repeat_buyer_rate,
            (SELECT count(*) FROM f WHERE {w}) AS new_buyers, (SELECT avg(here::INT) FROM f WHERE before) AS repurchase_rate,
            (SELECT avg((order_id IN (SELECT order_id FROM l WHERE name = 'order_refunded' AND d >= {FROM}))::INT) FROM o) AS refund_rate,
            sum(n) FILTER (name = 'order_paid') AS units, sum(amount_fen) FILTER (name = 'order_paid') AS gmv, sum(amount_fen) FILTER (name = 'order_refunded') AS refunds, gmv - refunds AS net_sales, refunds / gmv AS refund_amount_rate,
            sum(n * c) FILTER (name = 'order_paid') - sum(n * c) FILTER (name = 'order_refunded') AS cogs,
            sum(amount_fen - n * c) FILTER (name = 'order_paid') - sum(amount_fen - n * c) FILTER (name = 'order_refunded') AS gross_profit,
            gross_profit / (sum(amount_fen) FILTER (name = 'order_paid' AND c IS NOT NULL) - sum(amount_fen) FILTER (name = 'order_refunded' AND c IS NOT NULL)) AS gross_margin,
            sum(amount_fen) FILTER (name = 'order_paid' AND campaign_id IS NOT NULL) AS campaign_sales, sum(amount_fen) FILTER (name = 'order_paid' AND partner_id IS NOT NULL) AS partner_sales
        FROM l WHERE {w}""")
    ask(f"""SELECT sum(amount_fen) FILTER (kind NOT IN ('cogs', 'shipping')) AS marketing_cost, sum(amount_fen) FILTER (kind = 'media') AS media_cost, sum(amount_fen) FILTER (kind = 'shipping') AS shipping_cost
        FROM events WHERE name = 'cost_booked' AND {w}""")
    chain = f"WITH e AS MATERIALIZED (SELECT actor, name, t, d FROM events WHERE name IN ({words(STEPS)}) AND actor IS NOT NULL AND d >= {FROM} AND d < {TO + 8}), s0 AS (SELECT actor, min(t) AS t0, min(d) AS d0, min(t) AS t FROM e WHERE name = '{STEPS[0]}' AND {w} GROUP BY actor)"
    for i, step in enumerate(STEPS[1:], 1):
        chain += f", s{i} AS (SELECT s.actor, s.t0, s.d0, min(e.t) AS t FROM s{i - 1} AS s JOIN e ON e.actor = s.actor AND e.name = '{step}' AND e.t >= s.t AND e.t <= s.t0 + 604800000000 GROUP BY s.actor, s.t0, s.d0)"
    counts = [f"(SELECT count(*) FROM s{i} WHERE d0 + 7 <= {horizon})" for i in range(6)]
    ask(
        f"{chain} SELECT "
        + ", ".join(f"{counts[i + 1]} / {counts[i]} AS {name}" for i, name in enumerate(FUNNEL))
        + f", {counts[5]} / {counts[0]} AS funnel_total"
    )
    ask(f"""WITH i AS (SELECT subject_id, min(t) AS t, min(d) AS d FROM events WHERE subject_id IS NOT NULL AND (name = 'content_commented' OR (name = 'message_posted' AND kind IS NOT NULL)) AND {w} GROUP BY subject_id),
        r AS (SELECT i.subject_id, i.d, (min(a.t) - i.t) / 1e6 AS s FROM i LEFT JOIN events AS a ON a.name = 'message_replied' AND a.subject_id = i.subject_id AND a.t >= i.t AND a.d <= {horizon} GROUP BY i.subject_id, i.t, i.d)
        SELECT avg(coalesce(s <= 86400, false)::INT) FILTER (d + 1 <= {horizon}) AS reply_rate, quantile_cont(s, 0.5) AS first_reply_seconds, avg(coalesce(s <= 30, false)::INT) AS replied_within_30s FROM r""")
    ask(f"""SELECT avg((value >= 4)::INT) FILTER (kind = 'csat') AS csat, avg(CASE WHEN value >= 9 THEN 1 WHEN value <= 6 THEN -1 ELSE 0 END) FILTER (kind = 'nps') AS nps,
        quantile_disc(value, 0.75) FILTER (kind = 'lcp') AS page_load_p75 FROM events WHERE name IN ('survey_answered', 'page_timed') AND {w}""")
    ask(f"SELECT count(DISTINCT actor) AS campaign_participants FROM events WHERE name IN ({words(PARTICIPATE)}) AND {w}")
    return {k: float(v) for k, v in found.items()}


def with_pandas(path: Path) -> dict[str, float | None]:
    """What an analyst writes in pandas: the needed columns from Parquet, then groupby, merge, isin."""
    import numpy as np
    import pandas as pd
    import pyarrow.parquet as pq

    snapshot = EventLog(workspace.load(path)).snapshot()
    columns = [
        "name",
        "t",
        "d",
        "member_id",
        "device_id",
        "session_id",
        "channel",
        "product_id",
        "campaign_id",
        "partner_id",
        "referrer_id",
        "order_id",
        "subject_id",
        "kind",
        "quantity",
        "amount_fen",
        "value",
    ]
    # Columns of few words as categories, which halves what comparing them costs.
    files = [f.path for f in snapshot.files]
    e = pq.read_table(files, columns=columns, read_dictionary=["name", "channel", "kind"], partitioning=None).to_pandas()
    costs = pq.read_table(list(snapshot.tables["products"][1]), columns=["product_id", "unit_cost_fen"]).to_pandas()
    horizon = snapshot.last_day
    both = e[e.member_id.notna() & e.device_id.notna()].sort_values(["t", "member_id"])
    owner = both.drop_duplicates("device_id").set_index("device_id").member_id
    e["member"] = e.member_id.fillna(e.device_id.map(owner))
    e["actor"] = e.member.fillna(e.device_id)
    e["n"] = e.quantity.fillna(1)
    w = e[(e.d >= FROM) & (e.d < TO)]
    r: dict[str, float | None] = {}
    pieces = w.groupby("name", observed=True).n.sum()
    r["impressions"], r["reads"], r["page_views"], r["content_clicks"] = (
        pieces[k] for k in ("content_exposed", "content_viewed", "page_viewed", "content_clicked")
    )
    r["content_ctr"], r["share_rate"] = r["content_clicks"] / r["impressions"], pieces["content_shared"] / r["reads"]
    r["engagement_rate"], r["interactions"] = pieces.reindex(INTERACT[:4]).sum() / r["reads"], pieces.reindex(INTERACT).sum()
    brought = w[(w.name == "content_viewed") & w.referrer_id.notna()].n.sum()
    r["reach_multiplier"] = brought / (r["reads"] - brought)
    r["mentions"] = w[(w.name == "mention_seen") & w.subject_id.isna()].n.sum()
    v = e[e.name.isin(VISIT) & (e.d >= FROM - 1) & (e.d < TO + 1)].sort_values("t")
    given = v[v.session_id.notna()].groupby("session_id").agg(d=("d", "first"), n=("t", "size"), c=("channel", "first"))
    free = v[v.session_id.isna() & v.actor.notna()].sort_values(["actor", "t"])
    begins = (free.t.diff() >= 1_800_000_000) | (free.actor != free.actor.shift())
    free = free.assign(nth=begins.cumsum()).groupby("nth").agg(d=("d", "first"), n=("t", "size"), c=("channel", "first"))
    visits = pd.concat([given, free])
    visits = visits[(visits.d >= FROM) & (visits.d < TO)]
    r["visits"], r["social_visit_share"], r["bounce_rate"], r["pages_per_visit"] = (
        len(visits),
        (visits.c == "social").mean(),
        (visits.n == 1).mean(),
        visits.n.mean(),
    )
    g = e[e.name.isin(ENGAGED) & e.actor.notna()]
    now = g[(g.d >= FROM) & (g.d < TO)]
    seen = set(now[now.name.isin(VISIT)].actor.unique())
    paid = set(now[now.name == "order_paid"].actor.unique())
    r["visitors"], r["conversion_rate"], r["active_members"] = len(seen), len(seen & paid) / len(seen), now.member.nunique()
    r["interactions_per_active"] = now[now.name.isin(INTERACT) & now.member.notna()].n.sum() / r["active_members"]
    days = g[g.member.notna()][["member", "d"]].drop_duplicates()
    r["stickiness"] = len(days[(days.d >= FROM) & (days.d < TO)]) / (TO - FROM) / days[(days.d >= TO - 30) & (days.d < TO)].member.nunique()
    before = set(days[(days.d >= PREVIOUS) & (days.d < FROM)].member)
    here = set(days[(days.d >= FROM) & (days.d < TO)].member)
    r["churn_rate"] = len(before - here) / len(before)
    j = e[e.name == "member_joined"].sort_values("t").drop_duplicates("member_id")[["member_id", "d", "referrer_id"]]
    new = j[(j.d >= FROM) & (j.d < TO)]
    r["new_members"], r["referred_members"], r["referred_share"] = len(new), new.referrer_id.notna().sum(), new.referrer_id.notna().mean()
    for n in (1, 7, 30):
        due = new[new.d + n <= horizon].assign(then=lambda x, n=n: x.d + n)
        r[f"retention_d{n}"] = len(due.merge(days, left_on=["member_id", "then"], right_on=["member", "d"])) / len(due)
    due = new[new.d + 14 <= horizon]
    invited = due.merge(j, left_on="member_id", right_on="referrer_id")
    r["k_factor"] = ((invited.d_y >= invited.d_x) & (invited.d_y <= invited.d_x + 14)).sum() / len(due)
    p = e[e.name == "order_paid"]
    pw = p[(p.d >= FROM) & (p.d < TO)]
    rw = w[w.name == "order_refunded"]
    orders = pw.groupby("order_id").agg(buyer=("member", "max"), fen=("amount_fen", "sum"))
    buyers = orders[orders.buyer.notna()].groupby("buyer").fen.agg(["size", "sum"])
    r["orders"], r["aov"], r["units"], r["gmv"], r["refunds"] = (
        len(orders),
        orders.fen.mean(),
        pw.n.sum(),
        pw.amount_fen.sum(),
        rw.amount_fen.sum(),
    )
    r["net_sales"], r["refund_amount_rate"] = r["gmv"] - r["refunds"], r["refunds"] / r["gmv"]
    r["buyers"], r["spend_per_buyer"], r["repeat_buyer_rate"] = len(buyers), buyers["sum"].mean(), (buyers["size"] >= 2).mean()
    first = p.groupby("member").d.min()
    r["new_buyers"] = ((first >= FROM) & (first < TO)).sum()
    earlier = set(p[(p.d >= PREVIOUS) & (p.d < FROM)].member.dropna())
    r["repurchase_rate"] = len(earlier & set(buyers.index)) / len(earlier)
    r["refund_rate"] = orders.index.isin(e[(e.name == "order_refunded") & (e.d >= FROM)].order_id).mean()
    lines = pd.concat([pw.assign(sign=1), rw.assign(sign=-1)]).merge(costs, on="product_id", how="left")
    lines = lines[lines.unit_cost_fen.notna()]
    r["cogs"] = (lines.sign * lines.n * lines.unit_cost_fen).sum()
    covered = (lines.sign * lines.amount_fen).sum()
    r["gross_profit"], r["gross_margin"] = covered - r["cogs"], (covered - r["cogs"]) / covered
    r["campaign_sales"], r["partner_sales"] = pw[pw.campaign_id.notna()].amount_fen.sum(), pw[pw.partner_id.notna()].amount_fen.sum()
    c = w[w.name == "cost_booked"].groupby("kind", observed=True).amount_fen.sum()
    r["marketing_cost"], r["media_cost"], r["shipping_cost"] = (
        c.drop(["cogs", "shipping"], errors="ignore").sum(),
        c["media"],
        c["shipping"],
    )
    s = w[(w.name == STEPS[0]) & w.actor.notna()].groupby("actor").agg(t0=("t", "min"), d0=("d", "min"))
    s = s[s.d0 + 7 <= horizon].assign(t=lambda x: x.t0)
    reached = [len(s)]
    for step in STEPS[1:]:
        m = e[(e.name == step) & (e.d >= FROM) & (e.d < TO + 8)][["actor", "t"]].merge(
            s, left_on="actor", right_index=True, suffixes=("", "_last")
        )
        m = m[(m.t >= m.t_last) & (m.t <= m.t0 + 604_800_000_000)]
        s = m.groupby("actor").agg(t0=("t0", "first"), t=("t", "min"))
        reached.append(len(s))
    r.update({name: reached[i + 1] / reached[i] for i, name in enumerate(FUNNEL)})
    r["funnel_total"] = reached[5] / reached[0]
    i = (
        w[w.subject_id.notna() & ((w.name == "content_commented") | ((w.name == "message_posted") & w.kind.notna()))]
        .groupby("subject_id")
        .agg(t=("t", "min"), d=("d", "min"))
    )
    a = e[e.name == "message_replied"][["subject_id", "t"]].merge(i, left_on="subject_id", right_index=True, suffixes=("", "_in"))
    answered = a[a.t >= a.t_in].groupby("subject_id").t.min()
    seconds = (answered.reindex(i.index) - i.t) / 1e6
    r["reply_rate"], r["first_reply_seconds"], r["replied_within_30s"] = (
        (seconds[i.d + 1 <= horizon] <= 86400).mean(),
        seconds.median(),
        (seconds <= 30).mean(),
    )
    q = w[w.name == "survey_answered"]
    score = q[q.kind == "nps"].value
    r["csat"], r["nps"] = (q[q.kind == "csat"].value >= 4).mean(), (score >= 9).mean() - (score <= 6).mean()
    # The value of an observation, as the other two say it, not one between two.
    r["page_load_p75"] = np.quantile(w[(w.name == "page_timed") & (w.kind == "lcp")].value, 0.75, method="inverted_cdf")
    r["campaign_participants"] = w[w.name.isin(PARTICIPATE)].actor.nunique()
    return {k: float(x) for k, x in r.items()}


CONTENDERS = {"hand": by_hand, "pandas": with_pandas, "ours": ours, "whole": whole}


ROUNDS = 3
EVENTS = 10_000_000
# Under the repository's root and not versioned.
HOME = Path(__file__).resolve().parents[1] / ".bench" / "w10m"


def run(path: Path, contender: str, names: list[str]) -> dict[str, Any]:
    """One contender in a process of its own: its values, wall and processor seconds, peak MB."""
    command = [sys.executable, "-m", "benchmarks.catalogue", str(path), contender, json.dumps(names)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def made() -> Path:
    """The workspace of 10M events under `.bench/`, generated and maintained once unless it is there."""
    if not (HOME / "workspace.toml").exists():
        # Made aside and moved, so that one cut short is never taken for a whole one.
        aside = HOME.with_name("w10m.making")
        shutil.rmtree(aside, ignore_errors=True)
        aside.parent.mkdir(exist_ok=True)
        print(f"generating {EVENTS:,} events in {HOME}", flush=True)
        started = time.process_time()
        generate(aside, EVENTS)
        generated = time.process_time()
        # As a shop's history is between its imports: compacted, projections built.
        maintain(workspace.load(aside), now_us=time.time_ns() // 1000)
        print(f"generated in {generated - started:.0f}, maintained in {time.process_time() - generated:.0f} processor seconds", flush=True)
        aside.rename(HOME)
    return HOME


def middle(rounds: list[dict[str, Any]]) -> dict[str, Any]:
    """The round whose processor seconds are the median."""
    at = median(r["cpu"] for r in rounds)
    return min(rounds, key=lambda r: abs(r["cpu"] - at))


def main(path: Path | None = None) -> None:
    """Run all contenders, print their figures and ratios, and every answer that differs. Ends with an error if one does."""
    path = path or made()
    rounds: dict[str, list[dict[str, Any]]] = {contender: [] for contender in CONTENDERS}
    names: list[str] = []
    for _ in range(ROUNDS):
        for contender in ("pandas", "hand", "ours", "whole"):
            rounds[contender].append(run(path, contender, names))
            names = names or list(rounds["pandas"][0]["values"])
    results = {contender: middle(done) for contender, done in rounds.items()}
    print(f"{len(names)} metrics by all three, {len(results['whole']['values'])} in the whole catalogue")
    for contender in ("pandas", "hand", "ours", "whole"):
        said = results[contender]
        print(f"{contender:7} wall {said['wall']:7.1f} s   processor {said['cpu']:7.1f} s   peak {said['peak_mb']:7.0f} MB")
    mine = results["ours"]
    for other in ("pandas", "hand"):
        theirs = results[other]
        wall, cpu, memory = theirs["wall"] / mine["wall"], theirs["cpu"] / mine["cpu"], mine["peak_mb"] / theirs["peak_mb"]
        print(f"ours against {other}: {wall:.2f} x faster by wall, {cpu:.2f} x by processor; memory {memory:.2f} x")
    differing = 0
    for name in names:
        value = mine["values"][name]
        for other in ("pandas", "hand"):
            theirs = results[other]["values"].get(name)
            # Money is told in whole fen.
            tolerance = max(0.51 if name in ("aov", "spend_per_buyer") else 0.0, 1e-4 * abs(value or 0))
            if theirs is not None and (value is None or abs(theirs - value) > tolerance):
                differing += 1
                print(f"differs: {name}: ours {value}, {other} {theirs}")
    if differing:
        raise SystemExit(f"{differing} answers differ")


def work(path: Path, contender: str) -> None:
    """One contender's run, told as a line of JSON."""
    importlib.import_module("pandas")  # for all: Arrow looks for it at the first array

    wall, cpu = time.perf_counter(), time.process_time()
    values = CONTENDERS[contender](path)
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"values": values, "wall": wall, "cpu": cpu, "peak_mb": peak}))


if __name__ == "__main__":
    if len(sys.argv) <= 2:
        main(Path(sys.argv[1]) if len(sys.argv) == 2 else None)
    else:
        work(Path(sys.argv[1]), sys.argv[2])
