"""A trained sentiment model: its features, its weights, what it was trained on, and how well it did. Scoring needs nothing but numpy."""

import io
import json
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from lianyi.insight.analyse.text.cleaning import cleaned
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
SCHEMA = "lianyi.sentiment-model/1"
NGRAMS = (1, 3)
# A text whose probability lies between these is called neutral: the model does not know.
NEUTRAL = (0.4, 0.6)


class ModelUnreadable(BadInput):
    """A file is no sentiment model of this version."""

    code = "model_unreadable"
    message = Text(zh="%(path)s 不是本版本的情感模型", en="%(path)s is no sentiment model of this version")
    remedy = Text(
        zh="重新训练：lianyi train sentiment 标注.csv --text 内容 --label 标签 --out 模型",
        en="Train again: lianyi train sentiment labels.csv --text TEXT --label LABEL --out MODEL",
    )


@dataclass(frozen=True, slots=True)
class Card:
    """What a model was trained on and how it did, on texts it had not seen (five folds, every text once).

    texts, positive, repeated, conflicting, empty : what came in; see `cleaning`
    accuracy, accuracy_low, accuracy_high, macro_f1 : with a Wilson interval
    majority   : accuracy of always saying the commoner label
    lexicon, lexicon_coverage : accuracy of the bundled lexicon where it says anything, and the share of texts where it does
    brier, calibration_gap : mean squared error of the probability, and its mean distance from what happened (ten bins)
    sensitivity, specificity : share of positive texts found positive, of negative found negative
    """

    texts: int
    positive: int
    repeated: int
    conflicting: int
    empty: int
    accuracy: float
    accuracy_low: float
    accuracy_high: float
    macro_f1: float
    majority: float
    lexicon: float
    lexicon_coverage: float
    brier: float
    calibration_gap: float
    sensitivity: float
    specificity: float
    features: int
    source: str


@dataclass(frozen=True, slots=True)
class Sentiment:
    """A trained model.

    vocabulary : 1- to 3-character pieces -> place; idf, weight : (k,); probability = 1 / (1 + exp(-(scale * (w x + intercept) + shift)))
    """

    vocabulary: dict[str, int]
    idf: Reals
    weight: Reals
    intercept: float
    scale: float
    shift: float
    card: Card

    def probability(self, texts: Sequence[str]) -> Reals:
        """Calibrated probability that each text is positive; 0.5 shifted by the base rate for a text without known pieces.

        Cost: about 0.3 ms a text of 130 characters.
        """
        answer = np.empty(len(texts))
        for i, text in enumerate(texts):
            places, value = self._vector(text)
            answer[i] = float(self.weight[places] @ value) + self.intercept
        calibrated: Reals = 1 / (1 + np.exp(-(self.scale * answer + self.shift)))
        return calibrated

    def reasons(self, text: str, *, most: int = 5) -> tuple[tuple[str, float], ...]:
        """The pieces that moved the score most, with their contribution; overlapping pieces speak once, pieces across punctuation never."""
        places, value = self._vector(text)
        names = {place: piece for piece, place in self.vocabulary.items() if place in set(places.tolist())}
        parts = sorted(zip(places.tolist(), (self.weight[places] * value).tolist(), strict=True), key=lambda p: -abs(p[1]))
        chosen: list[tuple[str, float]] = []
        for place, part in parts:
            piece = names[place]
            if piece.isalnum() and not any(piece in other or other in piece for other, _ in chosen):
                chosen.append((piece, float(part)))
            if len(chosen) == most:
                break
        return tuple(chosen)

    def _vector(self, text: str) -> tuple[npt.NDArray[np.int64], Reals]:
        clean = cleaned(text)
        counts: Counter[int] = Counter()
        for n in range(NGRAMS[0], NGRAMS[1] + 1):
            for i in range(len(clean) - n + 1):
                place = self.vocabulary.get(clean[i : i + n])
                if place is not None:
                    counts[place] += 1
        places = np.fromiter(counts.keys(), dtype=np.int64, count=len(counts))
        value = (1 + np.log(np.fromiter(counts.values(), dtype=np.float64, count=len(counts)))) * self.idf[places]
        length = float(np.sqrt((value**2).sum()))
        return places, value / length if length > 0 else value

    def write(self, path: Path) -> None:
        """Write the model: a zip of JSON and plain arrays; nothing in it is run when it is read."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            pieces = sorted(self.vocabulary, key=lambda piece: self.vocabulary[piece])
            head = {"schema": SCHEMA, "intercept": self.intercept, "scale": self.scale, "shift": self.shift, "card": asdict(self.card)}
            for name, content in (("model.json", head), ("pieces.json", pieces)):
                # A fixed date: the same training gives the same bytes.
                file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), json.dumps(content, ensure_ascii=False))
            for name, array in (("idf.npy", self.idf), ("weight.npy", self.weight)):
                buffer = io.BytesIO()
                np.save(buffer, array, allow_pickle=False)
                file.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), buffer.getvalue())


def read_model(path: Path) -> Sentiment:
    """A model from its file.

    Raises ModelUnreadable.
    """
    try:
        with zipfile.ZipFile(path) as file:
            head = json.loads(file.read("model.json"))
            pieces = json.loads(file.read("pieces.json"))
            idf, weight = (
                np.load(io.BytesIO(file.read(name)), allow_pickle=False).astype(np.float64) for name in ("idf.npy", "weight.npy")
            )
        if head["schema"] != SCHEMA or not len(pieces) == len(idf) == len(weight):
            raise ModelUnreadable(path=str(path))
        vocabulary = {str(piece): i for i, piece in enumerate(pieces)}
        return Sentiment(
            vocabulary, idf, weight, float(head["intercept"]), float(head["scale"]), float(head["shift"]), Card(**head["card"])
        )
    except (OSError, zipfile.BadZipFile, KeyError, TypeError, ValueError):
        raise ModelUnreadable(path=str(path)) from None
