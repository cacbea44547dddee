"""Made facts: small, seeded, and awkward on purpose (ties, devices, missing actors, several months)."""

import shutil
from pathlib import Path

import numpy as np
import pyarrow as pa

from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND
from lianyi.stream import workspace
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT

# 2024-01-01 00:00 in Asia/Shanghai
START_US = 1704038400 * US_PER_SECOND
NAMES = (
    "page_viewed", "product_viewed", "content_viewed", "cart_added", "order_placed", "order_paid", "order_refunded",
    "content_liked", "content_shared", "checked_in", "member_joined", "identity_linked", "cost_booked", "content_exposed",
)  # fmt: skip
SHARES = (0.3, 0.14, 0.1, 0.06, 0.04, 0.06, 0.01, 0.08, 0.03, 0.05, 0.02, 0.01, 0.01, 0.09)


def made_facts(rows: int, *, seed: int = 1, members: int = 50, days: int = 90, start_us: int = START_US, devices: bool = True) -> pa.Table:
    """Facts of `record.FACT`; instants are whole minutes, so that ties occur."""
    rng = np.random.default_rng(seed)
    t = start_us + rng.integers(0, days * US_PER_DAY // (60 * US_PER_SECOND), rows) * 60 * US_PER_SECOND
    name = rng.choice(NAMES, rows, p=SHARES)
    member = np.minimum(rng.zipf(1.3, rows), members)
    anonymous = rng.random(rows) < (0.3 if devices else 0.0)
    has_device = (rng.random(rows) < 0.5) | anonymous if devices else np.zeros(rows, bool)
    money = np.isin(name, ["order_paid", "order_refunded", "cost_booked"])
    order = np.isin(name, ["order_paid", "order_refunded", "order_placed"])
    order_number = rng.integers(0, max(rows // 20, 1), rows)

    def where(keep: np.ndarray, texts: list[str]) -> pa.Array:
        return pa.array([x if k else None for x, k in zip(texts, keep, strict=True)], pa.string())

    needs_member = np.isin(name, ["member_joined", "identity_linked", "order_paid"])
    columns: dict[str, pa.Array] = {
        "event_id": pa.array([rng.bytes(16) for _ in range(rows)], pa.binary()),
        "name": pa.array(name.tolist(), pa.string()),
        "version": pa.array(np.ones(rows, "int32")),
        "t": pa.array(t),
        "received_t": pa.array(t + 1_000_000),
        "member_id": where((~anonymous | needs_member) & (name != "cost_booked"), [f"m{i:04d}" for i in member]),
        "device_id": where(has_device | (name == "identity_linked"), [f"d{i:04d}" for i in member * 3 + rng.integers(0, 3, rows)]),
        "session_id": where(rng.random(rows) < 0.4, [f"s{i}" for i in rng.integers(0, max(rows // 4, 1), rows)]),
        "platform": where(rng.random(rows) < 0.9, rng.choice(["douyin", "weixin", "xiaohongshu"], rows).tolist()),
        "channel": where(rng.random(rows) < 0.8, rng.choice(["social", "search", "direct", "paid"], rows).tolist()),
        "content_id": where(np.char.startswith(name.astype(str), "content"), [f"c{i}" for i in rng.integers(0, 40, rows)]),
        "product_id": where(rng.random(rows) < 0.3, [f"p{i}" for i in rng.integers(0, 30, rows)]),
        "campaign_id": where(rng.random(rows) < 0.1, [f"k{i}" for i in rng.integers(0, 4, rows)]),
        "referrer_id": where((name == "member_joined") & (rng.random(rows) < 0.6), [f"m{i:04d}" for i in rng.integers(1, members, rows)]),
        "order_id": where(order, [f"o{i}" for i in order_number]),
        "kind": where(name == "cost_booked", rng.choice(["media", "kol_fee", "prize"], rows).tolist()),
        "quantity": pa.array(rng.integers(1, 4, rows), mask=~order),
        "amount_fen": pa.array(rng.integers(100, 50_000, rows), mask=~money),
        "body": where(rng.random(rows) < 0.2, ['{"title": "x"}'] * rows),
    }
    return pa.table({f.name: columns.get(f.name, pa.nulls(rows, f.type)) for f in FACT}, schema=FACT)


def copied(log: EventLog, path: Path) -> EventLog:
    """A history of its own, as it stands: made once for several tests that each change it."""
    shutil.copytree(log.workspace.path, path)
    return EventLog(workspace.load(path))
