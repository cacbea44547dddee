"""Whether one time to publish is better than the others; mostly the answer is that nobody can tell yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.content.groups import Group, count_groups
from lianyi.insight.analyse.estimate import said
from lianyi.kernel.numbers import Share, sentence
from lianyi.kernel.text import Text

MIN_POSTS = 5
SURE = 0.8
DRAWS = 4_000


@dataclass(frozen=True, slots=True)
class Timing:
    """The best time to publish.

    best    : hour or weekday; None where the data cannot tell, and then `because` says why
    chance  : time -> probability of being the best of those compared
    compared: times with at least five posts; untried : of all 24 hours (or 7 days) those without a post
    """

    best: str | None
    because: Text | None
    chance: dict[str, float]
    compared: tuple[str, ...]
    untried: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """`{best, because, chance, compared, untried}`."""
        return {
            "best": self.best,
            "because": said(self.because),
            "chance": self.chance,
            "compared": list(self.compared),
            "untried": list(self.untried),
        }


def best_time(values: npt.ArrayLike, times: Sequence[str | None], *, every: Sequence[str], seed: int = 20) -> Timing:
    """The time of day (or day of the week) at which posts draw most, if the data can tell.

    values   : (n,) what each post drew; times : (n,) its hour or weekday; every : all values a time can have
    Formula  : groups of at least five posts, typical posts shrunken as in `count_groups`; 4,000 draws from them give each the
               probability of being best; best is said only from 80% on
    Assumes  : what is posted does not depend on when: it usually does, so even a clear answer calls for a test
    Needs    : two times with five posts each, and a difference beyond chance
    When not : sparse data: in simulation choosing by them gained nothing
    Cost     : as count_groups
    >>> best_time([1, 2, 3], ["08", "09", "10"], every=["08", "09", "10", "11"]).best is None
    True
    """
    x = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(x)
    counted: dict[str, int] = {}
    for time, seen in zip(times, known.tolist(), strict=True):
        if time is not None and seen:
            counted[time] = counted.get(time, 0) + 1
    untried = tuple(time for time in every if time not in counted)
    enough = {time for time, n in counted.items() if n >= MIN_POSTS}
    keep = np.array([time in enough for time in times], dtype=bool)
    if len(enough) < 2:
        because = sentence(
            "数据不够：只有 %(k)s 个时段有至少 %(least)s 篇，请安排测试。",
            "Not enough data: %(k)s times have at least %(least)s posts; schedule a test.",
            k=len(enough),
            least=MIN_POSTS,
        )
        return Timing(None, because, {}, tuple(sorted(enough)), untried)
    groups = count_groups(x[keep], [time for time, kept in zip(times, keep.tolist(), strict=True) if kept])
    chance = _chance(groups, seed)
    best = max(chance, key=lambda time: chance[time], default=None)
    if best is None or chance[best] < SURE:
        because = sentence(
            "数据不够：最好的时段最有可能是 %(best)s，但把握只有 %(chance)s；请在几个时段之间做测试。",
            "Not enough data: %(best)s is the likeliest best time, with a chance of only %(chance)s; test a few times against each other.",
            best=best or "-",
            chance=Share(chance.get(best or "", 0.0)),
        )
        return Timing(None, because, chance, tuple(sorted(enough)), untried)
    return Timing(best, None, chance, tuple(sorted(enough)), untried)


def _chance(groups: tuple[Group, ...], seed: int) -> dict[str, float]:
    ranked = [(g.value or "", g.typical) for g in groups if g.typical.value is not None and g.typical.interval is not None]
    if len(ranked) < 2:
        return {}
    centre = np.log1p([e.value or 0.0 for _, e in ranked])
    ends = np.log1p([e.interval or (0.0, 0.0) for _, e in ranked])
    drawn = np.random.default_rng(seed).normal(centre, (ends[:, 1] - ends[:, 0]) / (2 * 1.959964), size=(DRAWS, len(ranked)))
    wins = np.bincount(drawn.argmax(axis=1), minlength=len(ranked)) / DRAWS
    return {name: float(share) for (name, _), share in zip(ranked, wins, strict=True)}
