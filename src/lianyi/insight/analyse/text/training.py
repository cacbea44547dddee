"""Training a sentiment model on the operator's own labels."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.text.cleaning import Labelled, distinct
from lianyi.insight.analyse.text.extra import extra
from lianyi.insight.analyse.text.lexicon import judge
from lianyi.insight.analyse.text.model import NGRAMS, Card, Sentiment
from lianyi.insight.measure.intervals import wilson
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
FOLDS = 5
MIN_OF_EACH = 50
PENALTY = 4.0  # inverse strength of the ridge
LEAST_TEXTS = 3  # a piece in fewer texts than this is a name, not a word
POSITIVE = {"1", "1.0", "positive", "pos", "正面", "正", "积极", "好评", "true", "yes"}
NEGATIVE = {"0", "0.0", "-1", "-1.0", "negative", "neg", "负面", "负", "消极", "差评", "false", "no"}


class TooFewLabels(BadInput):
    """There are too few labelled texts to learn from."""

    code = "too_few_labels"
    message = Text(
        zh="去重后正面 %(positive)s 条、负面 %(negative)s 条，各需至少 %(least)s 条。",
        en="After removing repeats there are %(positive)s positive and %(negative)s negative texts; at least %(least)s of each are needed.",
    )
    remedy = Text(zh="多标一些，优先标模型拿不准的。", en="Label more, those first of which a model is least sure.")


def label_of(given: str | None) -> bool | None:
    """A label as people write it; None for neutral or nothing, which is not learnt from.

    Raises BadInput for a word that means neither.
    >>> label_of("正面"), label_of("0"), label_of(""), label_of("neutral")
    (True, False, None, None)
    """
    word = (given or "").strip().casefold()
    if word in POSITIVE:
        return True
    if word in NEGATIVE:
        return False
    if word in {"", "neutral", "中性", "2", "nan"}:
        return None
    raise BadInput(
        reason=Text(
            zh="看不懂标签 %(given)s：正面写 1 或 正面，负面写 0 或 负面",
            en="Label %(given)s is not understood: 1 or positive, 0 or negative",
        ),
        given=given,
    )


def train(texts: Sequence[str], positive: Sequence[bool | None], *, source: str = "", seed: int = 20) -> Sentiment:
    """A calibrated linear model over character pieces.

    texts, positive : (n,) labelled texts; None is left out. Repeats are removed first, and texts with both labels
    source   : where the labels are from, kept in the model's card
    Formula  : TF-IDF of 1- to 3-character pieces (1 + log tf, idf smoothed, length 1), logistic regression with a ridge (C = 4);
               probability = logistic(a * score + b) with a, b fitted to scores out of five folds (Platt)
    Assumes  : what will be scored reads like what was labelled: accuracy falls on another trade (see the documentation)
    Needs    : 50 of each label; a few thousand give what the field reports
    When not : to decide about a person on one text
    Grade    : C; the card says how well it did on texts it had not seen
    Cost     : about four seconds for each thousand texts of 130 characters: six fits
    Source   : Joachims 1998; Platt 1999
    Raises   : TextExtraMissing, TooFewLabels.
    """
    rows = distinct(texts, positive)
    y = np.array(rows.positive, dtype=bool)
    if min(int(y.sum()), int((~y).sum())) < MIN_OF_EACH:
        raise TooFewLabels(positive=int(y.sum()), negative=int((~y).sum()), least=MIN_OF_EACH)
    fold = folds(y, seed=seed)
    score = np.empty(len(y))
    for k in range(FOLDS):
        inside = np.flatnonzero(fold != k)
        outside = np.flatnonzero(fold == k)
        vectors, linear = _fitted([rows.texts[i] for i in inside], y[inside])
        score[outside] = linear.decision_function(vectors.transform([rows.texts[i] for i in outside]))
    scale, shift = platt(score, y)
    vectors, linear = _fitted(rows.texts, y)
    card = _card(rows, y, score, 1 / (1 + np.exp(-(scale * score + shift))), len(vectors.vocabulary_), source)
    return Sentiment(
        vocabulary={str(piece): int(place) for piece, place in vectors.vocabulary_.items()},
        idf=np.asarray(vectors.idf_, dtype=np.float64),
        weight=np.asarray(linear.coef_[0], dtype=np.float64),
        intercept=float(linear.intercept_[0]),
        scale=scale,
        shift=shift,
        card=card,
    )


def folds(y: npt.NDArray[np.bool_], *, seed: int = 20) -> npt.NDArray[np.int64]:
    """The fold of each text, each label spread evenly.

    >>> np.bincount(folds(np.array([True] * 10 + [False] * 5))).tolist()
    [3, 3, 3, 3, 3]
    """
    rng = np.random.default_rng(seed)
    fold = np.empty(len(y), dtype=np.int64)
    for label in (True, False):
        members = rng.permutation(np.flatnonzero(y == label))
        fold[members] = np.arange(len(members)) % FOLDS
    return fold


def platt(score: Reals, y: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Scale and shift that make the logistic of a score a probability: two parameters by Newton's method.

    >>> a, b = platt(np.array([-2.0, -1.0, 1.0, 2.0, -1.0, 1.0]), np.array([False, False, True, True, True, False]))
    >>> round(a, 2), abs(round(b, 2))
    (0.42, 0.0)
    """
    # Platt's targets keep a separable set from running away.
    high, low = (y.sum() + 1) / (y.sum() + 2), 1 / ((~y).sum() + 2)
    target = np.where(y, high, low)
    x = np.column_stack([score, np.ones(len(score))])
    beta = np.zeros(2)
    for _ in range(100):
        p = 1 / (1 + np.exp(-np.clip(x @ beta, -500, 500)))
        gradient = x.T @ (target - p)
        curvature = (x * (p * (1 - p))[:, None]).T @ x + 1e-9 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        beta = beta + step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < 1e-10:
            break
    return float(beta[0]), float(beta[1])


