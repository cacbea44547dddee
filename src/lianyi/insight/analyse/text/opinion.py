"""What the texts of a window feel: shares, a net score, the words behind them, and how far to trust it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph
from lianyi.insight.analyse.text.lexicon import judge
from lianyi.insight.analyse.text.model import NEUTRAL, Card, Sentiment
from lianyi.insight.analyse.text.training import card_json
from lianyi.insight.measure.intervals import balance
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

VERSION = 1
SOURCES = {
    "comments": "content_commented",
    "messages": "message_posted",
    "reviews": "review_posted",
    "mentions": "mention_seen",
    "posts": "ugc_posted",
}
# Below this the correction for misreadings divides by almost nothing.
MIN_SKILL = 0.3
KINDS = ("positive", "neutral", "negative")


@dataclass(frozen=True, slots=True)
class Reading:
    """One text. label: positive | neutral | negative; probability of positive (None with the lexicon); words that decided."""

    label: str
    probability: float | None
    words: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Opinion:
    """Texts read.

    method    : model | lexicon
    net       : (positive - negative) / texts that are either, in [-1, 1]
    corrected : the same, corrected for how often the model misreads each label; None for the lexicon
    agreement : of texts that carry a recorded sentiment, the share read alike
    words     : what decided most texts: word -> texts, for each side
    """

    method: str
    texts: int
    positive: int
    neutral: int
    negative: int
    net: Estimate
    corrected: Estimate | None
    agreement: Estimate
    positive_words: tuple[tuple[str, int], ...]
    negative_words: tuple[tuple[str, int], ...]
    card: Card | None
    readings: tuple[Reading, ...] = ()
    window: Window | None = None
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """Texts."""
        return self.texts

    def to_table(self) -> pa.Table:
        """One row a label: label, texts, share."""
        counts = (self.positive, self.neutral, self.negative)
        return pa.table(
            {
                "label": pa.array(KINDS, pa.string()),
                "texts": pa.array(counts, pa.int64()),
                "share": pa.array([c / self.texts if self.texts else None for c in counts], pa.float64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.sentiment/1`."""
        return answer(
            "sentiment",
            version=self.version,
            n=self.n,
            headline=("net", self.net),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "method": self.method,
                "texts": self.texts,
                "positive": self.positive,
                "neutral": self.neutral,
                "negative": self.negative,
                "net": self.net.to_json(),
                "corrected": None if self.corrected is None else self.corrected.to_json(),
                "agreement": self.agreement.to_json(),
                "words": {
                    "positive": [{"word": w, "texts": n} for w, n in self.positive_words],
                    "negative": [{"word": w, "texts": n} for w, n in self.negative_words],
                },
                "model": None if self.card is None else card_json(self.card),
            },
        )

    def explain(self) -> Text:
        """How people feel, and what the reading is worth."""
        if self.texts == 0:
            return Text(zh="区间内没有可读的文字。", en="There is no text to read in the window.")
        return paragraph(
            [
                sentence(
                    "%(n)s 条文字：正面 %(positive)s，负面 %(negative)s，其余看不出。",
                    "%(n)s texts: %(positive)s positive, %(negative)s negative, the rest cannot be told.",
                    n=Count(self.texts),
                    positive=Share(self.positive / self.texts),
                    negative=Share(self.negative / self.texts),
                ),
                LEXICON_ONLY
                if self.card is None
                else sentence(
                    "模型在没见过的标注上准确率 %(accuracy)s（只猜多数为 %(majority)s）；换了行业会低一些。",
                    "On labelled texts it had not seen the model was right in %(accuracy)s (always guessing the commoner: %(majority)s); "
                    "less in another trade.",
                    accuracy=Share(self.card.accuracy),
                    majority=Share(self.card.majority),
                ),
            ]
        )


LEXICON_ONLY = Text(
    zh="只按词典判断：在公开评论上找得到词的也有 10% 到 15% 看错；请用自己的标注训练模型：lianyi train sentiment。",
    en="Read by lexicon only, which misreads 10% to 15% of public reviews where it finds a word at all; train a model on your own labels: lianyi train sentiment.",
)
TEXTS = """
SELECT (e.body ->> '$.text') AS text, e.kind AS kind FROM events AS e
WHERE e.name IN ({names}) AND e.d >= $from_d AND e.d < $to_d AND (e.body ->> '$.text') IS NOT NULL
ORDER BY e.t, e.event_id
"""


