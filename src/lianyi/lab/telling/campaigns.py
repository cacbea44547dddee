"""Telling campaigns: who is in which arm, who hears and takes part, and what each mechanic does."""

from typing import Any

import numpy as np

from lianyi.kernel.clock import US_PER_DAY, US_PER_SECOND
from lianyi.lab.chance import Ints
from lianyi.lab.life.buying import TEAM, TEAM_SIZE
from lianyi.lab.life.campaigns import arms
from lianyi.lab.life.day import PAID, Day
from lianyi.lab.life.state import State, present
from lianyi.lab.telling.teller import LEAST_US, Teller

SECOND = US_PER_SECOND
# What a number of a campaign and one of a person make together: a coupon, a bargain.
PEOPLE_BITS = 32
TEAM_HOURS = 24.0
HELPERS = 3


def tell_campaigns(teller: Teller, state: State, day: Day) -> None:
    """Everything about campaigns on a day but the orders themselves."""
    _tell_beginnings(teller, state, day.d)
    _tell_heard(teller, day)
    _tell_teams(teller, day)
    _tell_bought(teller, day)


def _tell_beginnings(teller: Teller, state: State, day: int) -> None:
    """On the first day of a campaign: the stock allotted, and who, at random, will be kept from it."""
    setting, facts = teller.setting, teller.facts
    for place, campaign in enumerate(setting.campaigns):
        if campaign.from_day != day:
            continue
        start = teller.instant(day, np.array([60 * SECOND]))
        if campaign.stock:
            facts.add("stock_allotted", start, campaign=place, quantity=campaign.stock)
        if campaign.holdout_share:
            who = np.flatnonzero(present(state, day) & (setting.people.fake < 0))
            held = arms(setting, campaign).held_out[who]
            codes = np.array([facts.spelling.kind("treated"), facts.spelling.kind("held_out")])
            t = np.full(len(who), start[0]) + who % 1000
            facts.add(
                "arm_assigned", t, member=who, platform=setting.people.platform[who], campaign=place, kind=codes[held.astype(np.int64)]
            )


def _tell_heard(teller: Teller, day: Day) -> None:
    heard, setting, facts = day.heard, teller.setting, teller.facts
    t = teller.instant(day.d, heard.at_us)
    session = teller.new_sessions(len(heard.who))
    where: dict[str, Any] = {**teller.person(heard.who), "campaign": heard.campaign, "channel": heard.channel, "session": session}
    facts.add("campaign_viewed", t, **where)
    part = np.flatnonzero(heard.taking_part)
    where = {key: values[part] for key, values in where.items()}
    t = t[part] + 30 * SECOND
    facts.add("campaign_joined", t, **where)
    for place, campaign in enumerate(setting.campaigns):
        inside = np.flatnonzero(where["campaign"] == place)
        own = {key: values[inside] for key, values in where.items()}
        who, at = heard.who[part][inside], t[inside]
        if campaign.mechanic == "coupon":
            facts.add("coupon_issued", at + SECOND, subject=facts.spelling.subject("cp", _of_campaign(place, who)), **own)
        elif campaign.mechanic == "bargain":
            _tell_bargain(teller, day.d, place, who, at, own)
        elif campaign.mechanic == "live":
            facts.add("live_entered", at + SECOND, partner=campaign.partner - 1, **own)
            stayed = 40 + 1600 * setting.chance.each("live/stay", day.d, who)[0] ** 3
            facts.add("live_left", at + (stayed * SECOND).astype(np.int64), partner=campaign.partner - 1, value=np.round(stayed), **own)
        elif campaign.mechanic == "lottery":
            facts.add("campaign_completed", at + 20 * SECOND, **own)


