"""How contents reach people: the feed, what friends share, advertisements, notes in groups, creators."""

from collections.abc import Iterator

import numpy as np

from lianyi.lab.brand import brand
from lianyi.lab.cast.contents import AD, CREATOR, NOTE, POST, shown
from lianyi.lab.cast.people import INTERESTS
from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags, counts, picks, picks_by_kind, spread_out, times_of_day
from lianyi.lab.life.day import Reading, Touches
from lianyi.lab.life.state import REMEMBERED_DAYS, State, eagerness, present
from lianyi.lab.worlds.world import CHANNELS

FEED, SOCIAL, GROUP, PAID, PARTNER = (CHANNELS.index(name) for name in ("feed", "social", "group", "paid", "partner"))
MOST_CLICKS = 0.6
SAME_INTEREST = 1.4
# How much more readily than a post in the feed each is opened.
OPENED = {SOCIAL: 2.5, GROUP: 1.6, PAID: 0.5, PARTNER: 1.3}
NOTE_SEEN_SHARE = 0.25
# What a reader does: shares of reads.
LIKES, COLLECTS, COMMENTS = 0.14, 0.06, 0.012


def touches(setting: Setting, state: State, day: int) -> Touches:
    """Everything that reached anybody on a day; what was opened becomes the newest touch of its reader."""
    here = present(state, day)
    parts = [
        part
        for part in (
            *_feed(setting, state, day),
            *_shared(setting, state, day, here),
            *_bought(setting, day, here),
            *_notes(setting, day, here),
            *_creators(setting, day, here),
        )
        if len(part)
    ]
    found = _joined(parts)
    _remember(setting, state, day, found)
    return found


def reading(setting: Setting, state: State, day: int, touched: Touches) -> Reading:
    """What readers did with what they opened; what they shared reaches their friends tomorrow."""
    opened = np.flatnonzero(touched.clicked)
    who, what = touched.who[opened], touched.content[opened]
    u, v, w, x = setting.chance.each("reading", day, who, what)
    people = setting.people
    shares = x < people.share_rate[who] * np.minimum(setting.contents.quality[what], 2.0)
    found = Reading(
        liked=opened[u < LIKES * np.minimum(people.keenness[who], 3.0)],
        collected=opened[v < COLLECTS],
        commented=opened[w < COMMENTS * np.minimum(people.keenness[who], 3.0)],
        shared=opened[shares],
    )
    state.shared = (touched.who[found.shared], touched.content[found.shared])
    return found


def _feed(setting: Setting, state: State, day: int) -> Iterator[Touches]:
    world, people = setting.world, setting.people
    usual = world.contents.exposures_a_day / world.people.visits_a_day * setting.calendar.visits[day]
    rate = people.visit_rate * usual * eagerness(state, day)
    times = counts(setting.chance.everyone("feed", day, people.n), rate)
    who = np.repeat(np.arange(people.n), times)
    chosen, table = shown(setting.contents, day, POST, world.contents.fading_a_day)
    if not len(chosen) or not len(who):
        return
    nth = spread_out(np.zeros(people.n, dtype=np.int64), times)
    u, v, w, x = setting.chance.each("feed/which", day, who, nth)
    # A surface that shows nothing (a row of zeros) shows nobody anything.
    row = _surface(setting)[people.platform[who]] * INTERESTS + people.interest[who]
    some = table[row, -1] > 0
    who, u, v, w, x, row = who[some], u[some], v[some], w[some], x[some], row[some]
    content = chosen[picks_by_kind(u, row, table)]
    clicked = v < _click_share(setting, who, content, 1.0)
    yield _touches(FEED, who, content, clicked, times_of_day(w, setting.calendar.hours), x)


def _shared(setting: Setting, state: State, day: int, here: Flags) -> Iterator[Touches]:
    sharer, content = state.shared
    circles, asked = setting.circles, setting.world.influence
    degree = circles.starts[sharer + 1] - circles.starts[sharer]
    friend = circles.friends[spread_out(circles.starts[sharer], degree)].astype(np.int64)
    if not len(friend):
        return
    by, what = np.repeat(sharer, degree), np.repeat(content, degree)
    u, v, w, x = setting.chance.each("shared", day, friend, by)
    met = (u < asked.reach_share) & here[friend]
    friend, by, what, v, w, x = friend[met], by[met], what[met], v[met], w[met], x[met]
    luck = setting.chance.each("shared/next", day, friend, by)
    seen = luck[0] >= asked.withheld_share
    clicked = seen & (v < _click_share(setting, friend, what, OPENED[SOCIAL]))
    yield _touches(SOCIAL, friend, what, clicked, times_of_day(w, setting.calendar.hours), luck[1], referrer=by, seen=seen)


def _bought(setting: Setting, day: int, here: Flags) -> Iterator[Touches]:
    asked, people = setting.world.ads, setting.people
    if not asked.reach_a_day:
        return
    chosen, _ = shown(setting.contents, day, AD, 0.05)
    if not len(chosen):
        return
    often = np.minimum(people.buy_rate / setting.world.buying.orders_a_day, 6.0)
    share = asked.reach_a_day * ((1 - asked.targeting) + asked.targeting * often)
    who = np.flatnonzero((setting.chance.everyone("ads", day, people.n) < share) & here)
    u, v, w, x = setting.chance.each("ads/which", day, who)
    content = chosen[(u * len(chosen)).astype(np.int64)]
    clicked = v < _click_share(setting, who, content, OPENED[PAID])
    yield _touches(PAID, who, content, clicked, times_of_day(w, setting.calendar.hours), x)


