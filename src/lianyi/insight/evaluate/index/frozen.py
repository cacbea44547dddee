"""Weights fixed for a plan period: a small JSON file that says what it holds and proves that nobody touched it since."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianyi.insight.evaluate.index.plan import Plan
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

SCHEMA = "lianyi.index-weights/1"


class FrozenWeightsChanged(BadInput):
    """A file of frozen weights is not what was written, or belongs to another plan."""

    code = "frozen_weights_changed"
    message = Text(zh="冻结的权重 %(path)s 不能用：%(fault)s", en="The frozen weights %(path)s cannot be used: %(fault)s")
    remedy = Text(
        zh="期内比较须用同一套权重；要改权重，请为新的期间重新冻结。",
        en="Figures of one period are compared under one set of weights; to change it, freeze weights for a new period.",
    )


@dataclass(frozen=True, slots=True)
class FrozenWeights:
    """The weights of a plan period, and the anchors they were fixed with.

    weights    : indicator id -> weight, sums to 1
    by_method  : judged, entropy, critic and blended, each indicator id -> weight
    anchors    : indicator id -> (floor, target, band_to, beyond)
    """

    period: str
    weights: dict[str, float]
    by_method: dict[str, dict[str, float]]
    mix: dict[str, float]
    cap: float
    anchors: dict[str, tuple[float | None, ...]]

    @property
    def hash(self) -> str:
        """SHA-256 over the content, the same on every machine."""
        return hashlib.sha256(json.dumps(self._content(), sort_keys=True, ensure_ascii=False).encode()).hexdigest()

    def _content(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "period": self.period,
            "weights": self.weights,
            "by_method": self.by_method,
            "mix": self.mix,
            "cap": self.cap,
            "anchors": {id_: list(anchor) for id_, anchor in self.anchors.items()},
        }

    def to_json(self) -> dict[str, Any]:
        """The content and its hash."""
        return {**self._content(), "hash": self.hash}

    def write(self, path: Path) -> None:
        """Write the file; an existing one is replaced."""
        path.write_text(json.dumps(self.to_json(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def anchors_of(plan: Plan) -> dict[str, tuple[float | None, ...]]:
    """The anchors of a plan, by indicator."""
    return {i.id: (i.floor, i.target, i.band_to, i.beyond) for i in plan.indicators}


def read_frozen(path: Path, plan: Plan) -> FrozenWeights:
    """Frozen weights from their file, checked against their hash and the plan.

    Raises FrozenWeightsChanged when the content does not match its hash, or the plan's period, indicators or anchors are others.
    """
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
        found = FrozenWeights(
            period=str(given["period"]),
            weights={str(k): float(v) for k, v in given["weights"].items()},
            by_method={str(m): {str(k): float(v) for k, v in w.items()} for m, w in given["by_method"].items()},
            mix={str(k): float(v) for k, v in given["mix"].items()},
            cap=float(given["cap"]),
            anchors={str(k): tuple(None if x is None else float(x) for x in v) for k, v in given["anchors"].items()},
        )
        stated = str(given["hash"])
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError, AttributeError):
        raise FrozenWeightsChanged(path=str(path), fault=Text(zh="读不出内容", en="its content cannot be read")) from None
    if stated != found.hash:
        raise FrozenWeightsChanged(path=str(path), fault=Text(zh="内容与指纹不符", en="its content does not match its hash"))
    if found.period != plan.period:
        raise FrozenWeightsChanged(path=str(path), fault=Text(zh="属于另一个期间", en="it belongs to another period"))
    if found.anchors != anchors_of(plan) or set(found.weights) != set(found.anchors):
        raise FrozenWeightsChanged(path=str(path), fault=Text(zh="指标或起止点已改", en="indicators or anchors have changed"))
    return found
