"""Daily sales with a known calendar in them."""

import datetime as dt

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.calendar.events import occurrences
from lianyi.kernel.clock import Window, day_of

Reals = npt.NDArray[np.float64]


def sales(rng: np.random.Generator, *, days: int = 730, noise: float = 0.06) -> tuple[int, Reals]:
    """First day and values: trend, season, weekday, holidays that empty the shop, festivals that fill it, AR(1) noise."""
    first = day_of(dt.date(2023, 1, 1))
    day = np.arange(first, first + days)
    log = np.log(2000) + 0.0004 * np.arange(days) + 0.12 * np.sin(2 * np.pi * day / 365.25)
    log += np.array([0, -0.02, 0, 0.02, 0.05, 0.2, 0.15])[(day + 3) % 7]
    for one in occurrences(Window(first, first + days)):
        strength = 0.7 if one.event.kind == "retail" else -0.8
        for i, d in enumerate(day.tolist()):
            phase = one.phase(d)
            if phase:
                log[i] += strength * {"pre": -0.1, "in": 0.5, "post": -0.2}[phase]
    error = 0.0
    for i, fresh in enumerate(rng.normal(0, noise, days).tolist()):
        error = 0.3 * error + fresh
        log[i] += error
    return first, np.round(np.exp(log))
