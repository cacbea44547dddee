"""A made world in which everything that is measured occurs: every contract, every reference table, devices, ties and gaps."""

import numpy as np
import pyarrow as pa

from lianyi.kernel.clock import US_PER_DAY
from lianyi.stream.contracts import contracts, reference_tables
from lianyi.stream.record import FACT
from tests.stream.made import START_US

FIRST_DAY = 19723  # 2024-01-01
DAYS = 120
KINDS = {
    "page_timed": ["lcp", "inp", "cls"],
    "survey_answered": ["csat", "nps", "awareness_unaided", "awareness_aided"],
    "cost_booked": ["media", "kol_fee", "commission", "coupon_subsidy", "prize", "shipping", "cogs", "labour"],
    "message_posted": ["inbound", "negative", "positive"],
    "content_commented": ["positive", "negative", "neutral"],
    "review_posted": ["positive", "negative", "neutral"],
    "mention_seen": ["positive", "negative", "neutral"],
}
# Names that occur more often than the rest, as they do in life.
OFTEN = {
    "page_viewed": 9,
    "product_viewed": 7,
    "content_viewed": 9,
    "content_exposed": 9,
    "order_paid": 8,
    "cart_added": 4,
    "content_liked": 4,
}
SUBJECTS = {
    **dict.fromkeys(("message_posted", "message_replied", "content_commented"), "msg"),
    **dict.fromkeys(("complaint_opened", "complaint_resolved"), "cmp"),
    **dict.fromkeys(("team_opened", "team_joined", "team_completed", "team_failed"), "team"),
    **dict.fromkeys(("bargain_started", "bargain_helped", "bargain_bought"), "bargain"),
    **dict.fromkeys(("coupon_issued", "coupon_redeemed"), "coupon"),
    "survey_answered": "survey",
    "cost_booked": "acquisition",
}


