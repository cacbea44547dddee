"""What texts are about: topics by non-negative factorisation, with keywords, and whether another start finds the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.estimate import Estimate, missing, said, share_of
from lianyi.insight.analyse.text.cleaning import cleaned
from lianyi.insight.analyse.text.extra import extra
from lianyi.insight.analyse.text.opinion import SOURCES
from lianyi.insight.analyse.text.opinion import texts as texts_of
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]
VERSION = 1
MIN_TEXTS = 50
NO_TEXTS = Text(zh="没有文字", en="there are no texts")
KEYWORDS = 8
SEEDS = (1, 2, 3, 4, 5)
STABLE = 0.6


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. keywords: heaviest first; texts: mainly about it; stability: mean overlap of its keywords with other starts; example: index of its purest text."""

    keywords: tuple[str, ...]
    texts: int
    share: float
    stability: float
    example: int


@dataclass(frozen=True, slots=True)
class Topics:
    """Topics of texts, largest first; `unassigned` texts have no word in common with any. because: why there are none."""

    texts: int
    unassigned: int
    topics: tuple[Topic, ...]
    because: Text | None
    window: Window | None = None
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """Texts."""
        return self.texts

    @property
    def assigned(self) -> Estimate:
        """The share of texts that belong to a topic."""
        if self.because is not None:
            return missing(self.because, n=self.texts, grade="C")
        return share_of(self.texts - self.unassigned, self.texts, NO_TEXTS, grade="C")

    def to_table(self) -> pa.Table:
        """One row a topic: keywords, texts, share, stability."""
        return pa.table(
            {
                "keywords": pa.array([" ".join(t.keywords) for t in self.topics], pa.string()),
                "texts": pa.array([t.texts for t in self.topics], pa.int64()),
                "share": pa.array([t.share for t in self.topics], pa.float64()),
                "stability": pa.array([t.stability for t in self.topics], pa.float64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.topics/1`."""
        return answer(
            "topics",
            version=self.version,
            n=self.n,
            headline=("assigned", self.assigned),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "texts": self.texts,
                "unassigned": self.unassigned,
                "topics": [
                    {"keywords": list(t.keywords), "texts": t.texts, "share": t.share, "stability": t.stability, "example": t.example}
                    for t in self.topics
                ],
                "because": said(self.because),
            },
        )

    def explain(self) -> Text:
        """What is talked about, and which topics would not come out again."""
        if self.because is not None:
            return self.because
        largest = self.topics[0]
        shaky = sum(t.stability < STABLE for t in self.topics)
        return sentence(
            "%(n)s 条文字分成 %(k)s 个话题，最大的是“%(words)s”，占 %(share)s；%(shaky)s 个话题换个起点就不同，不宜引用。",
            '%(n)s texts fall into %(k)s topics, the largest is "%(words)s" with %(share)s; %(shaky)s would come out otherwise from another start: do not quote them.',
            n=Count(self.texts),
            k=len(self.topics),
            words=" ".join(largest.keywords[:4]),
            share=Share(largest.share),
            shaky=shaky,
        )


@cache
def stopwords() -> frozenset[str]:
    """Words that say nothing about a topic."""
    return frozenset(files(__package__).joinpath("stopwords.txt").read_text(encoding="utf-8").split())


def topics(texts: Sequence[str], *, count: int = 8) -> Topics:
    """Topics of texts.

    texts    : raw texts; repeats are taken as they are
    count    : topics sought, 2 to 40
    Formula  : words by rjieba, without stop words, in at least 3 texts and at most half of them; TF-IDF; non-negative matrix factorisation
               (Lee, Seung) from a fixed start; a text belongs to its heaviest topic. Stability: mean share of the eight keywords found
               again in the best matching topic of five random starts
    Assumes  : a text has one main topic
    Needs    : 50 texts, better a thousand
    When not : to count rare complaints: search for their words
    Grade    : C
    Cost     : six factorisations; about 20 s for 100,000 short texts
    Raises   : TextExtraMissing; BadInput for another count.
    """
    if not 2 <= count <= 40:
        raise BadInput(reason=Text(zh="话题数须为 2 到 40", en="There are 2 to 40 topics"))
    clean = [cleaned(text) for text in texts]
    if sum(bool(text) for text in clean) < MIN_TEXTS:
        return Topics(len(texts), len(texts), (), Text(zh="文字不足 50 条，看不出话题。", en="Fewer than 50 texts: no topics can be told."))
    cut = extra("rjieba").cut
    vectors = extra("sklearn.feature_extraction.text").TfidfVectorizer(
        analyzer=lambda text: [w for w in cut(text) if w not in stopwords() and any(c.isalpha() for c in w)],
        min_df=3,
        max_df=0.5,
        sublinear_tf=True,
    )
    try:
        table = vectors.fit_transform(clean)
    except ValueError:
        return Topics(len(texts), len(texts), (), Text(zh="文字之间没有共同的词。", en="The texts have no words in common."))
    words = [str(word) for word in vectors.get_feature_names_out()]
    count = min(count, *table.shape)
    weights, parts = _factors(table, count, "nndsvda", 0)
    keys = _keywords(parts, words)
    others = [_keywords(_factors(table, count, "random", seed)[1], words) for seed in SEEDS]
    heaviest = np.where(weights.max(axis=1) > 0, weights.argmax(axis=1), -1)
    found = []
    for k in range(count):
        members = int((heaviest == k).sum())
        again = [max(len(set(keys[k]) & set(other)) / len(keys[k]) for other in start) for start in others] if keys[k] else [0.0]
        purity = weights[:, k] / np.maximum(weights.sum(axis=1), 1e-12) * (heaviest == k)
        found.append(Topic(tuple(keys[k]), members, members / len(texts), float(np.mean(again)), int(purity.argmax())))
    found.sort(key=lambda t: (-t.texts, t.keywords))
    return Topics(len(texts), int((heaviest < 0).sum()), tuple(t for t in found if t.texts), None)


def window_topics(engine: Engine, window: Window, *, count: int = 8, sources: Sequence[str] = tuple(SOURCES)) -> Topics:
    """Topics of the texts of a window; see `topics`, and `opinion.texts` for the sources.

    Raises UnknownName for another source; what `topics` raises.
    """
    found, _ = texts_of(engine, window, sources=sources)
    return replace(topics(found, count=count), window=window, snapshot=engine.snapshot.version)


def _factors(table: Any, count: int, start: str, seed: int) -> tuple[Reals, Reals]:
    import warnings

    model = extra("sklearn.decomposition").NMF(n_components=count, init=start, random_state=seed, max_iter=200, tol=1e-4)
    with warnings.catch_warnings():
        # Stopping after 200 rounds is enough for keywords; stability tells whether it was.
        warnings.filterwarnings("ignore", message="Maximum number of iterations")
        weights = model.fit_transform(table)
    return np.asarray(weights, dtype=np.float64), np.asarray(model.components_, dtype=np.float64)


def _keywords(parts: Reals, words: list[str]) -> list[list[str]]:
    return [[words[j] for j in np.argsort(-row, kind="stable")[:KEYWORDS] if row[j] > 0] for row in parts]
