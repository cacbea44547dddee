"""Joining, inviting, leaving, and rings of made-up members."""

import numpy as np

from lianyi.lab.cast.people import NEVER
from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints
from lianyi.lab.draws import counts, picks, spread_out, times_of_day, waits
from lianyi.lab.life.day import Joins
from lianyi.lab.life.state import State, present
from lianyi.lab.worlds.world import CHANNELS

# How those who join of themselves come, by channel.
COMING = {"direct": 0.24, "search": 0.22, "feed": 0.26, "social": 0.08, "group": 0.05, "paid": 0.1, "partner": 0.05}
LEAVES_A_DAY = 0.0008


def joins(setting: Setting, state: State, day: int) -> Joins:
    """Those who join of themselves, and the invited whose day it is."""
    chance, n = setting.chance, setting.people.n
    level = setting.drifts.by_platform("joins", day)[setting.people.platform]
    rate = setting.world.people.joins_a_day * setting.calendar.visits[day] * level
    if day == 0:
        _plan_rings(setting, state)
    own = np.flatnonzero((chance.everyone("joins", day, n) < rate) & (state.joined == NEVER) & ~state.claimed)
    invited = state.arriving.pop(day, [])
    who = np.concatenate([own, *(w for w, _, _ in invited)])
    referrer = np.concatenate([np.full(len(own), -1), *(r for _, r, _ in invited)])
    campaign = np.concatenate([np.full(len(own), -1), *(c for _, _, c in invited)])
    u, v, _, _ = chance.each("joins/how", day, who)
    codes = np.array([CHANNELS.index(name) for name in COMING])
    channel = np.where(referrer >= 0, CHANNELS.index("social"), codes[picks(v, np.cumsum(list(COMING.values())))])
    state.joined[who] = day
    state.claimed[who] = True
    return Joins(who, channel, referrer, campaign, times_of_day(u, setting.calendar.hours))


def invitations(setting: Setting, state: State, day: int, inviter: Ints, mean: Ints | float, *, purpose: str, campaign: int = -1) -> Ints:
    """Invitations that will be followed: their day is drawn and the invitee set aside; answers the inviter of each.

    mean : invitees per inviter, in the end; uneven as the world's negative binomial
    """
    asked, chance, people = setting.world.inviting, setting.chance, setting.people
    if not len(inviter):
        return inviter
    # Gamma times Poisson is negative binomial.
    wanted = counts(chance.each(purpose, day, inviter)[0], people.readiness[inviter] * mean, most=40)
    one = np.repeat(inviter, wanted)
    nth = spread_out(np.zeros(len(wanted), dtype=np.int64), wanted)
    if not len(one):
        return one
    place, wait, more, other = chance.each(f"{purpose}/whom", day, one, nth)
    whom = _invitee(setting, state, one, place, other)
    # Of several who invite one person on a day, the first is followed.
    _, first = np.unique(whom, return_index=True)
    kept = first[whom[first] >= 0]
    one, whom = one[kept], whom[kept]
    delay = waits(wait[kept], more[kept], median=asked.delay_days, spread=asked.delay_spread)
    arrives = day + np.maximum(1, np.round(delay)).astype(np.int64)
    state.claimed[whom] = True
    np.add.at(state.offspring, one, 1)
    for when in np.unique(arrives):
        at = arrives == when
        state.arriving[int(when)].append((whom[at], one[at], np.full(int(at.sum()), campaign)))
    return one


def _invitee(setting: Setting, state: State, one: Ints, place: np.ndarray, other: np.ndarray) -> Ints:
    """A friend who is no member yet, else anyone who is none; -1 where there is nobody left."""
    circles = setting.circles
    free = (state.joined == NEVER) & ~state.claimed
    pool = np.flatnonzero(free)
    if not len(pool):
        return np.full(len(one), -1)
    start, degree = circles.starts[one], circles.starts[one + 1] - circles.starts[one]
    stranger = pool[(other * len(pool)).astype(np.int64)]
    if not len(circles.friends):
        return stranger
    friend = circles.friends[np.minimum(start + (place * degree).astype(np.int64), len(circles.friends) - 1)].astype(np.int64)
    return np.where((degree > 0) & free[friend], friend, stranger)


def leaving(setting: Setting, state: State, day: int) -> Ints:
    """Members who have lapsed and now leave."""
    u = setting.chance.everyone("leaving", day, setting.people.n)
    left = np.flatnonzero((u < LEAVES_A_DAY) & present(state, day) & ~state.alive)
    state.gone[left] = True
    return left


def _plan_rings(setting: Setting, state: State) -> None:
    """Each ring arrives within two days, brought by one real member."""
    fake = setting.people.fake
    members = np.flatnonzero(fake >= 0)
    if not len(members):
        return
    rng = setting.chance.generator("rings")
    rings = int(fake.max()) + 1
    real = np.flatnonzero((fake < 0) & (state.joined < 0))
    head = rng.choice(real, rings, replace=False)
    begins = rng.integers(int(setting.told * 0.1), max(int(setting.told * 0.8), 2), rings)
    arrives = begins[fake[members]] + rng.integers(0, 2, len(members))
    for when in np.unique(arrives):
        at = members[arrives == when]
        state.arriving[int(when)].append((at, head[fake[at]], np.full(len(at), -1)))