def _tell_bargain(teller: Teller, day: int, place: int, who: Ints, at: Ints, where: dict[str, Any]) -> None:
    """Friends help to bring a price down."""
    facts, circles = teller.facts, teller.setting.circles
    bargain = facts.spelling.subject("bg", _of_campaign(place, who))
    facts.add("bargain_started", at + SECOND, subject=bargain, **where)
    degree = circles.starts[who + 1] - circles.starts[who]
    for nth in range(HELPERS):
        u, v, _, _ = teller.setting.chance.each(f"bargain/{nth}", day, who, place)
        helped = np.flatnonzero((degree > nth) & (u < 0.7))
        helper = circles.friends[circles.starts[who[helped]] + (v[helped] * degree[helped]).astype(np.int64)].astype(np.int64)
        when = at[helped] + (u[helped] * 9 * 3600 * SECOND).astype(np.int64) + 60 * SECOND
        facts.add("bargain_helped", when, **teller.person(helper), subject=bargain[helped], campaign=place, referrer=who[helped])


def _tell_teams(teller: Teller, day: Day) -> None:
    """Group-buy teams: opened by the first, joined by the others, completed or run out of time."""
    orders, facts = day.orders, teller.facts
    inside = np.flatnonzero(orders.team >= 0)
    if not len(inside):
        return
    t = teller.instant(day.d, np.maximum(orders.at_us[inside], LEAST_US))
    subject = facts.spelling.subject("tm", orders.team[inside] + 1)
    where: dict[str, Any] = {**teller.person(orders.who[inside]), "campaign": orders.campaign[inside], "subject": subject}
    opening = np.flatnonzero(orders.opens[inside])
    product = orders.product[np.searchsorted(orders.line_order, inside)]
    own = {key: values[opening] for key, values in where.items()}
    facts.add("team_opened", t[opening] - 10 * SECOND, product=product[opening], quantity=TEAM_SIZE, value=TEAM_HOURS, **own)
    joining = np.flatnonzero(~orders.opens[inside])
    facts.add("team_joined", t[joining] - 5 * SECOND, **{key: values[joining] for key, values in where.items()})
    teams, first, size = np.unique(orders.team[inside], return_index=True, return_counts=True)
    ends = np.zeros(len(teams), dtype=np.int64)
    np.maximum.at(ends, np.searchsorted(teams, orders.team[inside]), t)
    failed = orders.stopped[inside][first] == TEAM
    # A short team is filled up by the shop's other visitors when it does fill.
    for name, which, when in (("team_completed", ~failed, ends + SECOND), ("team_failed", failed, ends + US_PER_DAY)):
        at = np.flatnonzero(which)
        columns: dict[str, Any] = {"subject": subject[first[at]], "campaign": orders.campaign[inside][first[at]]}
        if name == "team_completed":
            columns["quantity"] = np.maximum(size[at], TEAM_SIZE)
        facts.add(name, when[at], **columns)


def _tell_bought(teller: Teller, day: Day) -> None:
    """Coupons redeemed, bargains ended in a purchase, tasks completed."""
    orders, setting, facts = day.orders, teller.setting, teller.facts
    done = np.flatnonzero((orders.stage == PAID) & (orders.campaign >= 0))
    names = {"coupon": ("coupon_redeemed", "cp"), "bargain": ("bargain_bought", "bg")}
    for place, campaign in enumerate(setting.campaigns):
        inside = done[orders.campaign[done] == place]
        t = teller.instant(day.d, np.maximum(orders.at_us[inside], LEAST_US))
        where: dict[str, Any] = {**teller.person(orders.who[inside]), "campaign": place}
        if campaign.mechanic in names:
            name, thing = names[campaign.mechanic]
            facts.add(name, t + SECOND, subject=facts.spelling.subject(thing, _of_campaign(place, orders.who[inside])), **where)
        elif campaign.mechanic in {"flash_sale", "group_buy", "live"}:
            facts.add("campaign_completed", t + 2 * SECOND, **where)


def _of_campaign(place: int, who: Ints) -> Ints:
    return (place + 1 << PEOPLE_BITS) + who
