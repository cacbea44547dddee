"""Who there is: what each person is like, before anything happens."""

from dataclasses import dataclass

import numpy as np

from lianyi.lab.chance import Chance, Ints, Reals
from lianyi.lab.draws import Flags, picks
from lianyi.lab.worlds.world import World

CIRCLE = 50  # people with one circle of friends have neighbouring numbers
INTERESTS = 6
NEVER = 2**30
SINCE_DAYS = 540  # members of old joined within so many days before the first
GENDERS = ("female", "male")
LEVELS = ("普通会员", "银卡", "金卡")


@dataclass(frozen=True, slots=True)
class People:
    """(n,) each: what people are like.

    joined      : day of joining, counted from the first; negative before it, NEVER for those who have not
    visit_rate, buy_rate : a day, on an ordinary day, while nobody influences them
    dropout     : chance to lapse after an order
    alive       : not lapsed before the first day
    basket      : how much more than others they put into an order; mean 1
    sensitivity : to prices, in (0, 1)
    share_rate  : chance to share what they have read
    chat_rate   : how much more than others they write in groups; mean 1
    keenness    : how readily they click; mean 1
    readiness   : how much more than others they bring new members; mean 1
    platform, interest, place, gender, birth_year, level : codes
    fake        : ring a made-up member belongs to, -1 for real people
    """

    joined: Ints
    visit_rate: Reals
    buy_rate: Reals
    dropout: Reals
    alive: Flags
    basket: Reals
    sensitivity: Reals
    share_rate: Reals
    chat_rate: Reals
    keenness: Reals
    readiness: Reals
    platform: Ints
    interest: Ints
    place: Ints
    gender: Ints
    birth_year: Ints
    level: Ints
    fake: Ints

    @property
    def n(self) -> int:
        """How many people, members or not yet."""
        return len(self.joined)


def people(world: World, chance: Chance, n: int, places: Reals) -> People:
    """The population of a world.

    n      : people, members or not yet
    places : (p,) weight of each place to live
    Cost: about a second a million.
    """
    rng = chance.generator("people")
    asked, buying = world.people, world.buying
    # What friends share: the same for the whole circle.
    circle = rng.standard_normal(n // CIRCLE + 1)[np.arange(n) // CIRCLE] * asked.homophily
    alike = np.exp(circle - asked.homophily**2 / 2)
    rate = rng.gamma(buying.rate_shape, buying.orders_a_day / buying.rate_shape, n) * alike
    visit = rng.gamma(asked.activity_shape, asked.visits_a_day / asked.activity_shape, n) * alike
    member = rng.random(n) < asked.joined_share
    # Longer ago there were fewer who joined.
    since = np.floor(SINCE_DAYS * rng.beta(1.2, 1.8, n)).astype(np.int64) + 1
    fake = _rings(world, n, member)
    lapsed = rng.random(n) < buying.lapsed_share
    interest = (np.arange(n) // (CIRCLE * 4) + (rng.random(n) < 0.4) * rng.integers(0, INTERESTS, n)) % INTERESTS
    level = np.digitize(rate * (1 + 0.3 * rng.standard_normal(n)), np.quantile(rate, [0.75, 0.94]))
    drawn = People(
        joined=np.where(member & (fake < 0), -since, NEVER),
        visit_rate=visit,
        buy_rate=rate,
        dropout=rng.beta(buying.dropout_a, buying.dropout_b, n),
        alive=~(lapsed & member),
        basket=rng.gamma(4.0, 0.25, n),
        sensitivity=rng.beta(2.0, 2.0, n),
        share_rate=rng.beta(world.influence.share_a, world.influence.share_b, n),
        chat_rate=rng.gamma(0.35, 1 / 0.35, n),
        keenness=rng.gamma(3.0, 1 / 3.0, n),
        readiness=rng.gamma(world.inviting.dispersion, 1 / world.inviting.dispersion, n),
        platform=picks(rng.random(n), np.cumsum(list(asked.platforms.values()))),
        interest=interest.astype(np.int64),
        place=picks(rng.random(n), np.cumsum(places)),
        gender=(rng.random(n) < 0.12).astype(np.int64),
        birth_year=np.clip(1996 + 6.5 * rng.standard_normal(n), 1958, 2008).astype(np.int64),
        level=level.astype(np.int64),
        fake=fake,
    )
    made_up = fake >= 0
    # Nobody is behind a made-up member: no browsing, no friends to tell.
    for column in (drawn.visit_rate, drawn.buy_rate, drawn.share_rate, drawn.chat_rate, drawn.keenness, drawn.readiness):
        column[made_up] = 0.0
    return drawn


def _rings(world: World, n: int, member: Flags) -> Ints:
    """Ring of each made-up member: the last people of the population; the first real member of their circle invites them."""
    asked = world.nuisances
    fake = np.full(n, -1, dtype=np.int64)
    size = min(asked.rings * asked.ring_size, n // 2)
    if size:
        fake[n - size :] = np.arange(size) // asked.ring_size
    return fake
