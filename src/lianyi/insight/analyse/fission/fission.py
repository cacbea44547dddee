"""Fission over a window of the history."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.breakdown import member_of
from lianyi.insight.analyse.coding import coded
from lianyi.insight.analyse.estimate import paragraph, said
from lianyi.insight.analyse.fission.forest import Forest, Rings, forest, trees
from lianyi.insight.analyse.fission.generations import QUALITY_DAYS, Generation, Stop, generations
from lianyi.insight.analyse.fission.growth import Growth, growth
from lianyi.kernel.clock import US_PER_DAY, Window
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts.sets import ENGAGED
from lianyi.stream.engines.base import Engine

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]

METHOD_VERSION = 1
SPREADERS = 10

# A member may be known by the fact of joining, by the reference table, or by both; the earlier joining counts.
MEMBERS = """
SELECT q.who AS who, min(q.joined_t) AS joined_t, min(q.joined_d) AS joined_d, min(q.referrer) AS referrer
FROM (
    SELECT e.member_id AS who, e.t AS joined_t, e.d AS joined_d, e.referrer_id AS referrer
    FROM events AS e WHERE e.name = 'member_joined' AND e.member_id IS NOT NULL
    UNION ALL
    SELECT m.member_id AS who, m.joined_t AS joined_t, m.joined_d AS joined_d, m.referrer_id AS referrer
    FROM members AS m WHERE m.member_id IS NOT NULL AND m.joined_t IS NOT NULL AND m.joined_d IS NOT NULL
) AS q
GROUP BY q.who
"""
FIRST_DAYS = """
SELECT j.who AS who,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen WHEN e.name = 'order_refunded' THEN 0 - e.amount_fen ELSE 0 END) AS BIGINT) AS net_fen,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN coalesce(e.quantity, 1) * p.unit_cost_fen
        WHEN e.name = 'order_refunded' THEN 0 - coalesce(e.quantity, 0) * p.unit_cost_fen ELSE 0 END) AS BIGINT) AS goods_fen,
    CAST(sum(CASE WHEN e.name = 'cost_booked' THEN e.amount_fen ELSE 0 END) AS BIGINT) AS cost_fen,
    max(CASE WHEN e.d - j.joined_d = $days AND e.name IN ({engaged}) THEN 1 ELSE 0 END) AS back
