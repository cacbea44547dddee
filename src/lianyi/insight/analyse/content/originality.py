"""Originality: how much of a text is already in others, by the share of its fingerprints that they hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.content.fingerprint import Hashes, winnowed
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.insight.measure.intervals import bootstrap_mean
from lianyi.kernel.clock import Window
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text

VERSION = 1
# The share from which a text is called original; a fingerprint in more sources than `COMMON` is boilerplate and counts for nothing.
ORIGINAL = 0.7
COMMON = 1_000
MIN_FINGERPRINTS = 3
TOO_SHORT = Text(zh="文字太短，看不出是否原创", en="too short to tell")
NO_TEXTS = Text(zh="没有足够长的文字", en="no text is long enough")


@dataclass(frozen=True, slots=True)
class TextOriginality:
    """One text.

    copied      : largest share of it found in a single source, in [0, 1]; None when it is too short
    copied_union: share found in all sources together
    source      : id of the one it has most in common with; None where nothing is shared
    fingerprints: how many it was judged by
    """

    id: str
    copied: float | None
    copied_union: float | None
    source: str | None
    fingerprints: int

    @property
    def originality(self) -> float | None:
        """1 - copied."""
        return None if self.copied is None else 1 - self.copied


@dataclass(frozen=True, slots=True)
class Originality:
    """Texts against their sources.

    mean    : mean originality over the texts that are long enough; share_original: of them, those of at least 0.70
    """

    texts: tuple[TextOriginality, ...]
    sources: int
    mean: Estimate
    share_original: float | None
    window: Window | None = None
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """Texts long enough to be judged."""
        return self.mean.n

    def to_table(self) -> pa.Table:
        """One row a text: id, originality, copied, copied_union, source, fingerprints."""
        return pa.table(
            {
                "id": pa.array([t.id for t in self.texts], pa.string()),
                "originality": pa.array([t.originality for t in self.texts], pa.float64()),
                "copied": pa.array([t.copied for t in self.texts], pa.float64()),
                "copied_union": pa.array([t.copied_union for t in self.texts], pa.float64()),
                "source": pa.array([t.source for t in self.texts], pa.string()),
                "fingerprints": pa.array([t.fingerprints for t in self.texts], pa.int64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.originality/1`; texts least original first."""
        worst = sorted(self.texts, key=lambda t: (t.copied is None, -(t.copied or 0.0), t.id))
        return answer(
            "originality",
            version=self.version,
            n=self.n,
            headline=("mean_originality", self.mean),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "texts": len(self.texts),
                "sources": self.sources,
                "mean": self.mean.to_json(),
                "share_original": self.share_original,
                "threshold": ORIGINAL,
                "items": [
                    {
                        "id": t.id,
                        "originality": t.originality,
                        "copied": t.copied,
                        "copied_union": t.copied_union,
                        "source": t.source,
                        "fingerprints": t.fingerprints,
                    }
                    for t in worst
                ],
            },
        )

    def explain(self) -> Text:
        """How original the texts are on the whole."""
        if self.mean.value is None or self.share_original is None:
            return Text(zh="没有足够长的文字可以判断原创度。", en="No text is long enough to be judged.")
        return sentence(
            "%(n)s 篇的平均原创度 %(mean)s，%(share)s 达到 70%%。只与手头的 %(sources)s 篇比过；改写得彻底的抄袭看不出来。",
            "%(n)s texts are %(mean)s original on average, %(share)s reach 70%%. They were compared with %(sources)s texts at hand; "
            "thorough rewording is not seen.",
            n=Count(self.n),
            mean=Share(self.mean.value),
            share=Share(self.share_original),
            sources=Count(self.sources),
        )


