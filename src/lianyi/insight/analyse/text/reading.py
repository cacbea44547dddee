"""Texts to be read by a person: each distinct text once, with what it feels, how often it came and when; and how shares of feeling move."""

import hashlib
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from lianyi.insight.analyse.estimate import Estimate, share_of
from lianyi.insight.analyse.text.cleaning import cleaned
from lianyi.insight.analyse.text.lexicon import judge
from lianyi.insight.analyse.text.model import Sentiment
from lianyi.insight.analyse.text.opinion import SOURCES, read
from lianyi.kernel.clock import Window, periods
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

NO_TEXTS = Text(zh="没有文字", en="there are no texts")
TEXTS = """
SELECT e.d AS d, e.name AS name, (e.body ->> '$.text') AS text, e.kind AS kind FROM events AS e
WHERE e.name IN ({names}) AND e.d >= $from_d AND e.d < $to_d AND (e.body ->> '$.text') IS NOT NULL
ORDER BY e.t, e.event_id
"""


@dataclass(frozen=True, slots=True)
class Said:
    """One distinct text.

    digest : of the cleaned text: a person's label is kept under it, never the text itself
    text   : as it was written the last time
    label  : positive | neutral | negative: a person's where somebody said, else the reading's
    by_person : whether somebody said
    days   : the business day of each time it was written, ascending
    sources: of comments, messages, reviews, mentions, posts, those it came by
    words  : what decided, (word, weight)
    """

    digest: str
    text: str
    label: str
    by_person: bool
    days: tuple[int, ...]
    sources: tuple[str, ...]
    words: tuple[tuple[str, float], ...]

    @property
    def times(self) -> int:
        """How often it was written."""
        return len(self.days)


@dataclass(frozen=True, slots=True)
class Mood:
    """Feelings of the texts of a period: how many, and the shares that are positive and negative with their intervals."""

    from_day: int
    texts: int
    positive: Estimate
    negative: Estimate


def digest_of(text: str) -> str:
    """What a text is known by: the same for texts that differ in width, case and spaces only.

    >>> digest_of("很 好") == digest_of("很好"), len(digest_of("很好"))
    (True, 32)
    """
    return hashlib.sha256(cleaned(text).encode()).hexdigest()[:32]


def said_in(engine: Engine, window: Window, *, sources: Sequence[str] = tuple(SOURCES), model: Sentiment | None = None) -> list[Said]:
    """Every distinct text of a window, those written most often first.

    sources : which of comments, messages, reviews, mentions, posts
    model   : a trained model; None reads by the bundled lexicon
    Cost    : one query; one row a text comes back; each distinct text is read once, 0.3 ms
    Raises  : UnknownName for another source.
    """
    for name in sources:
        if name not in SOURCES:
            raise UnknownName(what="source of texts", given=name, allowed=list(SOURCES))
    by_event = {SOURCES[name]: name for name in sources}
    names = ", ".join(f"'{event}'" for event in by_event)
    rows = engine.run(TEXTS.format(names=names), {"from_d": window.from_day, "to_d": window.to_day}).to_pylist()
    found: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        if cleaned(str(row["text"])):
            found.setdefault(digest_of(str(row["text"])), []).append(row)
    latest = {digest: str(same[-1]["text"]) for digest, same in found.items()}
    readings = dict(zip(latest, read(list(latest.values()), model), strict=True))
    texts = [
        Said(
            digest=digest,
            text=latest[digest],
            label=readings[digest].label,
            by_person=False,
            days=tuple(int(str(row["d"])) for row in same),
            sources=tuple(dict.fromkeys(by_event[str(row["name"])] for row in same)),
            words=readings[digest].words or judge(latest[digest]).words,
        )
        for digest, same in found.items()
    ]
    return sorted(texts, key=lambda one: (-one.times, -one.days[-1], one.digest))


def labelled(texts: Sequence[Said], labels: Mapping[str, str]) -> list[Said]:
    """The texts with the labels that people gave in place of the readings. labels : digest -> positive | neutral | negative."""
    return [replace(one, label=labels[one.digest], by_person=True) if one.digest in labels else one for one in texts]


def moods(texts: Sequence[Said], window: Window, grain: str) -> list[Mood]:
    """Shares of feeling for each period of a window, each time a text was written in it counting once.

    Formula : hits / texts, interval by Wilson, which takes texts as independent: many by one hand make it too narrow
    Grade   : D by lexicon
    """
    cut = list(periods(window, grain))
    starts = [period.from_day for period in cut]
    counted = [Counter[str]() for _ in cut]
    for one in texts:
        for day in one.days:
            if window.from_day <= day < window.to_day:
                counted[bisect_right(starts, day) - 1][one.label] += 1
    found = []
    for period, kinds in zip(cut, counted, strict=True):
        n = kinds.total()
        found.append(
            Mood(
                period.from_day,
                n,
                share_of(kinds["positive"], n, NO_TEXTS, grade="D"),
                share_of(kinds["negative"], n, NO_TEXTS, grade="D"),
            )
        )
    return found


def terms(texts: Sequence[Said], most: int = 12) -> dict[str, list[tuple[str, int]]]:
    """The words of feeling that occur in most texts: positive and negative, each with how often."""
    counted = {"positive": Counter[str](), "negative": Counter[str]()}
    for one in texts:
        for word, weight in dict(one.words).items():
            counted["positive" if weight > 0 else "negative"][word] += one.times
    return {kind: sorted(words.items(), key=lambda pair: (-pair[1], pair[0]))[:most] for kind, words in counted.items()}


def holds(one: Said, words: str) -> bool:
    """Whether a text holds every one of some words, apart by spaces.

    >>> holds(Said("", "物流 很快", "positive", False, (1,), ("reviews",), ()), "物流 快")
    True
    """
    text = cleaned(one.text)
    return all(cleaned(word) in text for word in words.split())
