"""What a composite index is made of: indicators with fixed anchors, groups, judgements, and how weights are mixed. A TOML file."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from lianyi.insight.evaluate.index.judgements import RANDOM_INDEX, USUAL_TABLE, Judgement, judged
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
METHODS = ("judged", "entropy", "critic")
TOP = "top"


class BadPlan(BadInput):
    """A plan of an index cannot be used."""

    code = "bad_index_plan"
    message = Text(zh="指数方案 %(where)s 有误：%(fault)s", en="The plan of the index cannot be used, at %(where)s: %(fault)s")


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator and the line on which it is scored.

    floor, target : values that score 0 and 100; floor above target where less is better
    beyond        : for a band, the value above the target at which the score is 0 again; the band is [target, band_to]
    """

    id: str
    name: Text
    group: str
    floor: float
    target: float
    band_to: float | None = None
    beyond: float | None = None

    def score(self, values: npt.ArrayLike) -> Reals:
        """Values as scores in 0-100; nan stays nan.

        >>> Indicator("a", Text(zh="甲", en="a"), "g", 10, 20).score([5, 15, 30, float("nan")]).tolist()
        [0.0, 50.0, 100.0, nan]
        """
        x = np.asarray(values, dtype=np.float64)
        score: Reals = np.clip(100.0 * (x - self.floor) / (self.target - self.floor), 0.0, 100.0)
        if self.band_to is not None and self.beyond is not None:
            over = np.clip(100.0 * (self.beyond - x) / (self.beyond - self.band_to), 0.0, 100.0)
            score = np.where(x > self.band_to, over, score)
        return score


@dataclass(frozen=True, slots=True)
class Plan:
    """An index as declared.

    judgements : group id (or "top" for the groups themselves) -> what was judged
    judged     : (k,) global judged weights, by indicator, sum to 1
    mix        : share of judged, entropy, critic; sums to 1
    cap        : no weight above so many times its judged weight
    min_known  : share of the weight that must have values for an index to be given
    """

    name: Text
    period: str
    indicators: tuple[Indicator, ...]
    groups: tuple[tuple[str, Text], ...]
    judgements: dict[str, Judgement]
    judged: tuple[float, ...]
    mix: dict[str, float]
    cap: float
    min_known: float


KEYS = {
    "index": {"name", "period", "mix", "cap", "min_known", "random_index"},
    "groups": {"name"},
    "indicators": {"name", "group", "floor", "target", "band_to", "beyond"},
}


def read_plan(path: Path) -> Plan:
    """A plan from its TOML file.

    Raises BadPlan, naming the entry; NoReciprocalJudgement.
    """
    try:
        return plan_of(tomllib.loads(path.read_text(encoding="utf-8")), where=path.name)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise BadPlan(where=str(path), fault=str(fault)) from None


def plan_of(entries: Mapping[str, Any], *, where: str = "plan") -> Plan:
    """A plan from the parsed file: [index], [groups.x], [indicators.y], [judgements].

    judgements are lists of rows of numbers, or of fractions in quotes such as "1/3"; or a table of given weights by id.
    """
    for section in set(entries) - {*KEYS, "judgements"}:
        raise BadPlan(where=f"{where} [{section}]", fault=Text(zh="没有这一节", en="there is no such section"))
    head = _checked(entries.get("index", {}), "index", f"{where} [index]")
    groups = tuple((id_, _text(_checked(e, "groups", f"{where} [groups.{id_}]"), where)) for id_, e in entries.get("groups", {}).items())
    indicators = tuple(_indicator(id_, e, f"{where} [indicators.{id_}]") for id_, e in entries.get("indicators", {}).items())
    if not indicators:
        raise BadPlan(where=where, fault=Text(zh="没有指标", en="it has no indicators"))
    known = {id_ for id_, _ in groups}
    for indicator in indicators:
        if indicator.group not in known:
            raise BadPlan(where=f"{where} [indicators.{indicator.id}]", fault=Text(zh="没有这个分组", en="there is no such group"))
    judgements = _judgements(entries.get("judgements", {}), groups, indicators, str(head.get("random_index", USUAL_TABLE)), where)
    return Plan(
        name=_text(head, f"{where} [index]"),
        period=str(head.get("period", "")),
        indicators=indicators,
        groups=groups,
        judgements=judgements,
        judged=_global(groups, indicators, judgements),
        mix=_mix(head.get("mix", {"judged": 1.0}), f"{where} [index] mix"),
        cap=float(head.get("cap", 2.0)),
        min_known=float(head.get("min_known", 0.8)),
    )


def _checked(entry: Mapping[str, Any], kind: str, where: str) -> Mapping[str, Any]:
    unknown = set(entry) - KEYS[kind]
    if unknown:
        raise BadPlan(where=f"{where} {min(unknown)}", fault=Text(zh="没有这一项", en="there is no such key"))
    return entry


