"""Kaplan-Meier: the share still waiting after so long, when some have not been answered yet."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.estimate import Estimate, Interval, missing
from lianyi.insight.measure.intervals import z_of
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
VERSION = 1
NOTHING = Text(zh="没有可观察的对象", en="there is nothing to observe")


@dataclass(frozen=True, slots=True)
class Survival:
    """A Kaplan-Meier curve. Arrays have one entry for each distinct duration, ascending.

    at       : (k,) durations, in the unit given
    at_risk  : (k,) still waiting just before
    ended    : (k,) that ended at this duration; left : (k,) that stopped being observed
    share    : (k,) share still waiting just after, S(t)
    low, high: (k,) 95% interval on the log(-log) scale; nan where S is 0 or 1
    n, events, longest : observed, ended, and the longest observation
    """

    at: Reals
    at_risk: Integers
    ended: Integers
    left: Integers
    share: Reals
    low: Reals
    high: Reals
    n: int
    events: int
    longest: float
    grade: str = "B"

    def waiting_after(self, t: float) -> Estimate:
        """S(t): the share still waiting after t; not estimable beyond the longest observation unless nobody is left."""
        if self.n == 0:
            return missing(NOTHING, grade=self.grade)
        if t > self.longest and self.share[-1] > 0:
            return missing(
                sentence("最长只观察到 %(longest)s", "nothing was observed beyond %(longest)s", longest=_number(self.longest)),
                n=self.n,
                grade=self.grade,
            )
        place = int(np.searchsorted(self.at, t, side="right")) - 1
        if place < 0:
            return Estimate(1.0, None, self.n, self.grade)
        return Estimate(float(self.share[place]), _pair(self.low[place], self.high[place]), self.n, self.grade)

    def ended_within(self, t: float) -> Estimate:
        """1 - S(t): the share that ended within t."""
        waiting = self.waiting_after(t)
        if waiting.value is None:
            return waiting
        interval = None if waiting.interval is None else (1 - waiting.interval[1], 1 - waiting.interval[0])
        return Estimate(1 - waiting.value, interval, waiting.n, waiting.grade)

    def quantile(self, share: float = 0.5) -> Estimate:
        """The duration by which this share has ended; the interval inverts the band of S (Brookmeyer, Crowley 1982).

        Where the upper band has not come down to the share by the last that ended, as with a handful observed, there is no interval.
        """
        if self.n == 0:
            return missing(NOTHING, grade=self.grade)
        value = self._first_at_or_below(self.share, 1 - share)
        if value is None:
            return missing(
                sentence(
                    "到观察结束只有 %(share)s 已了结，中位数未到",
                    "by the end of observation only %(share)s had ended: the point is not reached",
                    share=f"{1 - float(self.share[-1]):.1%}",
                ),
                n=self.n,
                grade=self.grade,
            )
        low = self._first_at_or_below(np.where(np.isnan(self.low), self.share, self.low), 1 - share)
        high = self._first_at_or_below(np.where(np.isnan(self.high), 1.0, self.high), 1 - share)
        return Estimate(value, None if high is None else (value if low is None else low, high), self.n, self.grade)

    def _first_at_or_below(self, curve: Reals, level: float) -> float | None:
        places = np.flatnonzero(curve <= level + 1e-12)
        return float(self.at[places[0]]) if len(places) else None

    def to_table(self) -> pa.Table:
        """One row a distinct duration: at, at_risk, ended, left, share, low, high."""
        return pa.table(
            {
                "at": self.at,
                "at_risk": self.at_risk,
                "ended": self.ended,
                "left": self.left,
                "share": self.share,
                "low": pa.array(self.low, from_pandas=True),
                "high": pa.array(self.high, from_pandas=True),
            }
        )


def kaplan_meier(durations: npt.ArrayLike, ended: npt.ArrayLike, *, grade: str = "B") -> Survival:
    """The share still waiting after each duration.

    durations : (n,) >= 0, any unit, up to the end or to the last moment of observation
    ended     : (n,) true where it ended, false where it was still waiting (censored)
    Formula   : S(t) = product over t_i <= t of (1 - d_i / n_i); Greenwood variance, interval on the log(-log) scale.
                Those censored at t_i count as at risk at t_i
    Assumes   : stopping to observe tells nothing about when it would have ended
    Needs     : one observation; the median needs half of them to have ended
    When not  : to compare with a plain mean of the answered: that mean leaves out those who wait longest
    Cost      : one sort.   Source: Kaplan, Meier 1958; Greenwood 1926; Kalbfleisch, Prentice 1980
    >>> curve = kaplan_meier([1, 2, 2, 3, 4], [1, 1, 0, 1, 0])
    >>> curve.share.round(4).tolist(), curve.quantile().value
    ([0.8, 0.6, 0.3, 0.3], 3.0)
    """
    t = np.asarray(durations, dtype=np.float64)
    done = np.asarray(ended, dtype=bool)
    if t.shape != done.shape or t.ndim != 1:
        raise ValueError("durations and ended are two columns of one length")
    if bool(np.any(~np.isfinite(t))) or bool(np.any(t < 0)):
        raise ValueError("a duration is a number of at least 0")
    at, where = np.unique(t, return_inverse=True)
    deaths = np.bincount(where, weights=done, minlength=len(at)).astype(np.int64)
    all_here = np.bincount(where, minlength=len(at)).astype(np.int64)
    at_risk = len(t) - np.concatenate([[0], np.cumsum(all_here)[:-1]]).astype(np.int64) if len(at) else np.zeros(0, np.int64)
    share: Reals = np.cumprod(1 - deaths / np.maximum(at_risk, 1)).astype(np.float64)
    rest = at_risk - deaths
    greenwood = np.cumsum(np.divide(deaths, at_risk * rest, out=np.zeros(len(at)), where=rest > 0))
    inside = (share > 0) & (share < 1)
    log_share = np.log(np.where(inside, share, 0.5))
    half = z_of(0.95) * np.sqrt(greenwood) / np.abs(log_share)
    low = np.where(inside, np.exp(log_share * np.exp(half)), np.nan)
    high = np.where(inside, np.exp(log_share * np.exp(-half)), np.nan)
    return Survival(
        at, at_risk, deaths, all_here - deaths, share, low, high, len(t), int(deaths.sum()), float(at[-1]) if len(at) else 0.0, grade
    )


def _pair(low: float, high: float) -> Interval | None:
    return None if np.isnan(low) or np.isnan(high) else (float(low), float(high))


def _number(value: float) -> str:
    return f"{value:,.4g}"
