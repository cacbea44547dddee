"""The days of a world, one after another."""

from collections.abc import Iterator

import numpy as np

from lianyi.lab.cast.setting import Setting
from lianyi.lab.chance import Ints
from lianyi.lab.draws import counts, picks, spread_out, times_of_day
from lianyi.lab.life.buying import orders
from lianyi.lab.life.campaigns import Campaigns
from lianyi.lab.life.day import CART, PAGE, PRODUCT, Chats, Day, Orders, Visits
from lianyi.lab.life.joining import invitations, joins, leaving
from lianyi.lab.life.reach import reading, touches
from lianyi.lab.life.state import State, before, eagerness, present
from lianyi.lab.worlds.world import CHANNELS

BROWSING = {"direct": 0.62, "search": 0.38}
SEES_PRODUCT_SHARE, FILLS_CART_SHARE = 0.42, 0.09


def live(setting: Setting) -> Iterator[tuple[Day, State]]:
    """Live through a world, what is told and what comes after; each day comes with the state at its end, which the next day changes.

    Cost: about 0.3 s a day and million people at the usual rates, and 60 bytes a person.
    """
    state = before(setting)
    campaigns = Campaigns(setting, {})
    fading = 0.5 ** (1 / setting.world.influence.half_life_days)
    for day in range(setting.days):
        state.lift *= np.float32(fading)
        joined = joins(setting, state, day)
        invited = [invitations(setting, state, day, joined.who, setting.world.inviting.mean, purpose="invites")]
        touched = touches(setting, state, day)
        read = reading(setting, state, day, touched)
        heard = campaigns.heard(state, day)
        for place in campaigns.of_day(day):
            campaign = setting.campaigns[place]
            if campaign.invites:
                who = heard.who[heard.campaign == place]
                invited.append(invitations(setting, state, day, who, campaign.invites, purpose=f"campaign/{campaign.id}", campaign=place))
        bought = orders(setting, state, campaigns, day)
        told = _told_friends(setting, state, day, bought)
        yield (
            Day(
                d=day,
                joins=joined,
                left=leaving(setting, state, day),
                invited=np.concatenate(invited),
                touches=touched,
                reading=read,
                heard=heard,
                visits=_browsing(setting, state, day),
                orders=bought,
                order_shares=told,
                chats=_chats(setting, state, day),
            ),
            state,
        )


def _told_friends(setting: Setting, state: State, day: int, bought: Orders) -> Ints:
    """Buyers who share what they bought: their friends meet the newest post about it tomorrow. Answers places in the orders."""
    people, asked, contents = setting.people, setting.world.influence, setting.contents
    luck = setting.chance.each("order_shares", day, bought.who)
    shares = np.flatnonzero(bought.paid & (luck[0] < people.share_rate[bought.who] * asked.bought_share_times))
    last = int(np.searchsorted(contents.day, day + 1))
    if not len(shares) or not last:
        return np.zeros(0, dtype=np.int64)
    newest = np.maximum(last - 1 - (luck[1][shares] * min(last, 20)).astype(np.int64), 0)
    sharer, content = state.shared
    state.shared = (np.concatenate((sharer, bought.who[shares])), np.concatenate((content, newest)))
    return shares


def _browsing(setting: Setting, state: State, day: int) -> Visits:
    people, chance = setting.people, setting.chance
    level = setting.drifts.by_platform("visits", day)[people.platform] * setting.calendar.visits[day]
    times = counts(chance.everyone("visits", day, people.n), people.visit_rate * level * eagerness(state, day))
    who = np.repeat(np.arange(people.n), times)
    u, v, w, x = chance.each("visits/how", day, who, spread_out(np.zeros(people.n, dtype=np.int64), times))
    codes = np.array([CHANNELS.index(name) for name in BROWSING])
    stage = np.where(v < FILLS_CART_SHARE, CART, np.where(v < SEES_PRODUCT_SHARE, PRODUCT, PAGE))
    choice = setting.goods.choice
    product = np.minimum((w * choice.shape[1]).astype(np.int64), choice.shape[1] - 1)
    return Visits(
        who=who,
        channel=codes[picks(x, np.cumsum(list(BROWSING.values())))],
        stage=stage,
        product=np.where(stage >= PRODUCT, product, -1),
        at_us=times_of_day(u, setting.calendar.hours),
    )


def _chats(setting: Setting, state: State, day: int) -> Chats:
    people, chance, asked = setting.people, setting.chance, setting.world.circles
    inside = present(state, day) & (setting.circles.group >= 0)
    times = counts(chance.everyone("chats", day, people.n), people.chat_rate * asked.posts_a_day * inside, most=20)
    who = np.repeat(np.arange(people.n), times)
    u, v, w, _ = chance.each("chats/what", day, who, spread_out(np.zeros(people.n, dtype=np.int64), times))
    tones = np.cumsum([1 - asked.questions_share - asked.negative_share - 0.1, asked.questions_share, asked.negative_share, 0.1])
    return Chats(who, picks(v, tones), times_of_day(u, setting.calendar.hours), w)
