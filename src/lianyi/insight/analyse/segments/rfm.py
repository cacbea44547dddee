"""Recency, frequency and money of the buyers of a window."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.coding import coded
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph, said, share_of
from lianyi.insight.analyse.paid_orders import orders_sql
from lianyi.insight.analyse.segments.scores import FEWEST_BUYERS, Cuts, cut_points, named, scores, segments
from lianyi.insight.analyse.segments.tiers import DOWN_SHARE, tiers
from lianyi.kernel.clock import Window, add_months, date_of, day_of
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

METHOD_VERSION = 1
GRADE = "B"
TIER_MONTHS = 12
NO_BUYERS = Text(zh="没有认得出是谁的买家", en="nobody known bought anything")

BUYERS = """
SELECT b.who AS who, max(b.paid_d) AS last_d, count(*) AS orders, CAST(sum(b.paid_fen - b.refunded_fen) AS BIGINT) AS net_fen
FROM ({orders}) AS b WHERE b.who IS NOT NULL GROUP BY b.who ORDER BY b.who
"""


@dataclass(frozen=True, slots=True)
class SegmentSize:
    """A segment: buyers, their share of all; their orders and net sales, and the share of all net sales."""

    id: str
    name: Text
    says: Text
    buyers: int
    share: float
    orders: int
    net_fen: int
    net_share: float | None


@dataclass(frozen=True, slots=True)
class Rfm:
    """Buyers of a window by recency (days from the last order to the window's end), frequency (orders), money (net of refunds).

    cuts   : the cut points used; given: whether they were given; None with too few buyers
    sizes  : every segment, most net sales first
    buyers : one row a buyer: who, recency_days, orders, net_fen, r, f, m, segment
    """

    window: Window
    cuts: Cuts | None
    given: bool
    sizes: tuple[SegmentSize, ...]
    buyers: pa.Table
    why: Text | None
    snapshot: int

    @property
    def n(self) -> int:
        """Buyers."""
        return int(self.buyers.num_rows)

    @property
    def champions(self) -> Estimate:
        """The share of buyers who are champions: recent, frequent and worth much."""
        if self.why is not None or self.cuts is None:
            return missing(self.why or NO_BUYERS, n=self.n, grade=GRADE)
        return share_of(sum(s.buyers for s in self.sizes if s.id == "champions"), self.n, NO_BUYERS, grade=GRADE)

    def to_table(self) -> pa.Table:
        """One row a buyer, by id."""
        return self.buyers

    def to_json(self) -> dict[str, Any]:
        """The documented shape: cut points and segments; the buyers themselves are in `to_table`."""
        return answer(
            "rfm",
            version=METHOD_VERSION,
            n=self.n,
            headline=("champions", self.champions),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "segments": [
                    {
                        "id": s.id,
                        "name": said(s.name),
                        "buyers": s.buyers,
                        "share": s.share,
                        "orders": s.orders,
                        "net_fen": s.net_fen,
                        "net_share": s.net_share,
                    }
                    for s in self.sizes
                ],
                "cuts": None
                if self.cuts is None
                else {"recency_days": list(self.cuts.r), "orders": list(self.cuts.f), "net_fen": list(self.cuts.m), "given": self.given},
                "because": said(self.why),
            },
        )

    def explain(self) -> Text:
        """Which segment brings most, and which valuable one is slipping."""
        if self.why is not None:
            return self.why
        first = self.sizes[0]
        slipping = next((s for s in self.sizes if s.id == "at_risk" and s.buyers), None)
        return paragraph(
            [
                sentence(
                    "%(n)s 位买家中“%(name)s”%(k)s 人（%(share)s），带来净销售额的 %(net)s。",
                    "Of %(n)s buyers %(k)s are %(name)s (%(share)s) and bring %(net)s of net sales.",
                    n=Count(self.n),
                    name=Text(zh=first.name.zh, en=first.name.en.lower()),
                    k=Count(first.buyers),
                    share=Share(first.share),
                    net=Share(first.net_share or 0.0),
                ),
                None
                if slipping is None
                else sentence(
                    "%(k)s 位常买且花得多的买家有一阵没来了。",
                    "%(k)s who bought often and much have not been back lately.",
                    k=Count(slipping.buyers),
                ),
            ]
        )


def rfm(engine: Engine, window: Window, *, cuts: Cuts | None = None) -> Rfm:
    """Score and name the buyers of a window.

    cuts   : cut points, to compare with an earlier window; None takes the quintiles of this one
    Refunds on record are subtracted from the orders they undo. Orders of nobody known are left out.
    Cost   one scan of orders, one row a buyer.
    """
    rows = engine.run(BUYERS.format(orders=orders_sql(engine)), {"from_d": window.from_day, "to_d": window.to_day})
    recency = (window.to_day - 1 - rows.column("last_d").to_numpy()).astype(np.int64)
    orders, net = rows.column("orders").to_numpy(), rows.column("net_fen").to_numpy()
    base = pa.table({"who": rows.column("who"), "recency_days": recency, "orders": orders, "net_fen": net})
    if cuts is None and len(rows) < FEWEST_BUYERS:
        few = sentence(
            "只有 %(n)s 位买家，不足 %(least)s 位，不划分五等；可给定切点。",
            "There are %(n)s buyers, fewer than %(least)s, too few for quintiles; cut points can be given.",
            n=Count(len(rows)),
            least=Count(FEWEST_BUYERS),
        )
        return Rfm(window, cuts=None, given=False, sizes=(), buyers=base, why=few, snapshot=engine.snapshot.version)
    used = cuts or Cuts(cut_points(recency.astype(float)), cut_points(orders.astype(float)), cut_points(net.astype(float)))
    r = scores(recency.astype(float), used.r, fewer_is_better=True)
    f, m = scores(orders.astype(float), used.f), scores(net.astype(float), used.m)
    segment, ids = named(r, f, m)
    total = int(net.sum())
    many = np.bincount(segment, minlength=len(ids))
    sizes = [
        SegmentSize(
            id=id_,
            name=segments()[id_].name,
            says=segments()[id_].says,
            buyers=int(many[i]),
            share=float(many[i] / len(rows)) if len(rows) else 0.0,
            orders=int(orders[segment == i].sum()),
            net_fen=int(net[segment == i].sum()),
            net_share=float(net[segment == i].sum() / total) if total > 0 else None,
        )
        for i, id_ in enumerate(ids)
    ]
    table = base
    for name, column in (("r", r), ("f", f), ("m", m), ("segment", pa.array(ids).take(pa.array(segment)))):
        table = table.append_column(name, pa.array(column))
    nobody = None if len(rows) else Text(zh="区间内没有认得出是谁的买家。", en="Nobody known bought anything in the window.")
    return Rfm(
        window, used, cuts is not None, tuple(sorted(sizes, key=lambda s: (-s.net_fen, s.id))), table, nobody, engine.snapshot.version
    )


@dataclass(frozen=True, slots=True)
class Tiers:
    """Tiers of members at monthly reviews.

    reviews  : day numbers of the reviews; a review looks at the 12 months before it
    counts   : (reviews, tiers + 1) members in each tier; first column: in none, of those who had bought by then
    risen, fallen : (reviews,) members who changed since the review before
    members  : one row a member: who, tier at the last review, value_fen then
    """

    window: Window
    thresholds_fen: tuple[int, ...]
    down_share: float
    reviews: tuple[int, ...]
    counts: tuple[tuple[int, ...], ...]
    risen: tuple[int, ...]
    fallen: tuple[int, ...]
    members: pa.Table
    snapshot: int

    @property
    def n(self) -> int:
        """Members who ever bought."""
        return int(self.members.num_rows)

    @property
    def in_a_tier(self) -> Estimate:
        """The share of members who ever bought that is in a tier at the last review."""
        held = sum(self.counts[-1][1:]) if self.counts else 0
        return share_of(held, sum(self.counts[-1]) if self.counts else 0, NO_BUYERS, grade=GRADE)

    def to_table(self) -> pa.Table:
        """One row a member."""
        return self.members

    def to_json(self) -> dict[str, Any]:
        """The documented shape: one entry a review."""
        return answer(
            "tiers",
            version=METHOD_VERSION,
            n=self.n,
            headline=("in_a_tier", self.in_a_tier),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "reviews": [
                    {"date": date_of(day).isoformat(), "members": list(counts), "risen": up, "fallen": down}
                    for day, counts, up, down in zip(self.reviews, self.counts, self.risen, self.fallen, strict=True)
                ],
                "thresholds_fen": list(self.thresholds_fen),
                "down_share": self.down_share,
            },
        )

    def explain(self) -> Text:
        """How many are in each tier at the last review."""
        if not self.n or not self.reviews:
            return Text(zh="没有买家，无法分等级。", en="There are no buyers to put into tiers.")
        last = self.counts[-1]
        return sentence(
            "%(day)s：无等级 %(none)s 人，各级 %(tiers)s 人；较上次升 %(up)s、降 %(down)s。",
            "On %(day)s %(none)s members are in no tier and %(tiers)s in the tiers; %(up)s rose and %(down)s fell since the review before.",
            day=date_of(self.reviews[-1]).isoformat(),
            none=Count(last[0]),
            tiers=" / ".join(f"{c:,}" for c in last[1:]),
            up=Count(self.risen[-1]),
            down=Count(self.fallen[-1]),
        )


def member_tiers(engine: Engine, window: Window, thresholds_fen: Sequence[int], *, down_share: float = DOWN_SHARE) -> Tiers:
    """Tiers of members by net sales of the last 12 months, reviewed on the first of every month of the window and at its end.

    thresholds_fen : ascending, what the 12 months must reach for each tier
    Reviews before the window, back to the first order, are gone through as well, so that who holds a tier by hysteresis holds it.
    Refunds reduce the order they undo.
    Cost   one row an order, one number a member and month.
    """
    first = engine.snapshot.first_day if engine.snapshot.first_day is not None else window.from_day
    rows = engine.run(orders_sql(engine), {"from_d": first, "to_d": window.to_day})
    known = rows.filter(rows.column("who").is_valid())
    (who,), words = coded([known.column("who")])
    month = add_months(date_of(first).replace(day=1), 1)
    reviews = []
    while day_of(month) < window.to_day:
        reviews.append(day_of(month))
        month = add_months(month, 1)
    reviews.append(window.to_day)
    edges = np.array([day_of(add_months(date_of(r), -TIER_MONTHS)) for r in reviews])
    paid_d = known.column("paid_d").to_numpy()
    net = (known.column("paid_fen").to_numpy() - known.column("refunded_fen").to_numpy()).astype(np.float64)
    values = np.zeros((len(words), len(reviews)))
    for i, (review, edge) in enumerate(zip(reviews, edges.tolist(), strict=True)):
        inside = (paid_d >= edge) & (paid_d < review)
        values[:, i] = np.bincount(who[inside], net[inside], len(words))
    found = tiers(values, [float(t) for t in thresholds_fen], down_share=down_share)
    first_d = np.full(len(words), window.to_day)
    np.minimum.at(first_d, who, paid_d)
    shown = [i for i, r in enumerate(reviews) if r > window.from_day]
    moves = [found[:, 0], *(found[:, b] - found[:, a] for a, b in pairwise(range(len(reviews))))]
    return Tiers(
        window=window,
        thresholds_fen=tuple(thresholds_fen),
        down_share=down_share,
        reviews=tuple(reviews[i] for i in shown),
        counts=tuple(tuple(np.bincount(found[first_d < reviews[i], i], minlength=len(thresholds_fen) + 1).tolist()) for i in shown),
        risen=tuple(int((moves[i] > 0).sum()) for i in shown),
        fallen=tuple(int((moves[i] < 0).sum()) for i in shown),
        members=pa.table({"who": pa.array(words, pa.string()), "tier": found[:, -1], "value_fen": np.rint(values[:, -1]).astype(np.int64)}),
        snapshot=engine.snapshot.version,
    )
