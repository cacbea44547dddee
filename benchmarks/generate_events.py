"""A workspace of generated events: seeded, Zipf products, Pareto activity, ten channels, every event name the catalogue reads.

python benchmarks/generate_events.py DIR --events 10000000
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND, midnight_us, parse_day
from lianyi.stream import workspace
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT

FIRST_DAY = parse_day("2024-01-01")
DAYS = 120
PLATFORMS = ["wechat", "douyin", "xiaohongshu", "taobao", "site"]
CHANNELS = ["social", "search", "direct", "paid", "live", "referral", "email", "feed", "qr", "partner"]
SENTIMENTS = ["positive", "neutral", "negative"]
COSTS = ["media", "kol_fee", "commission", "coupon_subsidy", "prize", "points", "content", "labour", "tool", "shipping"]
TIERS = ["bronze", "silver", "gold"]
# What a visit is made of, stage by stage; people drop out between stages.
STAGES = ["page_viewed", "content_viewed", "product_viewed", "cart_added", "checkout_started", "order_placed", "order_paid"]
GOES_ON = [1.0, 0.8, 0.6, 0.3, 0.6, 0.8, 0.9]
ROWS_A_CHUNK = 1_000_000


class Table:
    """Columns of facts under construction: names as codes, identifiers as numbers with a prefix, everything else null."""

    def __init__(self, rows: int, rng: np.random.Generator) -> None:
        self.rows = rows
        self.columns: dict[str, pa.Array] = {
            "event_id": pa.Array.from_buffers(pa.binary(16), rows, [None, pa.py_buffer(rng.bytes(16 * rows))]).cast(pa.binary())
        }
        self.columns["version"] = pa.array(np.ones(rows, dtype=np.int32))

    def words(self, column: str, codes: np.ndarray, words: list[str], mask: np.ndarray | None = None) -> None:
        indices = pa.array(codes.astype(np.int32), mask=mask)
        self.columns[column] = pa.DictionaryArray.from_arrays(indices, words).cast(pa.string())

    def ids(self, column: str, prefix: str, numbers: np.ndarray, mask: np.ndarray | None = None) -> None:
        distinct, codes = np.unique(numbers, return_inverse=True)
        self.words(column, codes, [f"{prefix}{n}" for n in distinct.tolist()], mask)

    def numbers(self, column: str, values: np.ndarray, mask: np.ndarray | None = None) -> None:
        self.columns[column] = pa.array(values, FACT.field(column).type, mask=mask)

    def batch(self) -> pa.RecordBatch:
        columns = [self.columns.get(f.name, None) for f in FACT]
        return pa.RecordBatch.from_arrays(
            [c if c is not None else pa.nulls(self.rows, f.type) for c, f in zip(columns, FACT, strict=True)], schema=FACT
        )


def zipf(rng: np.random.Generator, n: int, size: int) -> np.ndarray:
    """Ranks 0..n-1, the popular ones most often."""
    return np.minimum((n ** rng.random(size)).astype(np.int64) - 1, n - 1)


def visits(rng: np.random.Generator, rows: int, members: int, start_us: int, first: int) -> pa.RecordBatch:
    """Browsing and buying: visits that go through the stages, some of whose people are known by device only."""
    n = rows // 3
    reached = np.ones(n, dtype=np.int64)
    alive = np.ones(n, dtype=bool)
    for share in GOES_ON[1:]:
        alive &= rng.random(n) < share
        reached += alive
    repeats = 1 + rng.geometric(0.6, n)
    lengths = np.minimum(reached + repeats - 1, 30)
    visit = np.repeat(np.arange(n), lengths)[:rows]
    step = (
        np.concatenate([np.arange(k) for k in lengths])[:rows]
        if n < 1000
        else (np.arange(len(visit)) - np.concatenate([[0], np.cumsum(lengths)[:-1]])[visit])
    )
    rows = len(visit)
    stage = np.maximum(0, step - (repeats[visit] - 1))
    t0 = start_us + (rng.random(n) * DAYS * US_PER_DAY).astype(np.int64)
    member = np.minimum((rng.pareto(1.2, n) * members / 50).astype(np.int64), members - 1)
    table = Table(rows, rng)
    table.words("name", stage, STAGES)
    table.numbers("t", t0[visit] + step * 40 * US_PER_SECOND + rng.integers(0, 20 * US_PER_SECOND, rows))
    unknown = (rng.random(n) < 0.3)[visit]
    table.ids("member_id", "m", member[visit], unknown)
    table.ids("device_id", "d", (member * 2 + (rng.random(n) < 0.3))[visit])
    table.ids("session_id", "s", (first + visit), (rng.random(n) < 0.05)[visit])
    table.words("platform", rng.integers(0, len(PLATFORMS), n)[visit], PLATFORMS)
    table.words("channel", zipf(rng, len(CHANNELS), n)[visit], CHANNELS)
    product = zipf(rng, 5000, rows)
    table.ids("product_id", "p", product, stage < 2)
    content = zipf(rng, 3000, rows)
    table.ids("content_id", "c", content, stage != 1)
    table.ids("referrer_id", "m", zipf(rng, members, rows), (stage != 1) | (rng.random(rows) > 0.1))
    table.ids("campaign_id", "k", rng.integers(0, 40, n)[visit], (rng.random(n) < 0.8)[visit])
    table.ids("partner_id", "a", rng.integers(0, 200, n)[visit], (rng.random(n) < 0.9)[visit])
    table.ids("order_id", "o", first + visit, stage < 5)
    quantity = 1 + rng.geometric(0.7, rows)
    table.numbers("quantity", np.where(stage >= 5, quantity, 1), stage < 5)
    table.numbers("amount_fen", quantity * (2000 + (product * 37) % 20000), stage < 5)
    return table.batch()


def people(rng: np.random.Generator, rows: int, members: int, start_us: int, first: int) -> pa.RecordBatch:
    """What people do around contents and groups, the team's answers, refunds, campaigns, care, surveys, vitals."""
    names = [
        "content_exposed",
        "content_liked",
        "content_commented",
        "content_shared",
        "content_collected",
        "content_clicked",
        "message_posted",
        "message_replied",
        "poll_voted",
    ]
    names += [
        "checked_in",
        "review_posted",
        "ugc_posted",
        "order_refunded",
        "page_timed",
        "group_joined",
        "team_opened",
        "team_completed",
        "bargain_started",
        "bargain_bought",
    ]
    names += [
        "coupon_issued",
        "coupon_redeemed",
        "complaint_opened",
        "complaint_resolved",
        "survey_answered",
        "mention_seen",
        "live_entered",
        "campaign_joined",
    ]
    weights = np.array([30, 14, 6, 4, 4, 5, 8, 5, 2, 4, 2, 1, 1, 5, 2, 0.5, 0.4, 0.5, 0.2, 1.5, 0.5, 0.2, 0.15, 0.5, 1, 2, 1.5])
    name = rng.choice(len(names), rows, p=weights / weights.sum())

    def named(*which: str) -> np.ndarray:
        return np.isin(name, [names.index(w) for w in which])

    table = Table(rows, rng)
    table.words("name", name, names)
    subject = first + rng.integers(0, max(1, rows // 20), rows)
    late = np.where(
        named("message_replied", "team_completed", "bargain_bought", "coupon_redeemed", "complaint_resolved"),
        rng.exponential(3 * 3600e6, rows),
        0,
    )
    base = start_us + ((subject * 2654435761) % (DAYS * US_PER_DAY))
    has_subject = named(
        "content_commented",
        "message_posted",
        "message_replied",
        "team_opened",
        "team_completed",
        "bargain_started",
        "bargain_bought",
        "coupon_issued",
    )
    has_subject |= named("coupon_redeemed", "complaint_opened", "complaint_resolved", "survey_answered")
    t = np.where(has_subject, base + late.astype(np.int64), start_us + (rng.random(rows) * DAYS * US_PER_DAY).astype(np.int64))
    table.numbers("t", np.minimum(t, start_us + DAYS * US_PER_DAY - 1))
    member = np.minimum((rng.pareto(1.2, rows) * members / 50).astype(np.int64), members - 1)
    table.ids("member_id", "m", member, named("message_replied", "mention_seen") | (rng.random(rows) < 0.1))
    table.ids("device_id", "d", member * 2, named("message_replied", "mention_seen", "order_refunded"))
    table.words("platform", rng.integers(0, len(PLATFORMS), rows), PLATFORMS)
    table.words("channel", zipf(rng, len(CHANNELS), rows), CHANNELS)
    table.ids("content_id", "c", zipf(rng, 3000, rows), ~named(*(n for n in names if n.startswith("content_"))))
    table.ids("campaign_id", "k", rng.integers(0, 40, rows), ~named("campaign_joined", "team_opened", "bargain_started"))
    table.ids("group_id", "g", member % 500, ~named("message_posted", "poll_voted", "checked_in", "group_joined"))
    table.ids("subject_id", "x", subject, ~has_subject)
    table.ids("order_id", "o", rng.integers(0, max(1, first + rows // 3), rows), ~named("order_refunded"))
    table.ids("product_id", "p", zipf(rng, 5000, rows), ~named("order_refunded"))
    kinds = [*SENTIMENTS, "lcp", "csat", "nps", "awareness_unaided", "awareness_aided"]
    kind = np.where(named("page_timed"), 3, np.where(named("survey_answered"), 4 + rng.integers(0, 4, rows), rng.integers(0, 3, rows)))
    table.words(
        "kind", kind, kinds, ~named("page_timed", "survey_answered", "mention_seen", "message_posted", "content_commented", "review_posted")
    )
    value = np.where(
        kind == 3,
        rng.gamma(3.0, 700.0, rows),
        np.where(kind == 5, rng.integers(0, 11, rows), np.where(kind >= 6, rng.integers(0, 2, rows), rng.integers(1, 6, rows))),
    )
    table.numbers("value", value.astype(np.float64), ~named("page_timed", "survey_answered", "review_posted"))
    table.numbers("quantity", rng.integers(2, 6, rows), ~named("team_completed", "order_refunded"))
    table.numbers("amount_fen", rng.integers(1000, 30000, rows), ~named("order_refunded"))
    return table.batch()


def seldom(rng: np.random.Generator, members: int, start_us: int) -> pa.RecordBatch:
    """Joinings, postings, costs, stock."""
    counts = {"member_joined": members, "content_published": 3000, "cost_booked": 1200, "stock_allotted": 40}
    code = np.repeat(np.arange(len(counts)), list(counts.values()))
    number = np.concatenate([np.arange(n) for n in counts.values()])
    rows = len(code)
    table = Table(rows, rng)
    table.words("name", code, list(counts))
    table.numbers("t", start_us + (rng.random(rows) * DAYS * US_PER_DAY).astype(np.int64))
    table.ids("member_id", "m", number, code != 0)
    table.ids("referrer_id", "m", (number * rng.random(rows)).astype(np.int64), (code != 0) | (number < 10) | (rng.random(rows) < 0.6))
    table.words("platform", rng.integers(0, len(PLATFORMS), rows), PLATFORMS)
    table.words("channel", zipf(rng, len(CHANNELS), rows), CHANNELS)
    table.ids("content_id", "c", number, code != 1)
    table.ids("partner_id", "a", rng.integers(0, 200, rows), (code != 2) | (rng.random(rows) < 0.6))
    table.ids("campaign_id", "k", number % 40, (code != 3) & ((code != 2) | (rng.random(rows) < 0.5)))
    table.words("kind", rng.integers(0, len(COSTS), rows), COSTS, code != 2)
    table.words("subject_id", np.zeros(rows), ["acquisition"], (code != 2) | (rng.random(rows) < 0.5))
    table.numbers("quantity", np.full(rows, 500), code != 3)
    table.numbers("amount_fen", rng.integers(100_00, 5000_00, rows), code != 2)
    return table.batch()


def reference(rng: np.random.Generator, members: int) -> dict[str, pa.Table]:
    """Members, products, contents, accounts, groups, surveys, estimates, keywords, competitors."""
    accounts = [(a, d) for a in range(5) for d in range(0, DAYS, 7)]
    published = FIRST_DAY + rng.integers(0, DAYS, 3000)
    return {
        "members": pa.table(
            {
                "member_id": [f"m{i}" for i in range(members)],
                "tier": [TIERS[i % 3] for i in range(members)],
                "region": [f"r{i % 31}" for i in range(members)],
            }
        ),
        "products": pa.table(
            {
                "product_id": [f"p{i}" for i in range(5000)],
                "category": [f"cat{i % 20}" for i in range(5000)],
                "unit_cost_fen": pa.array((900 + (np.arange(5000) * 37) % 9000).astype(np.int64)),
            }
        ),
        "contents": pa.table(
            {
                "content_id": [f"c{i}" for i in range(3000)],
                "format": [["picture", "video", "text"][i % 3] for i in range(3000)],
                "topic": [f"topic{i % 12}" for i in range(3000)],
                "is_ugc": [i % 5 == 0 for i in range(3000)],
                "is_hard_ad": [i % 7 == 0 for i in range(3000)],
                "originality": [0.5 + (i % 50) / 100 for i in range(3000)],
                "planned_t": pa.array([midnight_us(int(d), ZONE) + 36000 * US_PER_SECOND for d in published], pa.int64()),
                "published_t": pa.array(
                    [midnight_us(int(d), ZONE) + (36000 + 600 * (i % 8)) * US_PER_SECOND for i, d in enumerate(published)], pa.int64()
                ),
                "published_d": pa.array(published, pa.int32()),
            }
        ),
        "accounts": pa.table(
            {
                "account_id": [f"acc{a}" for a, _ in accounts],
                "platform": [PLATFORMS[a] for a, _ in accounts],
                "d": pa.array([FIRST_DAY + d for _, d in accounts], pa.int32()),
                "followers": pa.array([10_000 * (a + 1) + 90 * d for a, d in accounts], pa.int64()),
            }
        ),
        "estimates": pa.table(
            {
                "name": ["market_size"],
                "from_d": pa.array([FIRST_DAY], pa.int32()),
                "to_d": pa.array([FIRST_DAY + DAYS], pa.int32()),
                "value": [1e12],
                "source": ["generated"],
            }
        ),
        "surveys": pa.table(
            {
                "survey_id": [f"x{i}" for i in range(50)],
                "sent": pa.array([1000] * 50, pa.int64()),
                "d": pa.array([FIRST_DAY + 60] * 50, pa.int32()),
            }
        ),
        "keywords": pa.table(
            {
                "keyword": ["cream", "mask"],
                "platform": ["xiaohongshu"] * 2,
                "d": pa.array([FIRST_DAY + 60] * 2, pa.int32()),
                "rank": pa.array([3, 8], pa.int64()),
                "search_volume": pa.array([1000, 400], pa.int64()),
            }
        ),
        "competitors": pa.table(
            {
                "competitor": ["rival"],
                "platform": ["weibo"],
                "metric": ["mentions"],
                "d": pa.array([FIRST_DAY + 60], pa.int32()),
                "value": [12_000.0],
            }
        ),
    }


ZONE = workspace.Workspace(path=Path()).zone


def batches(events: int, seed: int) -> Iterator[pa.RecordBatch]:
    """About as many events as asked for, in batches; the same seed gives the same events."""
    rng = np.random.default_rng(seed)
    members = max(100, events // 50)
    start = midnight_us(FIRST_DAY, ZONE)
    yield seldom(rng, members, start)
    made = members + 4240
    first = 0
    while made < events:
        rows = min(ROWS_A_CHUNK, events - made)
        for maker, share in ((visits, 0.55), (people, 0.45)):
            batch = maker(rng, max(10, int(rows * share)), members, start, first)
            yield batch
            made += len(batch)
        first += rows


def generate(path: Path, events: int, *, seed: int = 7) -> None:
    """Write a workspace of about `events` events at a path."""
    log = EventLog(workspace.create(path, zone_name=ZONE.key, currency="CNY"))
    tables = reference(np.random.default_rng(seed), max(100, events // 50))
    log.append(pa.RecordBatchReader.from_batches(FACT, batches(events, seed)), tables=tables, source="generated")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("path", type=Path)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    started = time.perf_counter()
    generate(given.path, given.events, seed=given.seed)
    print(f"about {given.events:,} events in {time.perf_counter() - started:.1f} s: {given.path}")