FROM fission_members AS j
JOIN events AS e ON {member} = j.who
LEFT JOIN products AS p ON p.product_id = e.product_id
WHERE j.joined_d >= $from_d AND j.joined_d < $to_d AND e.d >= j.joined_d AND e.d <= j.joined_d + $days
GROUP BY j.who
"""


@dataclass(frozen=True, slots=True)
class Spreader:
    """A member who brought many: directly, and with all that followed; what the direct ones paid in their first 30 days, net of refunds."""

    member: str
    invited: int
    descendants: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class Shape:
    """The shape of the families (trees of at least two): how many, and size, depth and virality of the middle one and the largest."""

    families: int
    size_mean: float | None
    size_median: float | None
    size_max: int
    depth_max: int
    virality_mean: float | None
    virality_max: float | None


@dataclass(frozen=True, slots=True)
class Fission:
    """Who brought whom.

    members, referred : joined in the window; those of them whom somebody brought
    growth      : K-factor, cycle, dispersion of the members of the window, with their invitees up to the end of the data
    generations : worth by generation; stop: where inviting begins to lose money
    shape       : of all families in the history
    rings       : broken rings of invitations; unknown: members whose inviter is not on record; backdated: who joined before their inviter
    goods_known : whether cost of goods entered (from unit costs or a given margin)
    """

    window: Window
    members: int
    referred: int
    growth: Growth
    generations: tuple[Generation, ...]
    stop: Stop
    shape: Shape
    spreaders: tuple[Spreader, ...]
    rings: Rings
    unknown: int
    backdated: int
    goods_known: bool
    costs_known: bool
    snapshot: int

    @property
    def n(self) -> int:
        """Members who joined in the window."""
        return self.members

    def to_table(self) -> pa.Table:
        """One row a generation: generation, members, share, retention, contribution_fen, cost_fen, net_fen, net_low, net_high."""
        rows = [
            {
                "generation": g.generation,
                "members": g.members,
                "share": g.share,
                "retention": g.retention.value,
                "contribution_fen": g.contribution_fen.value,
                "cost_fen": g.cost_fen,
                "net_fen": g.net_fen.value,
                "net_low": None if g.net_fen.interval is None else g.net_fen.interval[0],
                "net_high": None if g.net_fen.interval is None else g.net_fen.interval[1],
            }
            for g in self.generations
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """The documented shape: growth, generations, stop, shape, spreaders and what had to be mended."""
        g = self.growth
        return answer(
            "fission",
            version=METHOD_VERSION,
            n=self.n,
            headline=("k_factor", self.growth.k_factor),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "members": self.members,
                "referred": self.referred,
                "growth": {
                    "invitees": g.invitees,
                    "k_naive": g.k_naive,
                    "k_factor": g.k_factor.to_json(),
                    "cycle_days": g.cycle_days.to_json(),
                    "dispersion": g.dispersion.to_json(),
                    "extinct": g.extinct.to_json(),
                    "multiplier": g.multiplier.to_json(),
                    "top_share": g.top_share,
                },
                "generations": [
                    {
                        "generation": r.generation,
                        "members": r.members,
                        "share": r.share,
                        "retention": r.retention.to_json(),
                        "contribution_fen": r.contribution_fen.to_json(),
                        "cost_fen": r.cost_fen,
                        "net_fen": r.net_fen.to_json(),
                    }
                    for r in self.generations
                ],
                "stop": {"verdict": self.stop.verdict, "generation": self.stop.generation, "because": said(self.stop.because)},
                "shape": {name: getattr(self.shape, name) for name in Shape.__slots__},
                "spreaders": [{name: getattr(s, name) for name in Spreader.__slots__} for s in self.spreaders],
                "rings": {"rings": self.rings.rings, "members": self.rings.members},
                "unknown_referrers": self.unknown,
                "backdated": self.backdated,
                "goods_known": self.goods_known,
                "costs_known": self.costs_known,
            },
        )

    def explain(self) -> Text:
        """How many came by invitation, whether it grows by itself, and where to stop."""
        if not self.members:
            return Text(zh="区间内没有新会员，无法分析裂变。", en="Nobody joined in the window; there is no spread to look at.")
        k = self.growth.k_factor
        parts: list[Text | None] = [
            sentence(
                "%(members)s 位新会员中 %(referred)s 位由人带来（%(share)s）。",
                "%(referred)s of %(members)s new members were brought by others (%(share)s).",
                members=Count(self.members),
                referred=Count(self.referred),
                share=Share(self.referred / self.members),
            )
        ]
        if k.value is not None:
            parts.append(
                sentence(
                    "等时延走完，每人带来 %(k)s 人（眼下看到 %(naive)s），中位 %(days)s 天一代。",
                    "Once all have arrived each brings %(k)s (so far %(naive)s), a generation every %(days)s days at the median.",
                    k=f"{k.value:.2f}",
                    naive=f"{self.growth.k_naive or 0.0:.2f}",
                    days=f"{self.growth.cycle_days.value or 0.0:.1f}",
                )
            )
        elif k.because is not None:
            parts.append(sentence("裂变系数无法估计：%(why)s。", "The K-factor cannot be estimated: %(why)s.", why=k.because))
        told = {
            "stop": sentence(
                "第 %(g)s 代起亏钱，邀请奖励应停在前一代。",
                "Generation %(g)s loses money; rewards should end a generation earlier.",
                g=self.stop.generation,
            ),
            "watch": sentence(
                "第 %(g)s 代可能亏钱，还不确定。", "Generation %(g)s may lose money; it is not certain yet.", g=self.stop.generation
            ),
            "pays": sentence("看得清的各代都赚钱。", "Every generation that can be judged earns money."),
            "unknown": sentence(
                "每代是否赚钱无法判断：%(why)s。", "Whether a generation earns money cannot be told: %(why)s.", why=self.stop.because
            ),
        }
        parts.append(told[self.stop.verdict])
        if self.stop.verdict in {"stop", "watch", "pays"} and not self.costs_known:
            parts.append(
                Text(zh="没有按会员记的获客成本，净贡献偏高。", en="No cost is booked with members, so the net is on the high side.")
            )
        if self.rings.rings:
            parts.append(
                sentence(
                    "发现 %(n)s 个互相邀请的环，已从最早加入者断开。",
                    "%(n)s rings of mutual invitations were broken at whoever joined first.",
                    n=self.rings.rings,
                )
            )
        return paragraph(parts)


TABLE = pa.schema(
    [
        ("generation", pa.int64()),
        ("members", pa.int64()),
        ("share", pa.float64()),
        ("retention", pa.float64()),
        ("contribution_fen", pa.float64()),
        ("cost_fen", pa.float64()),
        ("net_fen", pa.float64()),
        ("net_low", pa.float64()),
        ("net_high", pa.float64()),
    ]
)


def fission(engine: Engine, window: Window, *, margin_share: float | None = None, reward_fen: int = 0, seed: int = 0) -> Fission:
    """Who brought whom among members, from `referrer_id` of joining.

    window       : members who joined in it are judged; families and invitees are followed through the whole history
    margin_share : gross margin in [0, 1] taken where unit costs are not known; None leaves money open there
    reward_fen   : paid for each member brought, where rewards are not booked as costs with the member
    seed         : of the bootstrap
    Cost     one row a member; the arrays of a million members take under a second beside reading them.
    """
    engine.keep("fission_members", MEMBERS)
    rows = engine.run(
        "SELECT j.who AS who, j.joined_t AS joined_t, j.joined_d AS joined_d, j.referrer AS referrer FROM fission_members AS j"
    )
    (who, referrer), words = coded([rows.column("who"), rows.column("referrer")])
    n = len(words)
    parent: Ints = np.full(n, -1, dtype=np.int64)
    parent[who] = referrer
    joined_t: Reals = np.full(n, np.nan)
    joined_t[who] = rows.column("joined_t").to_numpy()
    joined_d: Ints = np.full(n, -1, dtype=np.int64)
    joined_d[who] = rows.column("joined_d").to_numpy()
    known: npt.NDArray[np.bool_] = np.zeros(n, dtype=np.bool_)
    known[who] = True
    found = forest(parent, order=np.where(known, np.nan_to_num(joined_t), 0).astype(np.int64))
    inside = known & (joined_d >= window.from_day) & (joined_d < window.to_day)
    last_d = engine.snapshot.last_day if engine.snapshot.last_day is not None else int(joined_d.max(initial=0))
    brought = np.flatnonzero(found.parent >= 0)
    delays = (joined_t[brought] - joined_t[found.parent[brought]]) / US_PER_DAY
    contribution, cost, back, net, goods_known = _first_days(engine, window, words, margin_share)
    if reward_fen:
        cost = (np.zeros(n) if cost is None else cost) + reward_fen * (found.depth > 0)
    levels, stop = generations(
        found.depth[inside],
        (joined_d + QUALITY_DAYS <= last_d)[inside],
        back[inside],
        None if contribution is None else contribution[inside],
        None if cost is None else cost[inside],
    )
    return Fission(
        window=window,
        members=int(inside.sum()),
        referred=int((inside & (found.depth > 0)).sum()),
        growth=_growth(found, inside, joined_t, _end(engine), delays, brought, seed),
        generations=levels,
        stop=stop,
        shape=_shape(found),
        spreaders=_spreaders(found, words, net),
        rings=found.rings,
        unknown=int((~known).sum()),
        backdated=int((delays < 0).sum()),
        goods_known=goods_known,
        costs_known=cost is not None,
        snapshot=engine.snapshot.version,
    )


def _end(engine: Engine) -> int:
    last = engine.run("SELECT max(t) AS last_t FROM events WHERE d >= $last_d", {"last_d": engine.snapshot.last_day or 0}).column("last_t")[
        0
    ]
    return int(last.as_py() or 0)


def _growth(found: Forest, inside: npt.NDArray[np.bool_], joined_t: Reals, end_t: int, delays: Reals, brought: Ints, seed: int) -> Growth:
    number = np.cumsum(inside) - 1
    mine = inside[found.parent[brought]] & np.isfinite(delays)
    return growth(
        (end_t - joined_t[inside]) / US_PER_DAY,
        found.children[inside],
        found.root[inside],
        delays[mine],
        number[found.parent[brought[mine]]],
        seed=seed,
    )


def _first_days(
    engine: Engine, window: Window, words: list[str], margin_share: float | None
) -> tuple[Reals | None, Reals | None, npt.NDArray[np.bool_], Reals, bool]:
    """By member: contribution, cost of winning them, back on day 30, net sales; and whether cost of goods is known."""
    engaged = ", ".join(f"'{name}'" for name in ENGAGED)
    rows = engine.run(
        FIRST_DAYS.format(engaged=engaged, member=member_of(engine)),
        {"from_d": window.from_day, "to_d": window.to_day, "days": QUALITY_DAYS},
    )
    n = len(words)
    at = pc.index_in(rows.column("who"), pa.array(words, pa.string())).to_numpy().astype(np.int64)
    net, goods, cost = np.zeros(n), np.zeros(n), np.zeros(n)
    back: npt.NDArray[np.bool_] = np.zeros(n, dtype=np.bool_)
    net[at] = rows.column("net_fen").fill_null(0).to_numpy()
    goods[at] = rows.column("goods_fen").fill_null(0).to_numpy()
    cost[at] = rows.column("cost_fen").fill_null(0).to_numpy()
    back[at] = rows.column("back").to_numpy() == 1
    costs = int(engine.run("SELECT count(*) AS n FROM products WHERE unit_cost_fen IS NOT NULL").column("n")[0].as_py())
    if costs:
        return net - goods, cost if cost.any() else None, back, net, True
    contribution = None if margin_share is None else net * margin_share
    return contribution, cost if cost.any() else None, back, net, margin_share is not None


def _shape(found: Forest) -> Shape:
    all_trees = trees(found)
    many = all_trees.size > 1
    size, virality = all_trees.size[many], all_trees.virality[many]
    none = not len(size)
    return Shape(
        families=len(size),
        size_mean=None if none else float(size.mean()),
        size_median=None if none else float(np.median(size)),
        size_max=0 if none else int(size.max()),
        depth_max=int(all_trees.depth.max(initial=0)),
        virality_mean=None if none else float(virality.mean()),
        virality_max=None if none else float(virality.max()),
    )


def _spreaders(found: Forest, words: list[str], net: Reals) -> tuple[Spreader, ...]:
    children = found.children
    invited = found.parent >= 0
    worth = np.bincount(found.parent[invited], net[invited], len(words)) if invited.any() else np.zeros(len(words))
    leaders = np.lexsort((np.arange(len(words)), -children, -found.below))[:SPREADERS]
    return tuple(
        Spreader(words[i], int(children[i]), int(found.below[i]), round(float(worth[i]))) for i in leaders.tolist() if found.below[i]
    )
