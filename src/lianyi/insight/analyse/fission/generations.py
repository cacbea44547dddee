"""What invitees are worth, generation by generation, and where inviting begins to lose money.

Method card
    Formula    per generation (0 are those nobody brought): members, share back on day 30, and contribution per member in the first 30
               days = net sales less cost of goods; less what winning them cost, that is the net. Stop rule: the first generation
               whose 95% interval of the net lies wholly below 0; inviting should then stop at the generation before.
    Assumes    30 days tell; costs of winning a member are booked with the member, or given as a reward for each invitee.
    Needs      30 members whose 30 days are complete; unit costs, or a margin, for the stop rule.
    Do not     take the worth of invitees for the effect of inviting: some would have come anyway.
    Cost       O(members).
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.chance import share_interval
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.measure.intervals import mean
from lianyi.kernel.text import Text

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

MIN_MEMBERS = 30
MIN_FOR_INTERVAL = 10  # of fewer, most of whom spent nothing, a spread tells nothing
QUALITY_DAYS = 30
GRADE = "D"


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation.

    members          : members of this generation who joined in the window; share: of all of them
    retention        : share engaged on day 30 after joining
    contribution_fen : contribution per member in the first 30 days, before the cost of winning them
    cost_fen         : what winning one cost on average
    net_fen          : contribution less cost, per member
    """

    generation: int
    members: int
    share: float
    retention: Estimate
    contribution_fen: Estimate
    cost_fen: float | None
    net_fen: Estimate


@dataclass(frozen=True, slots=True)
class Stop:
    """Where to stop. verdict: stop (generation `generation` loses money for certain) | watch (its mean is below 0) | pays | unknown."""

    verdict: str
    generation: int | None
    because: Text


def generations(
    depth: Ints, due: Flags, back: Flags, contribution_fen: Reals | None, cost_fen: Reals | None
) -> tuple[tuple[Generation, ...], Stop]:
    """Each generation's worth, and the stop rule.

    depth            : (m,) generation of each member
    due              : (m,) whether the member's 30 days are complete
    back             : (m,) whether the member was engaged on day 30
    contribution_fen : (m,) contribution in the first 30 days; None where cost of goods is not known
    cost_fen         : (m,) cost of winning the member; None where none is on record
    """
    total = len(depth)
    rows = []
    for g in range(int(depth.max()) + 1 if total else 0):
        mine = depth == g
        if not mine.any():
            continue
        ready = mine & due
        n = int(ready.sum())
        hits = int((ready & back).sum())
        early = Text(zh="30 天观察期未满", en="their 30 days are not over")
        no_cost = Text(zh="不知道商品成本，也没有给出毛利率", en="unit costs are not known and no margin was given")
        worth = missing(no_cost, n=n) if contribution_fen is None else _mean(contribution_fen[ready], early)
        spent = None if cost_fen is None or not n else float(cost_fen[ready].mean())
        nets = None if contribution_fen is None else contribution_fen[ready] - (0.0 if cost_fen is None else cost_fen[ready])
        rows.append(
            Generation(
                generation=g,
                members=int(mine.sum()),
                share=float(mine.sum()) / total,
                retention=Estimate(hits / n, share_interval(hits, n), n, GRADE) if n else missing(early),
                contribution_fen=worth,
                cost_fen=spent,
                net_fen=missing(no_cost, n=n) if nets is None else _mean(nets, early),
            )
        )
    return tuple(rows), _stop(rows)


def _mean(values: Reals, early: Text) -> Estimate:
    if not len(values):
        return missing(early)
    n = len(values)
    interval = mean(float(values.sum()), float(values @ values), n) if n >= MIN_FOR_INTERVAL else None
    return Estimate(float(values.mean()), interval, n, GRADE)


def _stop(rows: list[Generation]) -> Stop:
    judged = [r for r in rows if r.generation > 0 and r.net_fen.value is not None and r.net_fen.n >= MIN_MEMBERS]
    if not judged:
        invited = next((r for r in rows if r.generation > 0), None)
        few = Text(zh="没有哪一代被邀请者有 30 位满 30 天的会员", en="No invited generation has 30 members whose 30 days are over")
        return Stop(
            "unknown", None, invited.net_fen.because if invited and invited.net_fen.because and invited.net_fen.n >= MIN_MEMBERS else few
        )
    for row in judged:
        if row.net_fen.interval is not None and row.net_fen.interval[1] < 0:
            return Stop(
                "stop", row.generation, Text(zh="这一代的净贡献确定为负", en="The net of this generation is certainly below nothing")
            )
    for row in judged:
        if row.net_fen.value is not None and row.net_fen.value < 0:
            return Stop("watch", row.generation, Text(zh="这一代的净贡献可能为负", en="The net of this generation may be below nothing"))
    last = judged[-1].generation
    return Stop("pays", last, Text(zh="能判断的每一代都在赚钱", en="Every generation that can be judged earns money"))