def _fitted(texts: Sequence[str], y: npt.NDArray[np.bool_]) -> tuple[Any, Any]:
    vectors = extra("sklearn.feature_extraction.text").TfidfVectorizer(
        analyzer="char", ngram_range=NGRAMS, min_df=LEAST_TEXTS, sublinear_tf=True, lowercase=False
    )
    linear = extra("sklearn.linear_model").LogisticRegression(C=PENALTY, solver="liblinear")
    linear.fit(vectors.fit_transform(texts), y)
    return vectors, linear


def _card(rows: Labelled, y: npt.NDArray[np.bool_], score: Reals, p: Reals, features: int, source: str) -> Card:
    said = p >= 0.5
    right = int((said == y).sum())
    low, high = wilson(right, len(y))
    sensitivity, specificity = float(said[y].mean()), float((~said)[~y].mean())
    words = np.array([judge(text).score for text in rows.texts])
    spoke = words != 0
    bins = np.minimum((p * 10).astype(np.int64), 9)
    gaps = [abs(float(p[bins == b].mean() - y[bins == b].mean())) * float((bins == b).mean()) for b in range(10) if bool((bins == b).any())]
    return Card(
        texts=len(y),
        positive=int(y.sum()),
        repeated=rows.repeated,
        conflicting=rows.conflicting,
        empty=rows.empty,
        accuracy=right / len(y),
        accuracy_low=low,
        accuracy_high=high,
        macro_f1=(_f1(said, y) + _f1(~said, ~y)) / 2,
        majority=float(max(y.mean(), 1 - y.mean())),
        lexicon=float(((words > 0) == y)[spoke].mean()) if bool(spoke.any()) else 0.0,
        lexicon_coverage=float(spoke.mean()),
        brier=float(((p - y) ** 2).mean()),
        calibration_gap=sum(gaps),
        sensitivity=sensitivity,
        specificity=specificity,
        features=features,
        source=source,
    )


def _f1(said: npt.NDArray[np.bool_], true: npt.NDArray[np.bool_]) -> float:
    both = float((said & true).sum())
    return 2 * both / (float(said.sum()) + float(true.sum())) if both else 0.0


def card_json(card: Card) -> dict[str, Any]:
    """The card as plain data."""
    return asdict(card)