def _notes(setting: Setting, day: int, here: Flags) -> Iterator[Touches]:
    """The team's notes reach who reads along in a group that day."""
    contents = setting.contents
    first, last = np.searchsorted(contents.day, [day, day + 1])
    for content in first + np.flatnonzero(contents.use[first:last] == NOTE):
        inside = here & (setting.circles.group >= 0)
        who = np.flatnonzero((setting.chance.everyone(f"notes/{content}", day, setting.people.n) < NOTE_SEEN_SHARE) & inside)
        _, v, w, x = setting.chance.each("notes/read", day, who, content)
        what = np.full(len(who), content)
        at = np.minimum(contents.at_us[content] + (w * 6 * 3600e6).astype(np.int64), 86_399_000_000)
        yield _touches(GROUP, who, what, v < _click_share(setting, who, what, OPENED[GROUP]), at, x)


def _creators(setting: Setting, day: int, here: Flags) -> Iterator[Touches]:
    """A creator's post reaches followers on the day it appears."""
    contents = setting.contents
    first, last = np.searchsorted(contents.day, [day, day + 1])
    for content in first + np.flatnonzero(contents.use[first:last] == CREATOR):
        who = np.flatnonzero(here & follows(setting, int(contents.partner[content])))
        u, v, w, x = setting.chance.each("creators", day, who, content)
        met = u < 0.6
        who, v, w, x = who[met], v[met], w[met], x[met]
        what = np.full(len(who), content)
        clicked = v < _click_share(setting, who, what, OPENED[PARTNER])
        yield _touches(PARTNER, who, what, clicked, times_of_day(w, setting.calendar.hours), x)


def follows(setting: Setting, partner: int) -> Flags:
    """(n,) who follows a creator: the bigger the creator, the more."""
    rows = brand("shop")["partners"]
    size = float(np.sqrt(rows[partner % len(rows)]["followers"] / 100_000))
    share = min(0.5, setting.world.partners.reach_share * size)
    return setting.chance.everyone(f"follows/{partner}", 0, setting.people.n) < share


def _click_share(setting: Setting, who: Ints, content: Ints, times: float) -> Reals:
    people, contents = setting.people, setting.contents
    same = np.where(people.interest[who] == contents.interest[content], SAME_INTEREST, 1.0)
    share = setting.world.contents.click_share * times * contents.quality[content] * people.keenness[who] * same
    return np.minimum(share, MOST_CLICKS)


def _surface(setting: Setting) -> Ints:
    """(platforms,) the place where each platform's contents appear."""
    names = setting.contents.surfaces
    return np.array([names.index(platform.partition("·")[0]) for platform in setting.drifts.platforms])


def _remember(setting: Setting, state: State, day: int, found: Touches) -> None:
    """Touches lift the rate of buying; the newest opened one is remembered."""
    weights = np.array(setting.weights)
    # In the feed only what is opened counts; elsewhere being seen is enough.
    counted = np.where(found.channel == FEED, found.clicked, found.seen)
    lift = np.bincount(found.who, weights[found.channel] * counted, setting.people.n)
    state.lift += lift.astype(np.float32)
    opened = np.flatnonzero(found.clicked)
    order = opened[np.argsort(found.at_us[opened], kind="stable")]
    who = found.who[order]
    state.last_day[who] = day
    state.last_channel[who] = found.channel[order]
    state.last_referrer[who] = found.referrer[order]
    state.last_partner[who] = setting.contents.partner[found.content[order]]


def _touches(
    channel: int,
    who: Ints,
    content: Ints,
    clicked: Flags,
    at_us: Ints,
    luck: Reals,
    *,
    referrer: Ints | None = None,
    seen: Flags | None = None,
) -> Touches:
    return Touches(
        who=who,
        channel=np.full(len(who), channel),
        content=content,
        referrer=np.full(len(who), -1) if referrer is None else referrer,
        seen=np.ones(len(who), dtype=bool) if seen is None else seen,
        clicked=clicked,
        at_us=at_us,
        luck=luck,
    )


def _joined(parts: list[Touches]) -> Touches:
    if len(parts) == 1:
        return parts[0]
    if not parts:
        none = np.zeros(0, dtype=np.int64)
        return Touches(none, none, none, none, none.astype(bool), none.astype(bool), none, none.astype(np.float64))
    return Touches(*(np.concatenate([getattr(part, name) for part in parts]) for name in Touches.__slots__))


def coming(setting: Setting, state: State, day: int, who: Ints, u: Reals) -> tuple[Ints, Ints, Ints]:
    """How those who come to buy came: channel, referrer and creator of the newest touch, where it is recent; else directly or by search."""
    own = picks(u, np.cumsum([0.62, 0.38]))
    recent = day - state.last_day[who] <= REMEMBERED_DAYS
    return (
        np.where(recent, state.last_channel[who], own).astype(np.int64),
        np.where(recent, state.last_referrer[who], -1).astype(np.int64),
        np.where(recent, state.last_partner[who], -1).astype(np.int64),
    )
