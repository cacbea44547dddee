"""Telling how contents reached people and what readers did."""

import numpy as np

from lianyi.kernel.clock import US_PER_SECOND
from lianyi.lab.chance import Ints
from lianyi.lab.life.day import Day
from lianyi.lab.telling.replies import tell_inbound
from lianyi.lab.telling.teller import Teller

SECOND = US_PER_SECOND
# Readers who go on to the product a post is about.
ONWARD_SHARE = 0.16


def tell_reach(teller: Teller, day: Day) -> None:
    """Impressions, withheld shares, clicks and reads."""
    touched, contents, facts = day.touches, teller.setting.contents, teller.facts
    t = teller.instant(day.d, touched.at_us)
    shown = touched.seen
    # All but friends' shares are most of the history: what every row has is stated once, without copying where nothing is withheld.
    some = slice(None) if shown.all() else np.flatnonzero(shown)
    who, content = touched.who[some], touched.content[some]
    platform = teller.setting.people.platform
    partner, referrer = contents.partner[content], touched.referrer[some]
    facts.add(
        "content_exposed",
        t[some],
        member=who,
        platform=platform[who],
        channel=touched.channel[some],
        content=content,
        partner=partner,
        referrer=referrer,
    )
    hidden = np.flatnonzero(~shown)
    facts.add(
        "share_withheld",
        t[hidden],
        **teller.person(touched.who[hidden]),
        content=touched.content[hidden],
        referrer=touched.referrer[hidden],
    )
    opened = np.flatnonzero(touched.clicked)
    session = teller.new_sessions(len(opened))
    who, content = touched.who[opened], touched.content[opened]
    where = {
        **teller.person(who),
        "channel": touched.channel[opened],
        "content": content,
        "partner": contents.partner[content],
        "referrer": touched.referrer[opened],
    }
    facts.add("content_clicked", t[opened] + 2 * SECOND, **where)
    facts.add("content_viewed", t[opened] + 4 * SECOND, session=session, **where)
    goes_on = np.flatnonzero(touched.luck[opened] < ONWARD_SHARE)
    onward = {name: values[goes_on] for name, values in where.items() if name != "content"}
    facts.add(
        "product_viewed", t[opened][goes_on] + 40 * SECOND, session=session[goes_on], product=contents.product[content[goes_on]], **onward
    )


def tell_reading(teller: Teller, day: Day) -> None:
    """Likes, collects, comments and shares."""
    touched, read = day.touches, day.reading

    def told(name: str, places: Ints, seconds: int) -> None:
        who = touched.who[places]
        teller.facts.add(
            name,
            teller.instant(day.d, touched.at_us[places]) + seconds * SECOND,
            **teller.person(who),
            channel=touched.channel[places],
            content=touched.content[places],
            partner=teller.setting.contents.partner[touched.content[places]],
        )

    told("content_liked", read.liked, 25)
    told("content_collected", read.collected, 32)
    told("content_shared", read.shared, 48)
    tell_inbound(
        teller,
        "content_commented",
        day.d,
        touched.who[read.commented],
        touched.at_us[read.commented] + 60 * SECOND,
        # One comment in five asks, one in thirty complains, one in six praises.
        np.searchsorted([0.62, 0.82, 0.853], touched.luck[read.commented], side="right"),
        channel=touched.channel[read.commented],
        content=touched.content[read.commented],
    )