def read(texts: Sequence[str], model: Sentiment | None = None) -> list[Reading]:
    """Each text as positive, neutral or negative.

    model : None reads by the bundled lexicon
    >>> [r.label for r in read(["很满意", "太差了", "昨天收到"])]
    ['positive', 'negative', 'neutral']
    """
    if model is None:
        judged = [judge(text) for text in texts]
        return [Reading("positive" if j.score > 0 else "negative" if j.score < 0 else "neutral", None, j.words) for j in judged]
    return [
        Reading("positive" if p > NEUTRAL[1] else "negative" if p < NEUTRAL[0] else "neutral", p, ())
        for p in model.probability(texts).tolist()
    ]


def summed(readings: Sequence[Reading], texts: Sequence[str], recorded: Sequence[str | None], model: Sentiment | None) -> Opinion:
    """Readings as one opinion.

    recorded : the sentiment each text already carries (positive, neutral, negative), None for none
    Formula  : net = (p - q) / (p + q) with p positive and q negative texts, interval by the multinomial; corrected by
               (share + specificity - 1) / (sensitivity + specificity - 1) of the model's five folds (Rogan, Gladen 1978)
    Assumes  : texts are independent; for the correction, that the model misreads these as it misread its own
    When not : to compare weeks read by different models
    Grade    : C with a model, D by lexicon
    """
    counts = Counter(r.label for r in readings)
    p, q = counts["positive"], counts["negative"]
    grade = "D" if model is None else "C"
    known = [(r.label, k) for r, k in zip(readings, recorded, strict=True) if k in KINDS]
    nothing = Text(zh="没有读得出好恶的文字", en="no text shows a feeling")
    net = Estimate((p - q) / (p + q), balance(p, q, p + q), p + q, grade) if p + q else missing(nothing, grade=grade)
    words = {1: Counter[str](), -1: Counter[str]()}
    for text, reading in zip(texts, readings, strict=True):
        found = reading.words if model is None else judge(text).words
        for word in {w for w, weight in found if weight > 0}:
            words[1][word] += 1
        for word in {w for w, weight in found if weight < 0}:
            words[-1][word] += 1
    alike = sum(a == b for a, b in known)
    return Opinion(
        method="lexicon" if model is None else "model",
        texts=len(readings),
        positive=p,
        neutral=counts["neutral"],
        negative=q,
        net=net,
        corrected=None if model is None else _corrected(net, model.card),
        agreement=Estimate(alike / len(known), None, len(known), "D")
        if known
        else missing(Text(zh="没有已标注情感的文字", en="no text carries a recorded sentiment")),
        positive_words=tuple(sorted(words[1].items(), key=lambda w: (-w[1], w[0]))[:10]),
        negative_words=tuple(sorted(words[-1].items(), key=lambda w: (-w[1], w[0]))[:10]),
        card=None if model is None else model.card,
        readings=tuple(readings),
    )


def _corrected(net: Estimate, card: Card) -> Estimate:
    skill = card.sensitivity + card.specificity - 1
    if net.value is None or net.interval is None:
        return net
    if skill < MIN_SKILL:
        return missing(Text(zh="模型太弱，无法校正", en="the model is too weak to correct for"), n=net.n, grade="C")

    def true(value: float) -> float:
        return float(np.clip(2 * ((value + 1) / 2 + card.specificity - 1) / skill - 1, -1, 1))

    return Estimate(true(net.value), (true(net.interval[0]), true(net.interval[1])), net.n, "C")


def sentiment(engine: Engine, window: Window, *, sources: Sequence[str] = tuple(SOURCES), model: Sentiment | None = None) -> Opinion:
    """The texts of a window: comments, messages, reviews, mentions, members' posts.

    sources : which of comments, messages, reviews, mentions, posts
    model   : a trained model; None reads by the bundled lexicon, which is a start and no more
    Formula, Assumes, When not, Grade: see `summed`
    Needs   : facts whose body holds the text
    Cost    : one query; one row a text comes back; 0.3 ms a text of 130 characters
    Raises  : UnknownName for another source.
    """
    found, recorded = texts(engine, window, sources=sources)
    return replace(summed(read(found, model), found, recorded, model), window=window, snapshot=engine.snapshot.version)


def texts(engine: Engine, window: Window, *, sources: Sequence[str] = tuple(SOURCES)) -> tuple[list[str], list[str | None]]:
    """The texts of a window in order of time, and the kind recorded with each.

    Raises UnknownName for another source.
    """
    for name in sources:
        if name not in SOURCES:
            raise UnknownName(what="source of texts", given=name, allowed=list(SOURCES))
    names = ", ".join(f"'{SOURCES[name]}'" for name in sources)
    rows = engine.run(TEXTS.format(names=names), {"from_d": window.from_day, "to_d": window.to_day})
    return rows.column("text").to_pylist(), rows.column("kind").to_pylist()
