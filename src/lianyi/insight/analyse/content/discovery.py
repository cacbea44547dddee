"""Many small tests of variants at once: which winners remain when the number of tests is taken into account."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.chance import adjusted
from lianyi.insight.analyse.estimate import Estimate, share_of
from lianyi.insight.analyse.special import chi_square_tail
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
VERSION = 1


@dataclass(frozen=True, slots=True)
class VariantTest:
    """One test of several variants. p, q: None where it cannot be tested; best: row of the variant with the highest rate."""

    id: str
    variants: int
    trials: int
    hits: int
    p: float | None
    q: float | None
    best: int


@dataclass(frozen=True, slots=True)
class Discoveries:
    """Many tests.

    testable   : tests with two variants or more, some hits and some misses
    plain      : tests with p below alpha, of which about alpha * (tests without difference) are chance
    bonferroni : with p below alpha / testable;  kept : by Benjamini and Hochberg at a false-discovery rate of alpha
    """

    tests: tuple[VariantTest, ...]
    testable: int
    alpha: float
    plain: int
    bonferroni: int
    kept: int
    trials: int
    hits: int
    version: int = VERSION

    @property
    def n(self) -> int:
        """Tests given."""
        return len(self.tests)

    @property
    def standing(self) -> Estimate:
        """The share of testable tests whose winner stands once false discoveries are held down."""
        return share_of(self.kept, self.testable, Text(zh="没有可以检验的对比", en="no test can be judged"), grade="A")

    def to_table(self) -> pa.Table:
        """One row a test: test, variants, trials, hits, p, q, kept, best (row of its best variant)."""
        return pa.table(
            {
                "test": pa.array([t.id for t in self.tests], pa.string()),
                "variants": pa.array([t.variants for t in self.tests], pa.int64()),
                "trials": pa.array([t.trials for t in self.tests], pa.int64()),
                "hits": pa.array([t.hits for t in self.tests], pa.int64()),
                "p": pa.array([t.p for t in self.tests], pa.float64()),
                "q": pa.array([t.q for t in self.tests], pa.float64()),
                "kept": pa.array([t.q is not None and t.q <= self.alpha for t in self.tests], pa.bool_()),
                "best": pa.array([t.best for t in self.tests], pa.int64()),
            }
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.variants/1`; `kept` lists the tests that stand, best first."""
        standing = sorted((t for t in self.tests if t.q is not None and t.q <= self.alpha), key=lambda t: (t.q or 0.0, t.id))
        return answer(
            "variants",
            version=self.version,
            n=self.n,
            headline=("standing", self.standing),
            explain=self.explain(),
            own={
                "tests": self.n,
                "testable": self.testable,
                "alpha": self.alpha,
                "significant": {"plain": self.plain, "benjamini_hochberg": self.kept, "bonferroni": self.bonferroni},
                "rate": share_of(self.hits, self.trials, NOTHING).to_json(),
                "kept": [{"test": t.id, "p": t.p, "q": t.q, "best": t.best} for t in standing],
            },
        )

    def explain(self) -> Text:
        """How many winners there seem to be, and how many stand."""
        if not self.testable:
            return Text(zh="没有可检验的对比。", en="There is no test with two variants and some hits.")
        return sentence(
            "%(n)s 组可检验的对比中，单看各有 %(plain)s 组显著；控制误报率后成立的是 %(kept)s 组（误报率 %(alpha)s），最严格的做法剩 %(strict)s 组。",
            "Of %(n)s tests %(plain)s look significant one by one; %(kept)s stand with false discoveries held to %(alpha)s, %(strict)s under the strictest rule.",
            n=Count(self.testable),
            plain=Count(self.plain),
            kept=Count(self.kept),
            alpha=Share(self.alpha),
            strict=Count(self.bonferroni),
        )


NOTHING = Text(zh="没有曝光", en="nothing was shown")


def variant_tests(tests: Sequence[str], trials: npt.ArrayLike, hits: npt.ArrayLike, *, alpha: float = 0.05) -> Discoveries:
    """Test every group of variants for a difference in rate, and control how many of the winners are chance.

    tests    : (n,) which test each variant (row) belongs to
    trials, hits : (n,) shown and clicked, 0 <= hits <= trials
    Formula  : chi-square of the variants x (hit, miss) table without continuity correction, k - 1 degrees of freedom;
               q by Benjamini and Hochberg over the testable tests
    Assumes  : variants were shown at random; one person counts once
    Needs    : expected hits of about 5 in each variant; with fewer p is rough
    When not : tests that were watched and stopped when they looked good
    Cost     : O(n).   Source: Pearson 1900; Benjamini, Hochberg 1995
    Raises   : BadInput for hits beyond trials.
    >>> found = variant_tests(["a", "a", "b", "b"], [1000, 1000, 1000, 1000], [50, 100, 50, 51])
    >>> [round(t.p, 4) for t in found.tests], found.kept
    ([0.0, 0.9187], 1)
    """
    n, x = np.asarray(trials, dtype=np.float64), np.asarray(hits, dtype=np.float64)
    if n.shape != x.shape or len(tests) != len(n) or bool(np.any((x < 0) | (x > n) | ~np.isfinite(n))):
        raise BadInput(reason=Text(zh="点击数须在 0 与展示数之间，各列等长", en="Hits lie between 0 and trials, in columns of one length"))
    names, code = np.unique(np.asarray(tests, dtype=str), return_inverse=True)
    k = len(names)
    shown, clicked = np.bincount(code, weights=n, minlength=k), np.bincount(code, weights=x, minlength=k)
    live = n > 0
    variants = np.bincount(code, weights=live, minlength=k).astype(np.int64)
    rate = np.divide(clicked, shown, out=np.zeros(k), where=shown > 0)
    expected = rate[code] * (1 - rate[code]) * n
    part = np.divide((x - n * rate[code]) ** 2, expected, out=np.zeros(len(n)), where=expected > 0)
    testable = (variants >= 2) & (clicked > 0) & (clicked < shown)
    p = np.full(k, np.nan)
    p[testable] = chi_square_tail(np.bincount(code, weights=part, minlength=k)[testable], variants[testable] - 1)
    given = [None if np.isnan(value) else float(value) for value in p]
    q = adjusted(given)
    # The best variant of each test: by rate, and the earlier row where two are equal.
    rates = np.divide(x, n, out=np.full(len(n), -1.0), where=live)
    order = np.lexsort((np.arange(len(n)), -rates, code))
    best = order[np.searchsorted(code[order], np.arange(k))] if k else np.zeros(0, dtype=np.int64)
    known = p[testable]
    return Discoveries(
        tests=tuple(
            VariantTest(str(names[i]), int(variants[i]), int(shown[i]), int(clicked[i]), given[i], q[i], int(best[i])) for i in range(k)
        ),
        testable=int(testable.sum()),
        alpha=alpha,
        plain=int((known < alpha).sum()),
        bonferroni=int((known < alpha / max(1, len(known))).sum()),
        kept=sum(1 for value in q if value is not None and value <= alpha),
        trials=int(n.sum()),
        hits=int(x.sum()),
    )
