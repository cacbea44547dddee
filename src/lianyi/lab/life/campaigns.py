"""Campaigns: who hears of them, what that does, who is kept from them."""

from dataclasses import dataclass

import numpy as np

from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags, picks, times_of_day
from lianyi.lab.life.day import Heard
from lianyi.lab.life.state import State, present
from lianyi.lab.worlds.world import CHANNELS, Campaign

# How members hear of a campaign.
HEARING = {"direct": 0.3, "feed": 0.25, "group": 0.25, "social": 0.2}
# By when, of its span, all who hear of it have.
HEARD_BY_SHARE = 0.7
TAKES_PART_SHARE = 0.45
LIVE = CHANNELS.index("live")


@dataclass(frozen=True, slots=True)
class Arms:
    """(n,) each, over the population, whether or not they are members.

    held_out : kept from the campaign at random
    aware    : would hear of it, held out or not
    hears_on : the day on which
    """

    held_out: Flags
    aware: Flags
    hears_on: Ints


def arms(setting: Setting, campaign: Campaign) -> Arms:
    """Who is in which arm of a campaign; fixed before it begins, and the same whether or not it takes place."""
    chance, n = setting.chance, setting.people.n
    real = setting.people.fake < 0
    span = max(1, round(campaign.days * HEARD_BY_SHARE))
    return Arms(
        held_out=(chance.everyone(f"campaign/{campaign.id}/arm", 0, n) < campaign.holdout_share) & real,
        aware=(chance.everyone(f"campaign/{campaign.id}/aware", 0, n) < campaign.aware_share) & real,
        hears_on=campaign.from_day + (chance.everyone(f"campaign/{campaign.id}/when", 0, n) ** 1.5 * span).astype(np.int64),
    )


def running(campaign: Campaign, day: int) -> bool:
    """Whether a campaign runs on a day."""
    return campaign.from_day <= day < campaign.from_day + campaign.days


@dataclass(slots=True)
class Campaigns:
    """The campaigns of a run and their arms, worked out when each begins."""

    setting: Setting
    arms: dict[int, Arms]

    def of_day(self, day: int) -> list[int]:
        """Places of the campaigns that run on a day."""
        found = [place for place, campaign in enumerate(self.setting.campaigns) if running(campaign, day)]
        for place in found:
            if place not in self.arms:
                self.arms[place] = arms(self.setting, self.setting.campaigns[place])
        return found

    def heard(self, state: State, day: int) -> Heard:
        """Who hears of a campaign on a day: the aware who are members, each on their day or when they join."""
        parts = []
        here = present(state, day)
        for place in self.of_day(day):
            arm = self.arms[place]
            when = np.maximum(arm.hears_on, np.where(state.joined > self.setting.campaigns[place].from_day, state.joined, 0))
            who = np.flatnonzero(here & arm.aware & ~arm.held_out & (when == day))
            u, v, w, _ = self.setting.chance.each(f"campaign/{self.setting.campaigns[place].id}/heard", day, who)
            codes = np.array([CHANNELS.index(name) for name in HEARING])
            hosted = self.setting.campaigns[place].mechanic == "live"
            channel = np.full(len(who), LIVE) if hosted else codes[picks(v, np.cumsum(list(HEARING.values())))]
            parts.append((who, np.full(len(who), place), channel, w < TAKES_PART_SHARE, times_of_day(u, self.setting.calendar.hours)))
        if not parts:
            none = np.zeros(0, dtype=np.int64)
            return Heard(none, none, none, none.astype(bool), none)
        return Heard(*(np.concatenate([part[column] for part in parts]) for column in range(5)))

    def effect(self, state: State, day: int) -> tuple[Reals, Ints]:
        """(n,) what campaigns add to the logarithm of the rate of buying on a day, and which of them moves each most (-1 none)."""
        people = self.setting.people
        lift, strongest = np.zeros(people.n), np.zeros(people.n)
        which = np.full(people.n, -1)
        for place in self.of_day(day):
            campaign, arm = self.setting.campaigns[place], self.arms[place]
            if campaign.stock and state.sold[place] >= campaign.stock:
                continue
            reached = arm.aware & ~arm.held_out & (arm.hears_on <= day)
            uneven = (1 - campaign.uneven) + campaign.uneven * people.sensitivity / 0.5
            own = np.where(reached, campaign.lift * uneven, 0.0)
            lift += own
            stronger = reached & ((which < 0) | (own > strongest))
            which[stronger], strongest[stronger] = place, own[stronger]
        return lift, which
