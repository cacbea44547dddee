"""What is carried from one day to the next."""

from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags

# A touch is what brought an order when it lies no further back.
REMEMBERED_DAYS = 5
# Who has just joined comes more often: so many times more on the first day, less and less over so many days.
NOVELTY, NOVELTY_DAYS = 1.8, 4.0
LAPSED_TIMES = 0.25


@dataclass(slots=True)
class State:
    """(n,) each, over the population.

    joined   : day of joining, NEVER for those who have not
    claimed  : somebody's invitation is on its way to them
    alive    : still buys; gone : left the membership
    lift     : what touches have done to the logarithm of the rate of buying
    cooled_until, cooled_share : bought in a campaign what they would have bought later
    last_day, last_channel, last_referrer, last_partner : the newest touch that was opened
    shared   : (sharer, content) of yesterday
    arriving : day -> invitees (who, referrer, campaign) who will join then
    sold     : (campaigns,) pieces sold in each
    orders   : orders numbered so far; teams : teams so far
    offspring: (n,) invitees each has coming, in the end
    """

    joined: Ints
    claimed: Flags
    alive: Flags
    gone: Flags
    lift: npt.NDArray[np.float32]
    cooled_until: npt.NDArray[np.int32]
    cooled_share: npt.NDArray[np.float32]
    last_day: npt.NDArray[np.int32]
    last_channel: npt.NDArray[np.int8]
    last_referrer: npt.NDArray[np.int32]
    last_partner: npt.NDArray[np.int16]
    shared: tuple[Ints, Ints]
    sold: Ints
    offspring: npt.NDArray[np.int32]
    arriving: dict[int, list[tuple[Ints, Ints, Ints]]] = field(default_factory=lambda: defaultdict(list))
    orders: int = 0
    teams: int = 0


def before(setting: Setting) -> State:
    """The state on the eve of the first day."""
    n, people = setting.people.n, setting.people
    nobody = np.zeros(0, dtype=np.int64)
    return State(
        joined=people.joined.copy(),
        claimed=people.fake >= 0,
        alive=people.alive.copy(),
        gone=np.zeros(n, dtype=bool),
        lift=np.zeros(n, dtype=np.float32),
        cooled_until=np.full(n, -1, dtype=np.int32),
        cooled_share=np.zeros(n, dtype=np.float32),
        last_day=np.full(n, -1000, dtype=np.int32),
        last_channel=np.zeros(n, dtype=np.int8),
        last_referrer=np.full(n, -1, dtype=np.int32),
        last_partner=np.full(n, -1, dtype=np.int16),
        shared=(nobody, nobody),
        sold=np.zeros(len(setting.campaigns), dtype=np.int64),
        offspring=np.zeros(n, dtype=np.int32),
    )


def eagerness(state: State, day: int) -> Reals:
    """(n,) how much more than usual each person comes by: 0 for those who are no members, more for new ones, little for the lapsed."""
    age = np.clip(day - state.joined, 0, 60)
    level = 1.0 + NOVELTY * np.exp(-np.arange(61) / NOVELTY_DAYS)[age]
    return np.where(present(state, day), level * np.where(state.alive, 1.0, LAPSED_TIMES), 0.0)


def present(state: State, day: int) -> Flags:
    """(n,) who is a member on a day."""
    return (state.joined <= day) & ~state.gone
