"""Teams of a group buy: sizes, success rate where the sample allows one, time to fill."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.care.service import spell
from lianyi.insight.analyse.care.survival import Survival, kaplan_meier
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph, share_of
from lianyi.insight.measure.intervals import mean
from lianyi.kernel.clock import Window, midnight_us
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

VERSION = 1
US = 1_000_000
HOUR = 3600
# What one row stands for. Of a slice with one row per initiator the failures say nothing about the successes.
SAMPLES = ("all", "one_per_initiator", "successes", "failures")
SLICES: Mapping[str, Text] = {
    "one_per_initiator": Text(
        zh="样本中每位团长只有一行，成败的比例取决于怎样抽取，不能估计成团率",
        en="the sample holds one row per initiator: how many succeeded depends on how it was cut, not on the teams",
    ),
    "successes": Text(zh="样本只含成团的，不能估计成团率", en="the sample holds successes only"),
    "failures": Text(zh="样本只含未成团的，不能估计成团率", en="the sample holds failures only"),
}
NO_TEAMS = Text(zh="没有到期的团", en="no team has come to its end")


@dataclass(frozen=True, slots=True)
class Teams:
    """Teams of a group buy.

    sizes     : participants besides the initiator -> successful teams of that size, ascending
    mean_size : participants per successful team
    success   : completed / (completed + failed); not estimable from a slice
    fill      : time from opening to completion, seconds (teams still open or failed are censored); None without times
    within    : limit -> share of teams completed within it
    open      : teams that are neither completed nor failed yet
    """

    window: Window | None
    sample: str
    completed: int
    failed: int
    open: int
    sizes: dict[int, int]
    mean_size: Estimate
    success: Estimate
    fill: Survival | None
    median_fill: Estimate
    within: dict[str, Estimate]
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """Teams."""
        return self.completed + self.failed + self.open

    def to_table(self) -> pa.Table:
        """One row a size: participants, teams, share of the successful."""
        total = sum(self.sizes.values())
        return pa.table(
            {
                "participants": pa.array(list(self.sizes), pa.int64()),
                "teams": pa.array(list(self.sizes.values()), pa.int64()),
                "share": pa.array([k / total for k in self.sizes.values()], pa.float64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.group-buy/1`."""
        return answer(
            "group-buy",
            version=self.version,
            n=self.n,
            headline=("success_rate", self.success),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "sample": self.sample,
                "teams": self.n,
                "completed": self.completed,
                "failed": self.failed,
                "open": self.open,
                "sizes": [{"participants": k, "teams": v} for k, v in self.sizes.items()],
                "mean_participants": self.mean_size.to_json(),
                "success_rate": self.success.to_json(),
                "median_seconds_to_fill": self.median_fill.to_json(),
                "filled_within": {limit: e.to_json() for limit, e in self.within.items()},
            },
        )

    def explain(self) -> Text:
        """How large, how often, how soon."""
        if self.n == 0:
            return Text(zh="没有拼团记录。", en="There are no teams.")
        return paragraph(
            [
                sentence(
                    "%(n)s 个团，成团 %(completed)s 个，未成 %(failed)s 个。",
                    "%(n)s teams: %(completed)s completed, %(failed)s failed.",
                    n=Count(self.n),
                    completed=Count(self.completed),
                    failed=Count(self.failed),
                ),
                sentence("成团率 %(rate)s。", "%(rate)s of them succeeded.", rate=Share(self.success.value))
                if self.success.value is not None
                else sentence(
                    "成团率无法估计：%(why)s。", "The success rate is not estimable: %(why)s.", why=self.success.because or NO_TEAMS
                ),
                None
                if self.mean_size.value is None
                else sentence(
                    "成团的平均有 %(size)s 人参团（不含团长）。",
                    "Successful teams have %(size)s participants on average, besides the initiator.",
                    size=f"{self.mean_size.value:.2f}",
                ),
                None
                if self.median_fill.value is None
                else sentence("成团时长中位数 %(time)s。", "The median time to fill is %(time)s.", time=spell(self.median_fill.value)),
            ]
        )


def team_sizes(participants: npt.ArrayLike, completed: npt.ArrayLike, *, sample: str) -> Teams:
    """Teams from a table: participants of each, and whether it succeeded.

    participants : (n,) joined besides the initiator, >= 0
    completed    : (n,) true where the team succeeded
    sample       : what the rows are: all | one_per_initiator | successes | failures. Whoever has the data knows; it cannot be seen in them
    Formula      : counts; success = completed / n with a Wilson interval, for a sample of all teams only
    When not     : from a slice: a leave-one-out file keeps one success per initiator and every failure, or the other way round
    Raises       : UnknownName for another sample; BadInput for columns of different length.
    Cost         : one pass
    >>> team_sizes([1, 1, 2, 0], [True, True, True, False], sample="all").success.value
    0.75
    >>> team_sizes([1, 0], [True, False], sample="one_per_initiator").success.value is None
    True
    """
    if sample not in SAMPLES:
        raise UnknownName(what="kind of sample", given=sample, allowed=list(SAMPLES))
    size, done = np.asarray(participants, dtype=np.int64), np.asarray(completed, dtype=bool)
    if size.shape != done.shape or bool(np.any(size < 0)):
        raise BadInput(reason=Text(zh="参团人数须不小于 0，且与成败等长", en="Participants are at least 0, one for each outcome"))
    return _teams(size[done], int(done.sum()), int((~done).sum()), 0, sample, None, None)