def originality(
    texts: Sequence[str],
    corpus: Sequence[str],
    *,
    ids: Sequence[str] | None = None,
    corpus_ids: Sequence[str] | None = None,
    grade: str = "C",
) -> Originality:
    """Texts against a corpus of others.

    texts, corpus : raw texts; ids, corpus_ids : their names (by default 1, 2, ...)
    Formula  : containment = |F(text) & F(source)| / |F(text)| with F the winnowed 5-gram fingerprints; copied = its maximum over sources;
               originality = 1 - copied. copied_union takes all sources together
    Assumes  : the corpus holds what could have been copied. Fingerprints in more than 1,000 sources are boilerplate and left out
    Needs    : a text of about 15 characters or more; titles seldom say enough
    When not : against rewording and translation; quotations and legal notes count as copied unless they are boilerplate
    Grade    : C
    Cost     : about 0.2 ms a text of 130 characters against 8,000 others.
    Source   : Broder 1997; Schleimer, Wilkerson, Aiken 2003
    >>> originality(["今天天气很好我们去公园玩吧好不好呀"], ["昨天天气不好我们在家里看书写字画画"]).mean.value
    1.0
    """
    prints, known = [winnowed(t) for t in texts], [winnowed(t) for t in corpus]
    index = _Index(known)
    labels = list(ids) if ids is not None else [str(i + 1) for i in range(len(texts))]
    sources = list(corpus_ids) if corpus_ids is not None else [str(i + 1) for i in range(len(corpus))]
    return _result([_against(label, p, index, sources, None) for label, p in zip(labels, prints, strict=True)], len(corpus), grade)


def originality_in_order(texts: Sequence[str], *, ids: Sequence[str], corpus: Sequence[str] = (), grade: str = "C") -> Originality:
    """Texts in the order in which they appeared, each against those before it (and a corpus that was before all of them).

    Formula, Assumes, When not: as `originality`; the first of two equal texts is the original.
    >>> found = originality_in_order(["买一送一今天最后一天快来抢购吧", "买一送一今天最后一天快来抢购吧"], ids=["a", "b"])
    >>> [t.copied for t in found.texts]
    [0.0, 1.0]
    """
    prints = [winnowed(t) for t in texts]
    earlier = [winnowed(t) for t in corpus]
    index = _Index(earlier + prints)
    sources = [f"corpus {i + 1}" for i in range(len(corpus))] + list(ids)
    found = [_against(id_, p, index, sources, len(earlier) + i) for i, (id_, p) in enumerate(zip(ids, prints, strict=True))]
    return _result(found, len(texts) + len(corpus), grade)


class _Index:
    """Which sources hold a fingerprint: pairs sorted by fingerprint, then source."""

    def __init__(self, prints: Sequence[Hashes]) -> None:
        sizes = np.array([len(p) for p in prints], dtype=np.int64)
        values = np.concatenate(prints) if len(prints) else np.zeros(0, dtype=np.uint64)
        owners = np.repeat(np.arange(len(prints)), sizes)
        order = np.lexsort((owners, values))
        self.values, self.owners, self.sources = values[order], owners[order], len(prints)

    def find(self, wanted: Hashes) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """Begin and end of each fingerprint's run of owners."""
        return np.searchsorted(self.values, wanted, side="left"), np.searchsorted(self.values, wanted, side="right")


def _against(id_: str, prints: Hashes, index: _Index, names: Sequence[str], before: int | None) -> TextOriginality:
    """One text; `before` is its own place where only earlier sources count."""
    begin, end = index.find(prints)
    telling = end - begin <= COMMON
    begin, end = begin[telling], end[telling]
    n = int(telling.sum())
    if n < MIN_FINGERPRINTS:
        return TextOriginality(id_, None, None, None, n)
    if before is not None:
        # Owners ascend within a run: those before this text are its first part.
        end = begin + np.array([np.searchsorted(index.owners[b:e], before) for b, e in zip(begin, end, strict=True)], dtype=np.int64)
    lengths = end - begin
    hit = lengths > 0
    if not bool(hit.any()):
        return TextOriginality(id_, 0.0, 0.0, None, n)
    at = np.repeat(begin[hit] - np.concatenate([[0], np.cumsum(lengths[hit])[:-1]]), lengths[hit]) + np.arange(int(lengths[hit].sum()))
    owners, shared = np.unique(index.owners[at], return_counts=True)
    most = int(shared.argmax())
    return TextOriginality(id_, float(shared[most] / n), float(hit.sum() / n), names[int(owners[most])], n)


def _result(found: list[TextOriginality], sources: int, grade: str) -> Originality:
    judged = np.array([t.originality for t in found if t.originality is not None])
    if not len(judged):
        return Originality(tuple(found), sources, missing(NO_TEXTS, grade=grade), None)
    values, counts = np.unique(judged, return_counts=True)
    mean = Estimate(float(judged.mean()), bootstrap_mean(values, counts.astype(np.int64)), len(judged), grade)
    return Originality(tuple(found), sources, mean, float((judged >= ORIGINAL - 1e-12).mean()))
