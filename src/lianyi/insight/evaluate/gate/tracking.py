"""Facts that stopped on a platform while its orders went on: broken tracking looks like a fall, and is none.

Method card
    Formula    a day is dark for a fact on a platform when it holds less than 15% of the median of the same weekday in the baseline;
               two dark days in a row, on days whose orders (of the platform where orders state it, else of all) reached half of what the
               same weekdays had, are a fault of the records. Facts that thinned without stopping show by orders that nobody was seen
               coming to: their share must rise by a fifth of all orders, beyond chance, and the facts must have lost a third.
    Assumes    who buys looks first; the baseline was recorded as it should be.
    Needs      14 days of baseline, 20 facts a day; half an order a day.
    Do not     read it as proof: somebody may sell on a platform by telephone.
    Cost       the volumes, and one pass over the person days.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.rates.compare import Slice, compare
from lianyi.insight.analyse.rates.onset import onset
from lianyi.insight.analyse.rates.sides import Side
from lianyi.insight.evaluate.behaviour import KEPT
from lianyi.insight.evaluate.gate.faults import STOPPED, THINNED, Fault, stretches
from lianyi.insight.evaluate.gate.volumes import Volumes, volumes_sql
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]
# What is recorded by a tag on a page or in an app, and may break alone.
TRACKED = (
    "page_viewed",
    "content_exposed",
    "content_viewed",
    "content_clicked",
    "product_viewed",
    "cart_added",
    "checkout_started",
    "campaign_viewed",
    "search_made",
)
ORDERED = ("order_paid", "order_placed")
LEAST_A_DAY, LEAST_BASELINE_DAYS, LEAST_RUN = 20.0, 14, 2
DARK_SHARE, ALIVE_SHARE = 0.15, 0.5
# Orders out of nowhere: how much their share must rise, how much of the facts must be gone, how sure it must be.
MORE_ORPHANS, FACTS_GONE, SURE = 0.2, 1 / 3, 0.001
MOST_ORPHANS_BEFORE = 0.6

ORPHANS = f"""
SELECT p.d AS d, p.platform AS platform, count(*) AS n, CAST(sum(1 - p.looked) AS BIGINT) AS x FROM (
    SELECT q.d AS d, q.actor AS actor, max(CASE WHEN q.did_order_paid = 1 THEN q.platform END) AS platform,
        max(q.did_order_paid) AS paid,
        max(CASE WHEN q.did_page_viewed = 1 OR q.did_product_viewed = 1 OR q.did_content_viewed = 1 THEN 1 ELSE 0 END) AS looked
    FROM {KEPT} AS q GROUP BY q.d, q.actor
) AS p WHERE p.paid = 1 GROUP BY p.d, p.platform
"""


def tracking_faults(engine: Engine, before: Window, now: Window, counted: tuple[Volumes, Volumes]) -> tuple[Fault, ...]:
    """Every fault of tracking in `now`, judged by `before`; needs `person_days` kept over both.

    counted : the volumes of the two windows
    """
    if before.days < LEAST_BASELINE_DAYS:
        return ()
    stopped = [fault for key in counted[0] if key[0] in TRACKED for fault in _dark(key, counted[0], counted[1], before, now)]
    sql = volumes_sql(now)
    found = _merged(stopped, sql)
    known = {(name, fault.platform) for fault in found for name in fault.names}
    return (*found, *_thinned(engine, counted, before, now, known, sql))


def _expected(series: Reals, before: Window, now: Window) -> Reals:
    """What each day of `now` was to bring: the median of its weekday in the baseline."""
    weekday = np.arange(before.from_day, before.to_day) % 7
    usual = np.array([np.median(series[weekday == k]) if bool(np.any(weekday == k)) else 0.0 for k in range(7)])
    answer: Reals = usual[np.arange(now.from_day, now.to_day) % 7]
    return answer


def _orders(counted: Volumes, platform: str | None) -> Reals | None:
    """Orders by day on a platform, where orders state platforms; else all of them."""
    for name in ORDERED:
        mine = [series for (n, _), series in counted.items() if n == name]
        if not mine:
            continue
        stated = [series for (n, p), series in counted.items() if n == name and p is not None]
        total: Reals = np.sum(mine, axis=0)
        if stated and float(np.sum(stated)) >= 0.9 * float(total.sum()):
            return counted.get((name, platform), np.zeros(len(total)))
        return total
    return None


def _dark(key: tuple[str, str | None], past: Volumes, present: Volumes, before: Window, now: Window) -> list[Fault]:
    name, platform = key
    expected = _expected(past[key], before, now)
    seen = present.get(key, np.zeros(now.days))
    orders_past, orders_now = _orders(past, platform), _orders(present, platform)
    if orders_past is None or orders_now is None:
        return []
    due = _expected(orders_past, before, now)
    dark = np.flatnonzero((expected >= LEAST_A_DAY) & (seen < DARK_SHARE * expected))
    found = []
    for first, last in stretches(dark.tolist()):
        there, were_due = float(orders_now[first:last].sum()), float(due[first:last].sum())
        if last - first < LEAST_RUN or were_due < 0.5 * (last - first) or there < ALIVE_SHARE * were_due:
            continue
        span = now.from_day + first, now.from_day + last
        found.append(
            Fault(STOPPED, (name,), platform, *span, float(expected[first:last].sum()), float(seen[first:last].sum()), were_due, there)
        )
    return found


def _merged(faults: Sequence[Fault], sql: str) -> tuple[Fault, ...]:
    """Faults of one platform whose days overlap are one: a broken tag takes several facts with it."""
    groups: list[list[Fault]] = []
    for fault in sorted(faults, key=lambda f: (f.platform or "", f.from_day)):
        if groups and groups[-1][0].platform == fault.platform and fault.from_day < max(f.to_day for f in groups[-1]):
            groups[-1].append(fault)
        else:
            groups.append([fault])
    return tuple(
        Fault(
            kind=STOPPED,
            names=tuple(name for name in TRACKED if any(name in f.names for f in group)),
            platform=group[0].platform,
            from_day=min(f.from_day for f in group),
            to_day=max(f.to_day for f in group),
            expected=sum(f.expected for f in group),
            seen=sum(f.seen for f in group),
            orders_expected=max(f.orders_expected for f in group),
            orders_seen=max(f.orders_seen for f in group),
            sql=sql,
        )
        for group in groups
    )


def _thinned(
    engine: Engine, counted: tuple[Volumes, Volumes], before: Window, now: Window, known: set[tuple[str, str | None]], sql: str
) -> list[Fault]:
    rows = engine.run(ORPHANS).to_pylist()
    sides: dict[str | None, list[Side]] = {}
    for platform in {row["platform"] for row in rows}:
        mine = [row for row in rows if row["platform"] == platform]
        sides[platform] = [_side(mine, window) for window in (before, now)]
    slices = [Slice("platform", platform or "", pair[0], pair[1]) for platform, pair in sides.items()]
    found = []
    for moved, platform in zip(compare(slices), sides, strict=True):
        if moved.q is None or moved.q > SURE or moved.change < MORE_ORPHANS or moved.before > MOST_ORPHANS_BEFORE:
            continue
        since = onset(moved.slice.before, moved.slice.now)
        from_day = now.from_day if since is None else max(now.from_day, now.from_day - before.days + since)
        past, present = counted
        days = now.to_day - from_day
        gone = {
            name: (
                float(past[name, platform].sum()) / before.days * days,
                float(present.get((name, platform), np.zeros(now.days))[from_day - now.from_day :].sum()),
            )
            for name in TRACKED
            if (name, platform) in past and (name, platform) not in known
        }
        names = tuple(name for name, (due, seen) in gone.items() if due >= LEAST_A_DAY * days and seen < (1 - FACTS_GONE) * due)
        if not names:
            continue
        base0, base1 = moved.slice.before, moved.slice.now
        found.append(
            Fault(
                THINNED,
                names,
                platform,
                from_day,
                now.to_day,
                sum(gone[name][0] for name in names),
                sum(gone[name][1] for name in names),
                base0.n / before.days * now.days,
                base1.n,
                sql,
            )
        )
    return found


def _side(rows: Sequence[Mapping[str, float]], window: Window) -> Side:
    hits, base = np.zeros(window.days), np.zeros(window.days)
    for row in rows:
        if window.from_day <= row["d"] < window.to_day:
            hits[int(row["d"]) - window.from_day] += row["x"]
            base[int(row["d"]) - window.from_day] += row["n"]
    return Side(hits, base)