def _text(entry: Mapping[str, Any], where: str) -> Text:
    try:
        return Text.of(entry.get("name", {}))
    except (ValueError, AttributeError):
        raise BadPlan(
            where=f"{where} name", fault=Text(zh="名称须写作 { zh = ..., en = ... }", en="a name is written { zh = ..., en = ... }")
        ) from None


def _indicator(id_: str, entry: Mapping[str, Any], where: str) -> Indicator:
    _checked(entry, "indicators", where)
    try:
        floor, target = float(entry["floor"]), float(entry["target"])
        band_to, beyond = (float(entry[key]) if key in entry else None for key in ("band_to", "beyond"))
        group = str(entry["group"])
    except (KeyError, TypeError, ValueError) as fault:
        raise BadPlan(where=where, fault=sentence("缺少或不是数：%(key)s", "missing, or no number: %(key)s", key=fault)) from None
    if floor == target or (band_to is None) != (beyond is None) or (band_to is not None and not floor < target <= band_to < (beyond or 0)):
        raise BadPlan(
            where=where,
            fault=Text(
                zh="起点与目标须不同；区间型须 floor < target <= band_to < beyond",
                en="floor and target differ; a band has floor < target <= band_to < beyond",
            ),
        )
    return Indicator(id_, _text(entry, where), group, floor, target, band_to, beyond)


def _mix(given: Any, where: str) -> dict[str, float]:
    mix = {str(name): float(share) for name, share in dict(given).items()}
    if set(mix) - set(METHODS) or any(share < 0 for share in mix.values()) or abs(sum(mix.values()) - 1) > 1e-6:
        raise BadPlan(
            where=where,
            fault=Text(zh="judged、entropy、critic 的占比之和须为 1", en="the shares of judged, entropy and critic sum to 1"),
        )
    if not mix.get("judged"):
        raise BadPlan(
            where=where,
            fault=Text(
                zh="须有一部分来自人的判断（judged），否则权重随数据漂移",
                en="some of it comes from judgement (judged), or the weights drift with the figures",
            ),
        )
    return mix


def _judgements(
    given: Mapping[str, Any], groups: tuple[tuple[str, Text], ...], indicators: tuple[Indicator, ...], table: str, where: str
) -> dict[str, Judgement]:
    if table not in RANDOM_INDEX:
        raise BadPlan(where=f"{where} [index] random_index", fault=Text(zh="没有这张表", en="there is no such table"))
    members = {TOP: [id_ for id_, _ in groups]} | {id_: [i.id for i in indicators if i.group == id_] for id_, _ in groups}
    for id_ in set(given) - set(members):
        raise BadPlan(where=f"{where} [judgements] {id_}", fault=Text(zh="没有这个分组", en="there is no such group"))
    found = {}
    for id_, ids in members.items():
        if not ids:
            raise BadPlan(where=f"{where} [groups.{id_}]", fault=Text(zh="分组里没有指标", en="the group has no indicators"))
        found[id_] = _judgement(given.get(id_), ids, table, f"{where} [judgements] {id_}")
    return found


def _judgement(given: Any, ids: list[str], table: str, where: str) -> Judgement:
    """A matrix is judged; a table of weights is taken as it stands; nothing said means equal."""
    try:
        if given is None:
            weights = np.ones(len(ids))
        elif isinstance(given, Mapping):
            weights = np.array([float(given[id_]) for id_ in ids])
        else:
            rows: Sequence[Sequence[Any]] = given
            matrix = [[float(Fraction(str(cell))) for cell in row] for row in rows]
            if [len(row) for row in matrix] != [len(ids)] * len(ids):
                shape = sentence(
                    "应为 %(k)s 行 %(k)s 列：%(ids)s", "it has %(k)s rows and columns: %(ids)s", k=len(ids), ids=", ".join(ids)
                )
                raise BadPlan(where=where, fault=shape)
            return judged(matrix, name=where, table=table)
    except (KeyError, TypeError, ValueError, ZeroDivisionError) as fault:
        raise BadPlan(
            where=where, fault=Text(zh="应为判断矩阵或权重", en="it is neither a matrix nor weights"), detail=str(fault)
        ) from None
    if float(weights.sum()) <= 0 or bool(np.any(weights < 0)):
        raise BadPlan(where=where, fault=Text(zh="权重须为正", en="weights are positive"))
    return Judgement(tuple((weights / weights.sum()).tolist()), float(len(ids)), 0.0, None, 0.0, "given")


def _global(groups: tuple[tuple[str, Text], ...], indicators: tuple[Indicator, ...], judgements: dict[str, Judgement]) -> tuple[float, ...]:
    of_group = dict(zip((id_ for id_, _ in groups), judgements[TOP].weights, strict=True))
    place: dict[str, int] = {}
    weights = []
    for indicator in indicators:
        nth = place.get(indicator.group, 0)
        place[indicator.group] = nth + 1
        weights.append(of_group[indicator.group] * judgements[indicator.group].weights[nth])
    return tuple(weights)
