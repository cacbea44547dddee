"""Everything that stands before the first day."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from lianyi.kernel.clock import parse_day
from lianyi.lab.brand import brand
from lianyi.lab.cast.calendar import Calendar, calendar
from lianyi.lab.cast.circles import Circles, circles
from lianyi.lab.cast.contents import Contents, contents
from lianyi.lab.cast.drifts import Drifts
from lianyi.lab.cast.goods import Goods, goods
from lianyi.lab.cast.people import People, people
from lianyi.lab.chance import Chance
from lianyi.lab.worlds.world import CHANNELS, Campaign, World


@dataclass(frozen=True, slots=True)
class Setting:
    """A world with its cast, ready to live.

    told, days : days that are told, and days that are lived: those after are lived only to know what would come
    campaigns : those not left out
    weights   : channel -> what one touch does to the logarithm of the rate of buying; 0 where left out
    """

    world: World
    chance: Chance
    told: int
    days: int
    calendar: Calendar
    people: People
    circles: Circles
    goods: Goods
    contents: Contents
    drifts: Drifts
    campaigns: tuple[Campaign, ...]
    weights: tuple[float, ...]

    def weight_of(self, channel: str) -> float:
        """What one touch of a channel does to the logarithm of the rate of buying."""
        return self.weights[CHANNELS.index(channel)]


def setting(world: World, seed: int, *, members: int, days: int, future_days: int = 0, without: Collection[str] = ()) -> Setting:
    """Cast a world.

    members : population: members and those who may become members
    days    : told; future_days : lived after them
    without : causes to leave out (`World.causes`); everybody's luck stays the same
    """
    chance = Chance(seed)
    drifts = Drifts.of(world, without)
    cast = people(world, chance, members, np.array([weight for _, _, weight in brand("shop")["places"]]))
    stock = goods()
    return Setting(
        world=world,
        chance=chance,
        told=days,
        days=days + future_days,
        calendar=calendar(parse_day(world.start), days + future_days, world.season),
        people=cast,
        circles=circles(world, chance, cast),
        goods=stock,
        contents=contents(world, chance, drifts, stock, days + future_days),
        drifts=drifts,
        campaigns=tuple(c for c in world.campaigns if f"campaign:{c.id}" not in without),
        weights=tuple(0.0 if f"channel:{name}" in without else world.influence.weights.get(name, 0.0) for name in CHANNELS),
    )
