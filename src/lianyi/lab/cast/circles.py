"""Who knows whom, and who is in which chat group."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lianyi.lab.cast.people import CIRCLE, People
from lianyi.lab.chance import Chance, Ints
from lianyi.lab.worlds.world import World

MOST_FRIENDS = 2000
MOST_IN_GROUP = 500
Friends = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Circles:
    """Friendships, both ways, and chat groups.

    starts  : (n + 1,) person i's friends are friends[starts[i]:starts[i + 1]]
    group   : (n,) group a person would be in as a member, -1 none
    groups  : how many
    """

    starts: Ints
    friends: Friends
    group: Ints
    groups: int


def circles(world: World, chance: Chance, people: People) -> Circles:
    """Draw friendships and groups.

    Half of each person's friends are drawn for them, the other half draw them: degrees are log-normal and capped. A friend is of
    one's own circle of 50 with `within_share`, which makes friends of friends friends.
    Cost: about 4 s a million people with ten friends each; memory 0.3 GiB.
    """
    n, asked = people.n, world.circles
    rng = chance.generator("circles")
    spread = 0.8
    wanted = np.exp(np.log(max(asked.friends, 0.02) / 2) - spread**2 / 2 + spread * rng.standard_normal(n))
    wanted[people.fake >= 0] = 0.0
    halves = np.minimum(np.floor(wanted + rng.random(n)), MOST_FRIENDS // 2).astype(np.int64)
    one = np.repeat(np.arange(n, dtype=np.int32), halves)
    near = (one // CIRCLE) * CIRCLE + rng.integers(0, CIRCLE, len(one), dtype=np.int32)
    other = np.where(rng.random(len(one), dtype=np.float32) < asked.within_share, near, rng.integers(0, n, len(one), dtype=np.int32))
    kept = (other != one) & (other < n)
    kept[kept] &= people.fake[other[kept]] < 0
    one, other = one[kept], other[kept].astype(np.int32)
    lower = np.minimum(one, other).astype(np.int64)
    pairs = np.sort(lower * n + np.maximum(one, other))
    pairs = pairs[np.diff(pairs, prepend=-1) > 0]
    low, high = (pairs // n).astype(np.int32), (pairs % n).astype(np.int32)
    of = np.concatenate((low, high))
    order = np.argsort(of, kind="stable")
    starts = np.concatenate(([0], np.cumsum(np.bincount(of, minlength=n)))).astype(np.int64)
    return Circles(starts, np.concatenate((high, low))[order], *_groups(world, rng, people))


def _groups(world: World, rng: np.random.Generator, people: People) -> tuple[Ints, int]:
    """Groups are filled along the circles of one interest, so that those who chat know some of each other."""
    asked = world.circles
    size = min(asked.group_size, MOST_IN_GROUP)
    wants = np.flatnonzero((rng.random(people.n) < asked.group_share) & (people.fake < 0))
    group = np.full(people.n, -1, dtype=np.int64)
    if not len(wants):
        return group, 0
    order = wants[np.argsort(people.interest[wants], kind="stable")]
    group[order] = np.arange(len(order)) // size
    return group, int(group.max()) + 1
