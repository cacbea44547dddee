"""What changes in the course of a world, as factors by day and platform."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from lianyi.lab.chance import Reals
from lianyi.lab.worlds.world import Drift, World


@dataclass(frozen=True, slots=True)
class Drifts:
    """The changes of a run, those left out gone.

    platforms : names, in the order of their codes
    """

    drifts: tuple[Drift, ...]
    platforms: tuple[str, ...]

    @classmethod
    def of(cls, world: World, without: Collection[str]) -> "Drifts":
        """The changes of a world but those named "drift:ID"."""
        return cls(tuple(d for d in world.drifts if f"drift:{d.id}" not in without), tuple(world.people.platforms))

    def everywhere(self, what: str, day: int) -> float:
        """The factor of a quantity on a day, by changes that name no platform."""
        return float(np.prod([_level(d, day) for d in self.drifts if d.what == what and not d.platform and not d.product]))

    def by_platform(self, what: str, day: int) -> Reals:
        """(platforms,) the factor on each platform."""
        level = np.full(len(self.platforms), self.everywhere(what, day))
        for drift in self.drifts:
            if drift.what == what and drift.platform:
                level[self.platforms.index(drift.platform)] *= _level(drift, day)
        return level

    def by_product(self, what: str, day: int, products: int) -> Reals:
        """(products,) the factor of each product."""
        level = np.ones(products)
        for drift in self.drifts:
            if drift.what == what and drift.product:
                level[drift.product - 1] *= _level(drift, day)
        return level


def _level(drift: Drift, day: int) -> float:
    """The factor on one day: 1 before it begins, `times` once its ramp is over, 1 again after its end.

    >>> half = Drift(id="x", what="visits", times=0.5, from_day=10, ramp_days=4)
    >>> [_level(half, day) for day in (9, 11, 14)]
    [1.0, 0.75, 0.5]
    """
    if not drift.from_day <= day < drift.from_day + drift.days:
        return 1.0
    done = min(1.0, (day - drift.from_day + 1) / drift.ramp_days) if drift.ramp_days else 1.0
    return 1.0 + (drift.times - 1.0) * done
