"""A made community shop with a known truth: nothing happens in it but what a test plants.

People come, look, buy, talk and are answered; posts are published, shown and read; nothing changes from one window to the next unless
a trouble is planted from a day on. Members differ in how often they come and buy; days differ by weekday and by chance.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.measure import session
from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND, business_day, midnight_us, parse_day, parse_zone
from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines import views
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.record import FACT, STORED
from lianyi.stream.snapshot import DataFile, Snapshot

ZONE = parse_zone("Asia/Shanghai")
FIRST_DAY = parse_day("2024-03-01")
PLATFORMS = ("wechat", "ios", "android")
CHANNELS = ("social", "search", "direct", "group")
HOUR_US = 3600 * US_PER_SECOND
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trouble:
    """What is planted: kind, from which day of the world on, how strong (a factor), and on which platform."""

    kind: str
    from_day: int
    factor: float = 0.5
    platform: str = "ios"


@dataclass
class Facts:
    """Facts under construction, column by column."""

    rows: list[dict[str, pa.Array]] = field(default_factory=list)

    def add(self, name: str, t: Ints, **columns: object) -> None:
        """Facts of one name; a column is an array, or one value for all."""
        n = len(t)
        if not n:
            return
        made: dict[str, pa.Array] = {"name": pa.array([name] * n), "t": pa.array(t, pa.int64()), "version": pa.array(np.ones(n, np.int32))}
        for key, value in columns.items():
            kind = FACT.field(key).type
            made[key] = (
                value.cast(kind)
                if isinstance(value, pa.Array)
                else pa.array(value if isinstance(value, list | np.ndarray) else [value] * n, kind)
            )
        self.rows.append(made)

    def table(self, rng: np.random.Generator) -> pa.Table:
        parts = []
        for given in self.rows:
            n = len(given["t"])
            made = {"received_t": given["t"], **given}
            parts.append(
                pa.table(
                    [made.get(f.name, pa.nulls(n, f.type)).cast(f.type) for f in FACT if f.name != "event_id"],
                    schema=pa.schema([f for f in FACT if f.name != "event_id"]),
                )
            )
        whole = pa.concat_tables(parts)
        ids = pa.array([bytes(row) for row in rng.integers(0, 256, (len(whole), 16), dtype=np.uint8)], pa.binary())
        return pa.table({f.name: ids if f.name == "event_id" else whole.column(f.name) for f in FACT}, schema=FACT)


def named(prefix: str, numbers: Ints) -> pa.Array:
    distinct, codes = np.unique(numbers, return_inverse=True)
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), [f"{prefix}{n}" for n in distinct.tolist()]).cast(pa.string())


def worded(words: tuple[str, ...], codes: Ints) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.array(codes.astype(np.int32)), list(words)).cast(pa.string())


def world(
    seed: int, *, days: int = 62, members: int = 2000, troubles: tuple[Trouble, ...] = (), visits_a_day: int = 500
) -> tuple[pa.Table, dict[str, pa.Table]]:
    """Facts and reference tables of a world; the same seed gives the same world but for what is planted."""
    rng = np.random.default_rng(seed)
    facts = Facts()
    start = midnight_us(FIRST_DAY, ZONE)

    def factor(kind: str, day: Ints, platform: Ints | None = None) -> npt.NDArray[np.float64]:
        strength = np.ones(len(day))
        for trouble in troubles:
            if trouble.kind == kind:
                hit = day >= trouble.from_day
                if platform is not None and trouble.platform in PLATFORMS:
                    hit &= platform == PLATFORMS.index(trouble.platform)
                strength = np.where(hit, strength * trouble.factor, strength)
        return strength

    # Places in the shop: in half of them somebody leaves on some day and a newcomer takes over, so that there are always as many.
    changes = np.where(rng.random(members) < 0.5, rng.integers(0, days, members), days + 1)
    home = rng.choice(len(PLATFORMS), members, p=[0.5, 0.3, 0.2])
    liveliness = rng.gamma(0.7, 1.0, members) + 0.05
    buys = rng.beta(2, 6, members)
    late = np.flatnonzero(changes < days)
    facts.add(
        "member_joined", start + changes[late] * US_PER_DAY + 8 * HOUR_US, member_id=named("m", members + late), platform=worded(PLATFORMS, home[late]),
        channel=worded(CHANNELS, rng.integers(0, len(CHANNELS), len(late))),
        referrer_id=pa.array([f"m{rng.integers(0, members)}" if rng.random() < 0.3 else None for _ in late], pa.string()),
    )  # fmt: skip

    weekday = 1 + 0.25 * np.isin(np.arange(days) % 7, (1, 2))
    shock = np.exp(rng.normal(0, 0.08, days))
    counts = rng.poisson(visits_a_day * weekday * shock * factor("traffic", np.arange(days)))
    day = np.repeat(np.arange(days), counts)
    place = rng.choice(members, len(day), p=liveliness / liveliness.sum())
    lived = day - changes[place]
    stays = (lived <= 0) | (lived > 9) | (rng.random(len(day)) < factor("newcomers", day))
    day, place, lived = day[stays], place[stays], lived[stays]
    member = np.where(lived >= 0, members + place, place)
    platform = np.where(rng.random(len(day)) < 0.9, home[place], rng.integers(0, len(PLATFORMS), len(day)))
    channel = rng.choice(len(CHANNELS), len(day), p=[0.4, 0.2, 0.25, 0.15])
    t = start + day * US_PER_DAY + rng.integers(8 * HOUR_US, 23 * HOUR_US, len(day))
    visit = np.arange(len(day))
    product = np.minimum((rng.pareto(1.1, len(day)) * 5).astype(np.int64), 39)

    def seen(name: str, mask: npt.NDArray[np.bool_], after_s: int, **more: object) -> None:
        kept = mask & (rng.random(len(mask)) < factor("tracking", day, platform)) if name in ("page_viewed", "product_viewed") else mask
        facts.add(
            name, t[kept] + after_s * US_PER_SECOND, member_id=named("m", member[kept]), session_id=named("s", visit[kept]),
            platform=worded(PLATFORMS, platform[kept]), channel=worded(CHANNELS, channel[kept]),
            **{k: v(kept) if callable(v) else v for k, v in more.items()},
        )  # fmt: skip

    everyone = np.ones(len(day), dtype=bool)
    seen("page_viewed", everyone, 0)
    looked = rng.random(len(day)) < 0.62
    seen("product_viewed", looked, 30, product_id=lambda k: named("p", product[k]))
    timed = rng.random(len(day)) < 0.3
    load = rng.gamma(3.0, 600.0, len(day)) / factor("speed", day, platform)
    seen("page_timed", timed, 5, kind="lcp", value=lambda k: load[k])
    cart = looked & (rng.random(len(day)) < 0.25 + 0.3 * buys[place])
    seen("cart_added", cart, 60, product_id=lambda k: named("p", product[k]))
    checkout = cart & (rng.random(len(day)) < 0.7)
    seen("checkout_started", checkout, 90)
    placed = checkout & (rng.random(len(day)) < 0.85 * factor("checkout", day, platform))
    price = 5_900 + 700 * (product % 17)
    amount = (price * (1 + (rng.random(len(day)) < 0.2)) * factor("price", day, platform)).astype(np.int64)
    order = {
        "order_id": lambda k: named("o", visit[k]),
        "product_id": lambda k: named("p", product[k]),
        "quantity": 1,
        "amount_fen": lambda k: amount[k],
    }
    seen("order_placed", placed, 120, **order)
    paid = placed & (rng.random(len(day)) < 0.94)
    seen("order_paid", paid, 180, **order)
    back = paid & (rng.random(len(day)) < np.minimum(0.9, 0.05 / factor("refunds", day, platform)))
    facts.add(
        "order_refunded", t[back] + rng.integers(1, 7, int(back.sum())) * US_PER_DAY, order_id=named("o", visit[back]), member_id=named("m", member[back]),
        product_id=named("p", product[back]), quantity=1, amount_fen=amount[back],
    )  # fmt: skip

    # Posts, older ones too; each is shown mostly in its first days and read as often as it is good.
    a_day = 5 * factor("freshness", np.arange(-30, days))
    posted = np.repeat(np.arange(-30, days), rng.poisson(a_day))
    posts = len(posted)
    fmt = rng.integers(0, 3, posts)
    where = rng.choice(len(PLATFORMS), posts)
    quality = np.exp(rng.normal(0, 0.3, posts))
    shown_days = np.arange(days)
    age = shown_days[None, :] - posted[:, None]
    pull = np.where(age >= 0, quality[:, None] * np.exp(-0.25 * np.maximum(age, 0)), 0.0)
    exposures = rng.poisson(4_000 * pull / pull.sum(axis=0, keepdims=True) * np.exp(rng.normal(0, 0.08, days))[None, :])
    pairs = np.nonzero(exposures)
    quantity = exposures[pairs]
    post, on = pairs[0], pairs[1]
    reads = rng.binomial(quantity, np.minimum(0.6, 0.25 * quality[post] ** 0.3 * factor("clicks", on)))
    content = {"platform": worded(PLATFORMS, where[post])}
    noon = start + on * US_PER_DAY + 12 * HOUR_US
    facts.add("content_exposed", noon, content_id=named("c", post), quantity=quantity, **content)
    for name, share in (
        ("content_viewed", 1.0),
        ("content_clicked", 0.3),
        ("content_liked", 0.08),
        ("content_shared", 0.03),
        ("content_collected", 0.02),
    ):
        n = (
            reads
            if name == "content_viewed"
            else rng.binomial(reads, share * (factor("engagement", on) if name == "content_liked" else 1.0))
        )
        some = n > 0
        facts.add(
            name, noon[some] + HOUR_US, content_id=named("c", post[some]), quantity=n[some], platform=worded(PLATFORMS, where[post[some]])
        )
    out = posted >= 0
    at_hour = rng.integers(8, 22, posts)
    facts.add(
        "content_published", start + posted[out] * US_PER_DAY + at_hour[out] * HOUR_US, content_id=named("c", np.flatnonzero(out)),
        platform=worded(PLATFORMS, where[out]),
    )  # fmt: skip

    # Words in groups and under posts, answered within a day or not.
    talk = np.repeat(np.arange(days), rng.poisson(60 * factor("talk", np.arange(days))))
    seat = rng.choice(members, len(talk), p=liveliness / liveliness.sum())
    who = np.where(talk >= changes[seat], members + seat, seat)
    asked_t = start + talk * US_PER_DAY + rng.integers(9 * HOUR_US, 22 * HOUR_US, len(talk))
    mood = rng.choice(3, len(talk), p=[0.15, 0.7, 0.15])
    group = rng.integers(0, 12, len(talk))
    subject = named("w", np.arange(len(talk)))
    facts.add(
        "message_posted", asked_t, subject_id=subject, member_id=named("m", who), group_id=named("g", group), platform=worded(PLATFORMS, home[seat]),
        kind=worded(("positive", "neutral", "negative"), mood),
    )  # fmt: skip
    answered = rng.random(len(talk)) < 0.88 * factor("reply", talk)
    wait = np.minimum(rng.exponential(1.2, len(talk)), 23.0)
    facts.add(
        "message_replied", (asked_t + wait * HOUR_US).astype(np.int64)[answered], subject_id=subject.take(pa.array(np.flatnonzero(answered))),
        platform=worded(PLATFORMS, home[seat[answered]]),
    )  # fmt: skip
    people = np.arange(min(members, 600))
    facts.add("group_joined", np.full(len(people), start), member_id=named("m", people), group_id=named("g", people % 12))
    facts.add(
        "cost_booked", start + np.arange(days) * US_PER_DAY, kind="media", amount_fen=60_000, channel="search", subject_id="acquisition"
    )
    return facts.table(rng), tables(rng, members=members, posts=posts, posted=posted, at_hour=at_hour, fmt=fmt, where=where)


def tables(
    rng: np.random.Generator, *, members: int, posts: int, posted: Ints, at_hour: Ints, fmt: Ints, where: Ints
) -> dict[str, pa.Table]:
    """Products and contents; other tables are a test's own."""
    return {
        "products": pa.table(
            {
                "product_id": [f"p{i}" for i in range(40)],
                "title": [f"Cream {i}" for i in range(40)],
                "category": [("face", "body", "hair")[i % 3] for i in range(40)],
                "unit_cost_fen": pa.array([2_400 + 300 * (i % 17) for i in range(40)], pa.int64()),
            }
        ),
        "contents": pa.table(
            {
                "content_id": [f"c{i}" for i in range(posts)],
                "format": [("video", "picture", "text")[k] for k in fmt],
                "platform": [PLATFORMS[k] for k in where],
                "published_d": pa.array([FIRST_DAY + int(d) for d in posted], pa.int32()),
                "published_t": pa.array(
                    [midnight_us(FIRST_DAY + int(d), ZONE) + int(h) * HOUR_US for d, h in zip(posted, at_hour, strict=True)], pa.int64()
                ),
                "is_hard_ad": [bool(x) for x in rng.random(posts) < 0.1],
                "originality": rng.beta(8, 2, posts),
            }
        ),
    }


