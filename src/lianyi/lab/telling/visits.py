"""Telling joining, leaving, browsing and page timings."""

import numpy as np

from lianyi.kernel.clock import US_PER_SECOND
from lianyi.lab.chance import Ints
from lianyi.lab.life.day import CART, PRODUCT, Day
from lianyi.lab.telling.teller import Teller

SECOND = US_PER_SECOND
TIMED_SHARE = 0.12
# Median of each page vital, log spread, and how much worse it is on older phones.
VITALS = {"lcp": (1450.0, 0.42, 1.25), "inp": (95.0, 0.5, 1.35), "cls": (0.032, 0.7, 1.1)}
PAGES = ("home", "category", "search", "my", "activity")


def tell_roster(teller: Teller) -> None:
    """On the first day the groups' rosters are noted: who was in a group before it."""
    people, circles = teller.setting.people, teller.setting.circles
    inside = np.flatnonzero((people.joined < 0) & (circles.group >= 0))
    t = np.full(len(inside), 5 * 60 * SECOND) + inside % 1000
    teller.facts.add("group_joined", t, member=inside, platform=people.platform[inside], group=circles.group[inside])


def tell_people(teller: Teller, day: Day) -> None:
    """Joining, inviting, leaving."""
    joined, facts, circles = day.joins, teller.facts, teller.setting.circles
    t = teller.instant(day.d, joined.at_us)
    facts.add("member_joined", t, **teller.person(joined.who), channel=joined.channel, referrer=joined.referrer, campaign=joined.campaign)
    if teller.devices:
        facts.add("identity_linked", t + 1, **teller.person(joined.who))
    grouped = np.flatnonzero(circles.group[joined.who] >= 0)
    who = joined.who[grouped]
    facts.add("group_joined", t[grouped] + 15 * 60 * SECOND, **teller.person(who), group=circles.group[who])
    sent = np.full(len(day.invited), 20 * 3600 * SECOND) + day.invited % 3600 * SECOND
    facts.add("invite_sent", teller.instant(day.d, sent), **teller.person(day.invited), channel=5 - 2)
    left = np.full(len(day.left), 22 * 3600 * SECOND) + day.left % 3600 * SECOND
    facts.add("member_left", teller.instant(day.d, left), **teller.person(day.left))
    out = day.left[circles.group[day.left] >= 0]
    facts.add("group_left", teller.instant(day.d, np.full(len(out), 23 * 3600 * SECOND)), **teller.person(out), group=circles.group[out])


def tell_browsing(teller: Teller, day: Day) -> None:
    """Visits that did not set out to buy; some before anyone has logged in."""
    visits, setting = day.visits, teller.setting
    session = teller.new_sessions(len(visits.who))
    t = teller.instant(day.d, visits.at_us)
    person = teller.person(visits.who)
    share = setting.world.people.anonymous_share
    if share:
        unknown = setting.chance.each("anonymous", day.d, visits.who, session & 0xFFFFFFFF)[0] < share
        person["member"] = np.where(unknown, -1, visits.who)
    page: Ints | int = -1
    if setting.world.detail:
        pages = np.array([teller.facts.spelling.subject(name, 0) for name in PAGES])
        page = pages[session % len(PAGES)]
    teller.facts.add("page_viewed", t, **person, session=session, channel=visits.channel, subject=page)
    for name, stage, seconds in (("product_viewed", PRODUCT, 35), ("cart_added", CART, 95)):
        far = np.flatnonzero(visits.stage >= stage)
        where = {key: values[far] for key, values in person.items()}
        teller.facts.add(
            name, t[far] + seconds * SECOND, **where, session=session[far], channel=visits.channel[far], product=visits.product[far]
        )


def tell_timings(teller: Teller, day: Day) -> None:
    """Page vitals of a part of the visits."""
    visits, setting = day.visits, teller.setting
    u, v, w, _ = setting.chance.each("vitals", day.d, visits.who, visits.at_us // SECOND)
    timed = np.flatnonzero(u < TIMED_SHARE)
    who = visits.who[timed]
    platform = setting.people.platform[who]
    older = np.array(["安卓" in name for name in setting.drifts.platforms])[platform]
    slower = setting.drifts.by_platform("speed", day.d)[platform]
    deviation = np.sqrt(-2 * np.log(v[timed])) * np.cos(2 * np.pi * w[timed])
    t = teller.instant(day.d, visits.at_us[timed])
    session = teller.sessions - len(visits.who) + timed
    for place, (vital, (median, spread, worse)) in enumerate(VITALS.items()):
        value = median * np.where(older, worse, 1.0) * slower * np.exp(spread * deviation)
        teller.facts.add(
            "page_timed",
            t + (3 + place) * SECOND,
            **teller.person(who),
            session=session,
            kind=teller.facts.spelling.kind(vital),
            value=np.round(value, 3),
        )
