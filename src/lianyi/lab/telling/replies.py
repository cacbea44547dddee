"""Telling what members write to the brand, and when somebody answers."""

from typing import Any

import numpy as np

from lianyi.kernel.clock import US_PER_DAY
from lianyi.lab.cast.people import INTERESTS
from lianyi.lab.chance import Ints
from lianyi.lab.draws import waits
from lianyi.lab.life.day import Day
from lianyi.lab.telling.teller import Teller
from lianyi.lab.telling.words import body, spoken

CHATTER, QUESTION, COMPLAINT, PRAISE = range(4)
KINDS = {CHATTER: "neutral", QUESTION: "inbound", COMPLAINT: "negative", PRAISE: "positive"}
COMMENT_KINDS = {**KINDS, QUESTION: "neutral"}
TEXTS = {CHATTER: "chatter", QUESTION: "questions", COMPLAINT: "negative", PRAISE: "praise"}
# The team is there from nine to eleven at night; what comes later waits for the morning. A robot greets one in seven at once.
OPENS_US, CLOSES_US = 9 * 3600_000_000, 23 * 3600_000_000
AUTOMATIC_SHARE = 0.14
MINUTE_US = 60_000_000


def tell_inbound(teller: Teller, name: str, day: int, who: Ints, at_us: Ints, tone: Ints, **columns: Any) -> None:
    """Messages or comments and the team's answers.

    tone : CHATTER | QUESTION | COMPLAINT | PRAISE; in groups chatter is addressed to nobody and waits for no answer
    """
    number = teller.new_messages(len(who))
    spelling, setting = teller.facts.spelling, teller.setting
    chat = name == "message_posted"
    kinds = np.array([spelling.kind(word) for word in (KINDS if chat else COMMENT_KINDS).values()])
    kind = np.where((tone == CHATTER) & chat, -1, kinds[tone])
    subject = spelling.subject("msg", number)
    t = teller.instant(day, at_us)
    text: Ints | int = -1
    if setting.world.detail:
        words = [TEXTS[int(k)] if chat or k != CHATTER else "comments" for k in tone]
        text = spelling.texts([body(text=spoken(group, int(n), int(n) % INTERESTS)) for group, n in zip(words, number, strict=True)])
    teller.facts.add(name, t, **teller.person(who), subject=subject, kind=kind, body=text, **columns)
    asked = np.flatnonzero((tone != CHATTER) | ~np.full(len(who), chat))
    _tell_answers(teller, day, at_us[asked], number[asked], {key: values[asked] for key, values in columns.items()})


def tell_chats(teller: Teller, day: Day) -> None:
    """Messages in groups, votes and daily check-ins."""
    chats, setting = day.chats, teller.setting
    group = setting.circles.group[chats.who]
    tell_inbound(teller, "message_posted", day.d, chats.who, chats.at_us, chats.tone, group=group)
    # Of those who write, some also vote or check in.
    voting, checking = np.flatnonzero(chats.luck < 0.1), np.flatnonzero(chats.luck > 0.7)
    for name, places in (("poll_voted", voting), ("checked_in", checking)):
        t = teller.instant(day.d, chats.at_us[places]) + 90_000_000
        teller.facts.add(name, t, **teller.person(chats.who[places]), group=group[places])


def _tell_answers(teller: Teller, day: int, at_us: Ints, number: Ints, columns: dict[str, Ints]) -> None:
    setting = teller.setting
    asked = setting.world.circles
    u, v, w, x = setting.chance.each("replies", day, number)
    level = setting.drifts.everywhere("replies", day)
    # When the team falls behind, fewer are answered, and those later.
    answered = np.flatnonzero(u < asked.reply_share * level)
    minutes = waits(v, w, median=asked.reply_minutes / level**2, spread=1.1)[answered]
    begins = np.where(at_us < OPENS_US, OPENS_US, np.where(at_us >= CLOSES_US, OPENS_US + US_PER_DAY, at_us))[answered]
    t = teller.instant(day, begins) + (minutes * MINUTE_US).astype(np.int64)
    subject = teller.facts.spelling.subject("msg", number)
    kept = {key: values[answered] for key, values in columns.items()}
    teller.facts.add("message_replied", t, subject=subject[answered], **kept)
    robot = np.flatnonzero(x < AUTOMATIC_SHARE * level)
    automatic: Ints | int = -1
    if len(robot):
        automatic = int(teller.facts.spelling.texts([body(automatic=True)])[0])
    kept = {key: values[robot] for key, values in columns.items()}
    teller.facts.add("message_replied", teller.instant(day, at_us[robot]) + 4_000_000, subject=subject[robot], body=automatic, **kept)
