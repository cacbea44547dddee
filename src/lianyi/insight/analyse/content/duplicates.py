"""Near duplicates: texts that mostly repeat each other, found without comparing every pair."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.content.fingerprint import Hashes, normalised, shingles
from lianyi.insight.analyse.estimate import Estimate, missing
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text

VERSION = 1
PERMUTATIONS = 128
ROWS = 4
NO_TEXT = np.uint64(0xFFFFFFFFFFFFFFFF)
# A band that holds this many texts is a template: its members are compared with the first of them only.
CROWDED = 200


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and the exact Jaccard similarity of their 5-grams."""

    first: str
    second: str
    similarity: float


@dataclass(frozen=True, slots=True)
class Duplicates:
    """Near duplicates.

    pairs  : most alike first; groups : ids of texts linked by pairs, largest first
    spare  : texts that could go if one of each group stayed; too_short : texts below five characters, not compared
    """

    texts: int
    threshold: float
    pairs: tuple[Pair, ...]
    groups: tuple[tuple[str, ...], ...]
    spare: int
    too_short: int
    window: Window | None = None
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """Texts compared."""
        return self.texts - self.too_short

    @property
    def spare_share(self) -> Estimate:
        """The share of texts that could go if one of each group stayed; no interval: texts that repeat each other are no sample."""
        if self.n == 0:
            return missing(Text(zh="没有足够长的文字", en="no text is long enough to compare"), grade="C")
        return Estimate(self.spare / self.n, None, self.n, "C")

    def to_table(self) -> pa.Table:
        """One row a pair: first, second, similarity."""
        return pa.table(
            {
                "first": pa.array([p.first for p in self.pairs], pa.string()),
                "second": pa.array([p.second for p in self.pairs], pa.string()),
                "similarity": pa.array([p.similarity for p in self.pairs], pa.float64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.duplicates/1`."""
        return answer(
            "duplicates",
            version=self.version,
            n=self.n,
            headline=("spare_share", self.spare_share),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "texts": self.texts,
                "too_short": self.too_short,
                "threshold": self.threshold,
                "groups": [list(group) for group in self.groups],
                "pairs": [{"first": p.first, "second": p.second, "similarity": p.similarity} for p in self.pairs],
                "spare": self.spare,
            },
        )

    def explain(self) -> Text:
        """How much repeats."""
        if self.n == 0:
            return Text(zh="没有足够长的文字。", en="No text is long enough to compare.")
        return sentence(
            "%(n)s 篇中有 %(groups)s 组内容重复（相似度至少 %(threshold)s），多出 %(spare)s 篇，占 %(share)s。",
            "Among %(n)s texts %(groups)s groups repeat each other (similarity %(threshold)s or more): %(spare)s too many, %(share)s.",
            n=Count(self.n),
            groups=Count(len(self.groups)),
            threshold=Share(self.threshold),
            spare=Count(self.spare),
            share=Share(self.spare / self.n),
        )


def duplicates(texts: Sequence[str], *, ids: Sequence[str] | None = None, threshold: float = 0.6, seed: int = 20) -> Duplicates:
    """Texts that share most of their 5-grams.

    texts     : raw texts; ids : their names (by default 1, 2, ...)
    threshold : Jaccard similarity from which two are near duplicates, 0.4 to 1
    Formula   : MinHash with 128 hash functions; candidates share one of 32 bands of four; each candidate is then compared exactly,
                |A & B| / |A | B| over distinct 5-grams
    Finds     : a pair of similarity 0.5 with probability .87, 0.6 with .99, 0.7 with .9998; nothing below the threshold is reported
    Assumes   : similarity is about wording; 5% of characters changed leave about 0.6
    When not  : to see how much of a long text was lifted from a short one: that is containment (`originality`)
    Cost      : about 0.1 ms a text of 500 characters, then the candidates.   Source: Broder 1997; Indyk, Motwani 1998
    >>> found = duplicates(["今天晚上八点直播间见不见不散", "今天晚上八点直播间见，不见不散！", "新品面膜到货了大家快来看看"])
    >>> found.groups
    (('1', '2'),)
    """
    if not 0.4 <= threshold <= 1:
        raise BadInput(reason=Text(zh="相似度须在 0.4 到 1 之间", en="The similarity is between 0.4 and 1"))
    labels = list(ids) if ids is not None else [str(i + 1) for i in range(len(texts))]
    grams = [np.unique(shingles(normalised(text))) for text in texts]
    signatures = minhash(grams, seed=seed)
    pairs = []
    for i, j in _candidates(signatures):
        shared = len(np.intersect1d(grams[i], grams[j], assume_unique=True))
        similarity = shared / (len(grams[i]) + len(grams[j]) - shared)
        if similarity >= threshold:
            pairs.append((i, j, similarity))
    pairs.sort(key=lambda p: (-p[2], p[0], p[1]))
    groups = _groups(len(texts), [(i, j) for i, j, _ in pairs])
    return Duplicates(
        texts=len(texts),
        threshold=threshold,
        pairs=tuple(Pair(labels[i], labels[j], s) for i, j, s in pairs),
        groups=tuple(tuple(labels[i] for i in group) for group in groups),
        spare=sum(len(group) - 1 for group in groups),
        too_short=sum(len(g) == 0 for g in grams),
    )


def minhash(grams: Sequence[Hashes], *, seed: int = 20) -> Hashes:
    """(n, 128) MinHash signatures; the share of equal entries of two rows estimates their Jaccard similarity.

    grams : distinct hashes of each text; an empty text has a signature of its own kind that matches nothing useful
    """
    rng = np.random.default_rng(seed)
    factor = rng.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64) * np.uint64(2) + np.uint64(1)
    offset = rng.integers(0, 2**63, PERMUTATIONS, dtype=np.uint64)
    signatures = np.full((len(grams), PERMUTATIONS), NO_TEXT)
    for i, values in enumerate(grams):
        if len(values):
            # Multiply-shift on hashes that are well mixed already; the high half carries the order.
            signatures[i] = ((values[:, None] * factor + offset) >> np.uint64(16)).min(axis=0)
    return signatures


def _candidates(signatures: Hashes) -> list[tuple[int, int]]:
    found: set[tuple[int, int]] = set()
    alive = np.flatnonzero(signatures[:, 0] != NO_TEXT) if len(signatures) else np.zeros(0, dtype=np.int64)
    for begin in range(0, PERMUTATIONS, ROWS):
        band = np.ascontiguousarray(signatures[alive, begin : begin + ROWS])
        _, bucket, counts = np.unique(band.view([("", band.dtype)] * ROWS).ravel(), return_inverse=True, return_counts=True)
        order = np.argsort(bucket, kind="stable")
        ends = np.cumsum(counts)
        for b in np.flatnonzero(counts > 1).tolist():
            members = alive[order[ends[b] - counts[b] : ends[b]]].tolist()
            if len(members) > CROWDED:
                found.update((members[0], other) for other in members[1:])
            else:
                found.update((a, c) for k, a in enumerate(members) for c in members[k + 1 :])
    return sorted(found)


def _groups(n: int, pairs: Sequence[tuple[int, int]]) -> list[list[int]]:
    """Connected texts, largest group first."""
    parent = np.arange(n)

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = int(parent[i])
        return i

    for i, j in pairs:
        a, b = root(i), root(j)
        if a != b:
            parent[max(a, b)] = min(a, b)
    members: dict[int, list[int]] = {}
    for i in {i for pair in pairs for i in pair}:
        members.setdefault(root(i), []).append(i)
    return sorted((sorted(group) for group in members.values()), key=lambda group: (-len(group), group[0]))
