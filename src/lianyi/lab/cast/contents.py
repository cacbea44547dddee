"""What is published: the team's posts, its notes to groups, advertisements, creators' posts."""

from dataclasses import dataclass

import numpy as np

from lianyi.lab.brand import brand
from lianyi.lab.cast.drifts import Drifts
from lianyi.lab.cast.goods import Goods
from lianyi.lab.cast.people import INTERESTS
from lianyi.lab.chance import Chance, Ints, Reals
from lianyi.lab.draws import Flags, picks, picks_by_kind
from lianyi.lab.worlds.world import World

POST, NOTE, AD, CREATOR = range(4)
# The feed on the first day shows what was published before it.
BEFORE_DAYS = 14
MINUTE_US = 60_000_000
AFFINITY = 2.2
POSTING_HOURS = np.array([0, 0, 0, 0, 0, 0, 0, 2, 4, 3, 3, 4, 10, 4, 2, 2, 3, 4, 6, 8, 12, 7, 2, 0], dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Contents:
    """(c,) each: contents in the order of their publication.

    day, at_us : when; negative days lie before the first. late_us : behind the plan
    use     : POST | NOTE (in groups) | AD | CREATOR
    surface : where, a code of `surfaces`
    topic, format, interest, product, partner : codes; partner -1 for the team
    quality : how much more than others it is clicked; 1 usual
    hard_ad, stale : marks. originality : in (0, 1)
    surfaces : names of the places where things are published
    """

    day: Ints
    at_us: Ints
    late_us: Ints
    use: Ints
    surface: Ints
    topic: Ints
    format: Ints
    interest: Ints
    product: Ints
    partner: Ints
    quality: Reals
    hard_ad: Flags
    stale: Flags
    originality: Reals
    surfaces: tuple[str, ...]

    @property
    def n(self) -> int:
        """How many."""
        return len(self.day)


def surfaces_of(platforms: tuple[str, ...]) -> tuple[str, ...]:
    """Where things are published: one account serves all devices of a platform.

    >>> surfaces_of(("微信·苹果", "微信·安卓", "抖音"))
    ('微信', '抖音')
    """
    return tuple(dict.fromkeys(name.partition("·")[0] for name in platforms))


def contents(world: World, chance: Chance, drifts: Drifts, goods: Goods, days: int) -> Contents:
    """All contents of a world."""
    asked = world.contents
    rng = chance.generator("contents")
    span = days + BEFORE_DAYS
    weekly = 1 / 7
    uses = ((POST, asked.posts_a_day), (NOTE, world.circles.promotions_a_week * weekly), (AD, 0.3 if world.ads.reach_a_day else 0.0))
    day, use, partner = [], [], []
    for kind, rate in uses:
        published = np.floor(np.arange(span) * rate + rate).astype(np.int64) - np.floor(np.arange(span) * rate).astype(np.int64)
        day.append(np.repeat(np.arange(span) - BEFORE_DAYS, published))
        use.append(np.full(len(day[-1]), kind))
        partner.append(np.full(len(day[-1]), -1))
    posts = rng.poisson(world.partners.posts_a_week * weekly, (world.partners.number, span))
    who, when = np.nonzero(posts)
    day.append(when - BEFORE_DAYS)
    use.append(np.full(len(who), CREATOR))
    partner.append(who)
    days_, uses_, partners_ = (np.concatenate(parts).astype(np.int64) for parts in (day, use, partner))
    order = np.argsort(days_, kind="stable")
    days_, uses_, partners_ = days_[order], uses_[order], partners_[order]
    n = len(days_)
    topics = list(brand("posts")["topics"].values())
    topic = picks(rng.random(n), np.cumsum([t["share"] for t in topics]))
    level = np.array([drifts.everywhere("quality", int(d)) for d in range(-BEFORE_DAYS, days)])[days_ + BEFORE_DAYS]
    stale = (rng.random(n) > level) & (uses_ == POST)
    names = list(brand("posts")["topics"])
    topic[stale] = names.index(brand("posts")["stale"]["topic"])
    usual = np.array([t["quality"] for t in topics])[topic]
    formats = sorted({name for t in topics for name in t["formats"]})
    weights = np.array([[t["formats"].get(name, 0.0) for name in formats] for t in topics])
    interest = rng.integers(0, INTERESTS, n)
    product = picks_by_kind(rng.random(n), interest, goods.choice)
    original = np.clip(asked.original_share + 0.13 * rng.standard_normal(n), 0.05, 0.99)
    surfaces = surfaces_of(tuple(world.people.platforms))
    hour = picks(rng.random(n), np.cumsum(POSTING_HOURS))
    quality = np.exp(asked.quality_spread * rng.standard_normal(n) - asked.quality_spread**2 / 2) * usual * level
    late = rng.exponential(7.0, n) * (1 + 5 * (rng.random(n) < 0.06))
    return Contents(
        day=days_,
        at_us=(hour * 60 + 15 * rng.integers(0, 4, n)) * MINUTE_US,
        late_us=(late * MINUTE_US).astype(np.int64),
        use=uses_,
        surface=rng.integers(0, len(surfaces), n),
        topic=topic,
        format=picks_by_kind(rng.random(n), topic, np.cumsum(weights, axis=1)),
        interest=interest,
        product=product,
        partner=partners_,
        quality=quality,
        hard_ad=(uses_ == AD) | ((rng.random(n) < asked.hard_ad_share) & (uses_ != CREATOR)),
        stale=stale,
        originality=np.where(stale, original * 0.45, original),
        surfaces=surfaces,
    )


def shown(contents: Contents, day: int, use: int, fading_a_day: float) -> tuple[Ints, Reals]:
    """What is shown on a day, and how readily to whom.

    use : which contents
    Answers (k,) contents and (surfaces * INTERESTS, k) cumulative weights, by surface and then interest.
    """
    first, last = np.searchsorted(contents.day, [day - BEFORE_DAYS + 1, day + 1])
    chosen = first + np.flatnonzero(contents.use[first:last] == use)
    weight = contents.quality[chosen] * np.exp(-fading_a_day * (day - contents.day[chosen]))
    there = contents.surface[chosen][None, :] == np.arange(len(contents.surfaces))[:, None]
    liked = 1.0 + (AFFINITY - 1.0) * (contents.interest[chosen][None, :] == np.arange(INTERESTS)[:, None])
    table = (there[:, None, :] * liked[None, :, :] * weight).reshape(len(contents.surfaces) * INTERESTS, len(chosen))
    return chosen, np.cumsum(table, axis=1)


def format_names() -> list[str]:
    """The formats contents come in, in the order of their codes."""
    return sorted({name for topic in brand("posts")["topics"].values() for name in topic["formats"]})
