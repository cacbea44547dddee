"""Telling what is heard from outside: public mentions and answers to questionnaires."""

import numpy as np

from lianyi.kernel.clock import US_PER_SECOND
from lianyi.lab.brand import brand
from lianyi.lab.chance import Ints
from lianyi.lab.draws import picks, times_of_day
from lianyi.lab.life.day import Day
from lianyi.lab.life.state import State, present
from lianyi.lab.telling.teller import Teller
from lianyi.lab.telling.words import body, filled

SECOND = US_PER_SECOND
# Mentions a day for each thousand people of the population.
MENTIONS = 1.1
SENTIMENTS = {"positive": 0.34, "neutral": 0.55, "negative": 0.11}
SURVEY_EVERY_DAYS = 30
ASKED_SHARE, ANSWERS_SHARE, TURNED_AWAY_TIMES = 0.25, 0.24, 0.5


def tell_mentions(teller: Teller, day: Day) -> None:
    """Public mentions of the brand and of its competitors, on the platforms where people post."""
    setting, facts = teller.setting, teller.facts
    rng = setting.chance.generator("mentions", day.d)
    usual = MENTIONS * setting.people.n / 1000 * setting.calendar.visits[day.d]
    ours = int(rng.poisson(usual * (1 + 0.02 * int(day.orders.paid.sum()) / max(usual, 1.0))))
    kinds = np.array([facts.spelling.kind(word) for word in SENTIMENTS])
    places = np.array([code for code, name in enumerate(setting.drifts.platforms) if name in {"抖音", "小红书"}] or [0])

    def told(n: int, subject: int, texts: Ints | int) -> None:
        t = teller.instant(day.d, times_of_day(rng.random(n), setting.calendar.hours))
        kind = kinds[picks(rng.random(n), np.cumsum(list(SENTIMENTS.values())))]
        facts.add("mention_seen", t, platform=places[rng.integers(0, len(places), n)], kind=kind, subject=subject, body=texts)

    phrases = brand("talk")["mentions"]
    words = [body(text=filled(phrases[k % len(phrases)], k // len(phrases), 0)) for k in rng.integers(0, 10_000, ours).tolist()]
    told(ours, -1, facts.spelling.texts(words))
    for name, times in brand("shop")["competitors"]:
        told(int(rng.poisson(usual * times)), int(facts.spelling.subject(name, 0)), -1)


def surveys(days: int) -> list[int]:
    """The days on which a questionnaire goes out.

    >>> surveys(70)
    [20, 50]
    """
    return list(range(20, days, SURVEY_EVERY_DAYS))


def asked(teller_setting_n: int) -> int:
    """Questionnaires of one survey."""
    return max(40, int(ASKED_SHARE * teller_setting_n * 0.3))


def tell_survey(teller: Teller, state: State, day: Day) -> None:
    """Answers to the questionnaire that goes out on a day: satisfaction, willingness to recommend, awareness."""
    setting, facts = teller.setting, teller.facts
    if day.d not in surveys(setting.told):
        return
    survey = int(facts.spelling.subject("sv", surveys(setting.told).index(day.d) + 1))
    rng = setting.chance.generator("survey", day.d)
    members = np.flatnonzero(present(state, day.d) & (setting.people.fake < 0))
    who = rng.choice(members, min(asked(setting.people.n), len(members)), replace=False)
    # Those who have turned away answer less often, so that answers flatter the brand.
    ready = np.minimum(setting.people.keenness[who] + 0.3, 2.0) * np.where(state.alive[who], 1.0, TURNED_AWAY_TIMES)
    who = who[rng.random(len(who)) < ANSWERS_SHARE * ready]
    # Slow answers cost satisfaction; the lapsed recommend less.
    care = setting.drifts.everywhere("replies", day.d)
    mood = 0.5 * rng.standard_normal(len(who)) + 0.35 * state.alive[who] + 0.5 * (care - 1.0)
    csat = np.clip(np.round(4.0 + mood + 0.5 * rng.standard_normal(len(who))), 1, 5)
    nps = np.clip(np.round(7.6 + 1.5 * mood + 1.2 * rng.standard_normal(len(who))), 0, 10)
    at = teller.instant(day.d, times_of_day(rng.random(len(who)), setting.calendar.hours)) + (
        rng.random(len(who)) * 4 * 86_400 * SECOND
    ).astype(np.int64)
    answers = {
        "csat": csat,
        "nps": nps,
        "awareness_unaided": (rng.random(len(who)) < 0.41).astype(np.float64),
        "awareness_aided": (rng.random(len(who)) < 0.78).astype(np.float64),
    }
    for nth, (question, value) in enumerate(answers.items()):
        facts.add(
            "survey_answered", at + nth * 20 * SECOND, **teller.person(who), subject=survey, kind=facts.spelling.kind(question), value=value
        )