TEAMS = """
SELECT o.team AS team, o.t AS t, o.needed AS needed, o.hours AS hours, min(c.t) AS completed_t, min(f.t) AS failed_t,
    max(coalesce(c.quantity, 0)) AS stated, max(coalesce(j.joined, 0)) AS joined
FROM (
    SELECT e.subject_id AS team, min(e.t) AS t, max(e.quantity) AS needed, max(e.value) AS hours FROM events AS e
    WHERE e.name = 'team_opened' AND e.subject_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
    GROUP BY e.subject_id
) AS o
LEFT JOIN events AS c ON c.subject_id = o.team AND c.name = 'team_completed' AND c.d >= $from_d
LEFT JOIN events AS f ON f.subject_id = o.team AND f.name = 'team_failed' AND f.d >= $from_d
LEFT JOIN (
    SELECT e.subject_id AS team, count(DISTINCT e.actor) AS joined FROM events AS e
    WHERE e.name = 'team_joined' AND e.subject_id IS NOT NULL AND e.d >= $from_d GROUP BY e.subject_id
) AS j ON j.team = o.team
GROUP BY o.team, o.t, o.needed, o.hours
ORDER BY team
"""
LIMITS = {"1h": HOUR, "24h": 24 * HOUR}


def group_buy(engine: Engine, window: Window, *, zone: ZoneInfo) -> Teams:
    """Teams opened in a window.

    zone     : the workspace's zone, in which the data's last day ends
    Formula  : success over teams that came to their end (completed, failed, or past the hours allowed); time to fill by Kaplan-Meier,
               teams that failed or are still open censored when they stopped being able to fill
    Assumes  : every team that was opened is recorded
    Needs    : one team that came to its end
    When not : to compare designs: who opens which team differs
    Grade    : B: complete records
    Cost     : one query, one row a team
    """
    rows = engine.run(TEAMS, {"from_d": window.from_day, "to_d": window.to_day})
    last = engine.snapshot.last_day
    end = midnight_us(window.to_day if last is None else last + 1, zone)
    t = rows.column("t").to_numpy().astype(np.float64)
    done = _filled(rows, "completed_t")
    failed = _filled(rows, "failed_t")
    limit = t + _filled(rows, "hours") * HOUR * US
    completed = ~np.isnan(done)
    over = ~completed & (~np.isnan(failed) | (limit <= end))
    stopped = np.fmin(np.fmin(done, failed), np.fmin(limit, end))
    stopped = np.where(completed, done, stopped)
    # Stated sizes include the initiator; without one, those who joined are counted.
    stated, joined = rows.column("stated").to_numpy(), rows.column("joined").to_numpy()
    sizes = np.where(stated > 0, stated - 1, joined).astype(np.int64)
    fill = kaplan_meier(np.maximum(0.0, (stopped - t) / US), completed) if len(t) else None
    teams = _teams(sizes[completed], int(completed.sum()), int(over.sum()), int((~completed & ~over).sum()), "all", window, fill)
    return replace(teams, snapshot=engine.snapshot.version)


def _filled(rows: pa.Table, column: str) -> npt.NDArray[np.float64]:
    return np.array([np.nan if v is None else float(v) for v in rows.column(column).to_pylist()], dtype=np.float64)


def _teams(
    sizes: npt.NDArray[np.int64], completed: int, failed: int, still: int, sample: str, window: Window | None, fill: Survival | None
) -> Teams:
    distinct, counts = np.unique(sizes, return_counts=True)
    nothing = Text(zh="没有成团的", en="no team was completed")
    untimed = Text(zh="没有时间记录", en="times are not recorded")
    grade = "B" if sample == "all" else "D"
    return Teams(
        window=window,
        sample=sample,
        completed=completed,
        failed=failed,
        open=still,
        sizes=dict(zip(distinct.tolist(), counts.tolist(), strict=True)),
        mean_size=Estimate(
            float(sizes.mean()), mean(float(sizes.sum()), float((sizes.astype(np.float64) ** 2).sum()), len(sizes)), len(sizes), grade
        )
        if len(sizes)
        else missing(nothing, grade=grade),
        success=missing(SLICES[sample], n=completed + failed) if sample in SLICES else share_of(completed, completed + failed, NO_TEAMS),
        fill=fill,
        median_fill=missing(untimed) if fill is None else fill.quantile(0.5),
        within={} if fill is None else {name: fill.ended_within(limit) for name, limit in LIMITS.items()},
    )
