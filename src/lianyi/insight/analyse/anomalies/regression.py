"""What a day was to be expected to bring: trend, weekday, season, holidays and sales days; and how far the day lies from it.

Method card
    Formula    signed root of the value = trend (line with bends every 90 days) + weekday + two yearly waves (a year of data or more)
               + days off and make-up days + pre, in and post of each event seen in the series + AR(1) noise; fitted by Huber weights
               with a small ridge on event effects; score = robust t of the innovations (what is new on the day), leaving out what
               the day itself did to its own fit; counts are never taken for calmer than Poisson.
    Assumes    an event does about the same each time; values are sums or counts.
    Needs      56 days; an event must lie in the series, or in another year of it, to be accounted for.
    Do not     take "nothing stands out" for "nothing happened" inside the only occurrence of an event: its effect cannot be told
               from an anomaly, and days of first occurrences are marked unsure.
    Cost       one weighted least squares a round, 8 rounds; 700 days by 60 columns take about 20 ms.
    Source     planted anomalies of a quarter on one day: recall and false alarms beside a weekday median, see the tests.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.calendar.days import day_kind, years
from lianyi.insight.analyse.calendar.events import PHASES, occurrences
from lianyi.kernel.clock import Window, date_of

Ints = npt.NDArray[np.int64]
Reals = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

FEWEST_DAYS = 56
YEAR = 365.25
BEND_DAYS = 90
HUBER = 1.345
ROUNDS = 8
RIDGE = 0.3  # of the noise variance an event day adds: pulls an effect seen on one day halfway, one seen on ten hardly
LEAST_SPREAD = 0.02
# The root of a count strays by half at least, whatever it counts, if what is counted comes independently (Poisson).
COUNT_SPREAD = 0.5
# A spread from the median of deviations is as sure as one from 37% of as many squares.
MEDIAN_SHARE = 0.37


@dataclass(frozen=True, slots=True)
class Fitted:
    """A series with what was expected of it.

    expected : (n,) in the unit of the values; low, high: about 95% of ordinary days
    score    : (n,) robust t of the innovation, signed
    unsure   : (n,) days of an event's only occurrence, whose effect and an anomaly cannot be told apart
    residual : (n,) on the root scale, trend kept: what change points are looked for in
    phi      : the AR(1) coefficient
    spread   : standard deviation of ordinary innovations, root scale
    freedom  : degrees of freedom the spread rests on: scores are of Student's t
    """

    expected: Reals
    low: Reals
    high: Reals
    score: Reals
    unsure: Flags
    residual: Reals
    phi: float
    spread: float
    freedom: float


def fit(values: Reals, first_day: int, *, with_calendar: bool = True, steps: Sequence[int] = (), counted: bool = False) -> Fitted:
    """Fit a daily series and judge each of its days.

    values        : (n,) one value a day without gaps, n >= 56
    first_day     : day number of values[0]
    with_calendar : whether Chinese holidays and shopping festivals are accounted for
    counted       : the values are counts, which are never calmer than chance
    steps         : indices from which the level is known to have changed for good
    Raises   ValueError for fewer than 56 days.
    """
    n = len(values)
    if n < FEWEST_DAYS:
        raise ValueError(f"{n} days are too few")
    root = np.sign(values) * np.sqrt(np.abs(values))
    days = np.arange(first_day, first_day + n)
    level, level_ridge = _level(days, steps)
    parts: list[Reals] = [level, _weekdays(days)]
    ridges: list[Reals] = [level_ridge, np.full(6, 1e-3)]
    if n >= YEAR:
        angle = 2 * np.pi * np.outer(days, np.arange(1, 3)) / YEAR
        parts.append(np.hstack((np.sin(angle), np.cos(angle))))
        ridges.append(np.full(4, 1e-3))
    unsure: Flags = np.zeros(n, dtype=np.bool_)
    if with_calendar:
        around, unsure = _events(days)
        parts.append(around)
        ridges.append(np.full(around.shape[1], RIDGE))
    design, ridge = np.hstack(parts), np.concatenate(ridges)
    beta, phi, spread, leverage = _robust(design, root, ridge)
    residual = root - design @ beta
    before = np.concatenate(([0.0], residual[:-1]))
    innovation = residual - phi * before
    # A day pulls its own fit towards itself; without that share of itself it would lie this much further off.
    innovation = innovation / np.sqrt(np.maximum(1 - leverage, 0.2))
    fitted = design @ beta + phi * before
    if n and float(values.min()) >= 0:
        # What is never below nought is not expected to be: a closed weekday after a bad day is no surprise.
        innovation = np.where(fitted < 0, root, innovation)
        fitted = np.maximum(fitted, 0.0)
    width = np.maximum(max(spread, COUNT_SPREAD if counted else 0.0), LEAST_SPREAD * np.abs(fitted))
    k = level.shape[1]
    return Fitted(
        expected=_squared(fitted),
        low=_squared(fitted - 2 * width),
        high=_squared(fitted + 2 * width),
        score=innovation / width,
        unsure=unsure,
        residual=root - design[:, k:] @ beta[k:],
        phi=phi,
        spread=spread,
        freedom=max(1.0, MEDIAN_SHARE * (n - float(leverage.sum()))),
    )


def _level(days: Ints, steps: Sequence[int]) -> tuple[Reals, Reals]:
    """Columns of a line that may bend every 90 days and jumps where it is told; bends are drawn towards none."""
    n = len(days)
    place = np.arange(n) / BEND_DAYS
    bends = np.arange(1, max(1, int((n - BEND_DAYS / 2) // BEND_DAYS) + 1))
    columns = [np.ones(n), place, *(np.maximum(0.0, place - b) for b in bends), *((np.arange(n) >= s) * 1.0 for s in steps)]
    return np.stack(columns, axis=1), np.array([1e-9, 1e-9, *[0.05] * len(bends), *[1e-6] * len(steps)])


def _weekdays(days: Ints) -> Reals:
    """Six columns; a weekday's effect is measured against the mean of all seven."""
    weekday = (days + 3) % 7  # day 0 was a Thursday
    return np.asarray((weekday[:, None] == np.arange(6)).astype(np.float64) - (weekday == 6)[:, None])