def without(given: Mapping[str, pa.Table], *names: str) -> dict[str, pa.Table]:
    return {name: table for name, table in given.items() if name not in names}


class Held(DuckDBEngine):
    """An engine on a made world in memory."""

    def __init__(self, facts: pa.Table, given: Mapping[str, pa.Table]) -> None:
        super().__init__(Snapshot(version=0, files=()), threads=1)
        days = pa.array([business_day(t, ZONE) for t in facts.column("t").to_pylist()], pa.int32())
        stored = facts.append_column("d", days).add_column(0, "seq", pa.nulls(len(facts), pa.int64())).cast(STORED)
        for view in ("events", "stored", *reference_tables()):
            self._connection.execute(f"DROP VIEW {view}")
        self.offer("stored", stored)
        for name, shape in reference_tables().items():
            rows = given.get(name)
            columns = [
                rows.column(f.name).cast(f.type)
                if rows is not None and f.name in rows.column_names
                else pa.nulls(0 if rows is None else len(rows), f.type)
                for f in shape.schema
            ]
            self.offer(name, pa.table(columns, schema=shape.schema))
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW events AS {views.events(set(STORED.names), stitched=False, erased=False)}")
        span = [days[0].as_py()] if not len(days) else [min(days.to_pylist()), max(days.to_pylist())]
        self.snapshot = Snapshot(version=1, files=(DataFile("", 0, len(facts), 0, span[0], span[1], False),))
        session.forget(self)