def made_world(rows: int, *, seed: int = 5, members: int = 400) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Facts and reference tables. Shares of names are rough; what matters is that no metric is without its data."""
    rng = np.random.default_rng(seed)
    names = sorted(contracts())
    weight = np.array([OFTEN.get(n, 1) for n in names], float)
    name = rng.choice(names, rows, p=weight / weight.sum())
    # Half minutes: instants tie often, and answers within 30 seconds and within hours both occur.
    t = START_US + np.minimum(rng.integers(0, DAYS * 2880, rows) * 30_000_000, DAYS * US_PER_DAY - 1)
    who = np.minimum(rng.zipf(1.4, rows), members)
    needs = {n: set(contracts()[n].needs) for n in names}
    need = {field: np.array([field in needs[n] for n in name]) for field in FACT.names}
    need["partner_id"] = need["partner_id"] | (name == "cost_booked")  # fees and commissions are somebody's

    def text(prefix: str, count: int, share: float, field: str) -> pa.Array:
        number = rng.integers(0, count, rows)
        keep = (rng.random(rows) < share) | need[field]
        return pa.array([f"{prefix}{x}" if k else None for x, k in zip(number, keep, strict=True)], pa.string())

    def pick(values: list[str], share: float) -> pa.Array:
        return pa.array(
            [values[i] if k else None for i, k in zip(rng.integers(0, len(values), rows), rng.random(rows) < share, strict=True)],
            pa.string(),
        )

    costs = np.isin(name, ["cost_booked", "mention_seen", "stock_allotted", "stock_adjusted", "content_published"])
    known = ((rng.random(rows) < 0.75) | need["member_id"]) & ~costs
    subject = rng.integers(0, max(rows // 120, 2), rows)
    value = np.where(
        name == "page_timed",
        rng.integers(80, 6000, rows),
        np.where(name == "survey_answered", rng.integers(0, 11, rows), rng.integers(1, 6, rows)),
    )
    facts = {
        "event_id": pa.array([rng.bytes(16) for _ in range(rows)], pa.binary()),
        "name": pa.array(name.tolist(), pa.string()),
        "version": pa.array(np.ones(rows, "int32")),
        "t": pa.array(t),
        "received_t": pa.array(t),
        "member_id": pa.array([f"m{w}" if k else None for w, k in zip(who, known, strict=True)], pa.string()),
        "device_id": pa.array(
            [
                f"d{w * 2 + x}" if k else None
                for w, x, k in zip(who, rng.integers(0, 2, rows), ((rng.random(rows) < 0.5) | need["device_id"]) & ~costs, strict=True)
            ],
            pa.string(),
        ),
        "session_id": text("s", max(rows // 5, 1), 0.3, "session_id"),
        "platform": pick(["douyin", "weixin", "xiaohongshu"], 0.9),
        "channel": pick(["social", "search", "direct", "paid", "live"], 0.85),
        "content_id": text("c", 60, 0.1, "content_id"),
        "product_id": text("p", 30, 0.5, "product_id"),
        "campaign_id": text("k", 5, 0.15, "campaign_id"),
        "group_id": text("g", 8, 0.2, "group_id"),
        "partner_id": text("a", 6, 0.12, "partner_id"),
        "referrer_id": pa.array(
            [
                f"m{r}" if k and r != w else None
                for r, w, k in zip(
                    rng.integers(1, members, rows),
                    who,
                    np.isin(name, ["member_joined", "content_viewed"]) & (rng.random(rows) < 0.5),
                    strict=True,
                )
            ],
            pa.string(),
        ),
        "order_id": text("o", max(rows // 12, 1), 0, "order_id"),
        "subject_id": pa.array(
            [
                ("acquisition" if s % 2 else None)
                if n == "cost_booked"
                else f"{SUBJECTS[n]}{s % 7 if n == 'survey_answered' else s}"
                if n in SUBJECTS
                else None
                for n, s in zip(name, subject, strict=True)
            ],
            pa.string(),
        ),
        "kind": pa.array(
            [KINDS[n][i % len(KINDS[n])] if n in KINDS else None for n, i in zip(name, rng.integers(0, 24, rows), strict=True)], pa.string()
        ),
        "quantity": pa.array(rng.integers(1, 5, rows), mask=(rng.random(rows) < 0.6) & ~need["quantity"]),
        "amount_fen": pa.array(rng.integers(100, 90_000, rows), mask=~need["amount_fen"]),
        "value": pa.array(value.astype(float), mask=rng.random(rows) < 0.1),
        "body": pa.nulls(rows, pa.string()),
    }
    return pa.table(facts, schema=FACT), _tables(rng, members)


def _tables(rng: np.random.Generator, members: int) -> dict[str, pa.Table]:
    def rows(name: str, made: list[dict[str, object]]) -> pa.Table:
        return pa.Table.from_pylist(made, schema=reference_tables()[name].schema)

    def day() -> int:
        return FIRST_DAY + int(rng.integers(-40, DAYS))

    def instant(d: int) -> int:
        return START_US + (d - FIRST_DAY) * US_PER_DAY + int(rng.integers(0, 86_400)) * 1_000_000

    def member(i: int) -> dict[str, object]:
        joined = day()
        return {
            "member_id": f"m{i}", "joined_d": joined, "joined_t": instant(joined), "left_d": joined + 50 if i % 9 == 0 else None,
            # Whoever refers came before: no circles.
            "referrer_id": f"m{int(rng.integers(1, i))}" if i > 3 and i % 3 else None,
            "platform": "weixin", "channel": ["social", "paid", None][i % 3], "tier": ["gold", "silver", None][i % 3],
        }  # fmt: skip

    def content(i: int) -> dict[str, object]:
        planned = day()
        at = instant(planned)
        return {
            "content_id": f"c{i}", "title": f"t{i}", "format": ["video", "note", None][i % 3], "topic": ["skin", "sun", None][i % 3],
            "platform": "douyin", "campaign_id": f"k{i % 5}", "partner_id": f"a{i % 6}", "author_id": f"m{i}" if i % 4 == 0 else None,
            "is_ugc": i % 4 == 0, "is_hard_ad": i % 5 == 0, "is_promoted": i % 6 == 0, "originality": (i % 11) / 10,
            "planned_t": at, "published_t": at + (i % 5) * 600_000_000, "published_d": planned,
        }  # fmt: skip

    every_ten = range(FIRST_DAY - 10, FIRST_DAY + DAYS, 10)
    return {
        "members": rows("members", [member(i) for i in range(1, members)]),
        "products": rows("products", [{"product_id": f"p{i}", "category": ["cream", "serum", None][i % 3], "price_fen": 9900 + i, "unit_cost_fen": 900 + i} for i in range(28)]),
        "contents": rows("contents", [content(i) for i in range(60)]),
        "accounts": rows("accounts", [{"account_id": f"u{a}", "platform": "douyin", "d": d, "followers": 1000 * a + d, "posts": 3} for a in (1, 2) for d in every_ten]),
        "partners": rows("partners", [{"partner_id": f"a{i}", "level": "koc", "commission_share": 0.1 + i / 50, "slot_fee_fen": 5000 * i} for i in range(6)]),
        "campaigns": rows("campaigns", [{"campaign_id": f"k{i}", "mechanic": "group_buy", "starts_d": FIRST_DAY + 20 * i, "ends_d": FIRST_DAY + 20 * i + 15, "allotted_units": 300} for i in range(5)]),
        "groups": rows("groups", [{"group_id": f"g{i}", "platform": "weixin", "opened_d": FIRST_DAY - 5} for i in range(8)]),
        "competitors": rows("competitors", [{"competitor": c, "platform": "douyin", "metric": m, "d": d, "value": 40.0} for c in ("甲", "乙") for m in ("mentions", "followers") for d in every_ten]),
        "keywords": rows("keywords", [{"keyword": k, "platform": "douyin", "d": d, "rank": d % 9 + 1, "search_volume": d % 97} for k in ("面霜", "防晒") for d in every_ten]),
        "surveys": rows("surveys", [{"survey_id": f"survey{i}", "kind": "csat", "sent": 500, "d": FIRST_DAY + 10 * i} for i in range(7)]),
        "estimates": rows("estimates", [{"name": "market_size", "from_d": FIRST_DAY, "to_d": FIRST_DAY + DAYS, "value": 5e9, "source": "made"}]),
    }  # fmt: skip