def _events(days: Ints) -> tuple[Reals, Flags]:
    """Columns of days off, make-up days and event phases that occur, and the days of phases seen in one occurrence only."""
    first, after = int(days[0]), int(days[-1]) + 1
    columns: dict[tuple[str, str], Reals] = {}
    times: dict[tuple[str, str], int] = {}
    for one in occurrences(Window(first, after)):
        for phase in PHASES:
            inside = np.array([one.phase(int(d)) == phase for d in range(max(first, one.reach.from_day), min(after, one.reach.to_day))])
            if inside.any():
                key = (one.event.id, phase)
                begin = max(first, one.reach.from_day) - first
                columns.setdefault(key, np.zeros(len(days)))[begin : begin + len(inside)] += inside
                times[key] = times.get(key, 0) + 1
    unsure: Flags = np.zeros(len(days), dtype=np.bool_)
    for key, column in columns.items():
        # Before and after, the effect is mild and one occurrence is held back by the ridge; the event itself is not.
        if times[key] == 1 and key[1] == "in":
            unsure |= column > 0
    held = [day_kind(int(d)) if date_of(int(d)).year in years() else None for d in days]
    moved = np.array([k is not None and k.is_makeup for k in held], dtype=np.float64)
    off_week = np.array(
        [k is not None and k.holiday is not None and date_of(int(d)).weekday() < 5 for k, d in zip(held, days, strict=True)]
    )
    extra = [column for column in (moved, off_week.astype(np.float64)) if column.any()]
    every = [*columns.values(), *extra]
    return (np.stack(every, axis=1) if every else np.zeros((len(days), 0))), unsure


def _robust(design: Reals, y: Reals, ridge: Reals) -> tuple[Reals, float, float, Reals]:
    """Huber-weighted ridge regression with AR(1) noise: coefficients, phi, spread of innovations, leverage of each day."""
    weights = np.ones(len(y))
    phi, spread = 0.0, float(np.std(y)) or 1.0
    beta = np.zeros(design.shape[1])
    leverage = np.zeros(len(y))
    for _ in range(ROUNDS):
        x = np.vstack((design[:1], design[1:] - phi * design[:-1]))
        z = np.concatenate((y[:1], y[1:] - phi * y[:-1]))
        weighted = x * weights[:, None]
        inverse = np.linalg.inv(x.T @ weighted + np.diag(ridge))
        beta = inverse @ (weighted.T @ z)
        leverage = ((weighted @ inverse) * x).sum(axis=1)
        residual = y - design @ beta
        innovation = residual[1:] - phi * residual[:-1]
        free = max(1.0 - float(leverage.sum()) / len(y), 0.2)
        spread = max(1.4826 * float(np.median(np.abs(innovation))) / np.sqrt(free), 1e-9)
        ahead = np.clip(residual[1:], -3 * spread, 3 * spread)
        back = np.clip(residual[:-1], -3 * spread, 3 * spread)
        phi = float(np.clip((ahead @ back) / max(float(back @ back), 1e-12), 0.0, 0.9))
        far = np.abs(np.concatenate((residual[:1], innovation))) / spread
        weights = np.minimum(1.0, HUBER / np.maximum(far, 1e-9))
    return beta, phi, spread, leverage


def _squared(root: Reals) -> Reals:
    return np.asarray(np.sign(root) * root**2)
