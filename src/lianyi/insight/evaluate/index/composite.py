"""A composite index: several indicators as one score, with the formula, the weights, and how far the ranking can be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph
from lianyi.insight.evaluate.index.blending import blended, capped
from lianyi.insight.evaluate.index.frozen import FrozenWeights, anchors_of
from lianyi.insight.evaluate.index.objective import MIN_ALTERNATIVES, critic_weights, entropy_weights
from lianyi.insight.evaluate.index.plan import Plan
from lianyi.insight.evaluate.index.ranking import anchored_topsis, kendall, ranks, weighted_sum
from lianyi.insight.evaluate.index.stability import Stability, WithoutOne, shaken, without_each
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text

Reals = npt.NDArray[np.float64]
VERSION = 1


@dataclass(frozen=True, slots=True)
class Alternative:
    """One thing that is compared: a period, a channel, a partner.

    index  : 0-100, weighted mean of the scores; its interval is the middle 95% under shaken weights
    topsis : 0-100, nearness to full marks
    known  : share of the weight for which there are values
    scores : indicator id -> 0-100, None where there is no value
    rank   : by index; rank_topsis : by topsis; equal values share the mean place
    """

    id: str
    index: Estimate
    topsis: float | None
    known: float
    scores: dict[str, float | None]
    rank: float | None
    rank_topsis: float | None
    first_share: float
    rank_range: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A second way of ranking, and how far it is from the one shown: Kendall's tau, who is first, who moves most."""

    method: str
    tau: float | None
    first: str | None
    moves_most: str | None
    places: float


@dataclass(frozen=True, slots=True)
class CompositeIndex:
    """A composite index over alternatives; see `composite`."""

    plan: Plan
    frozen: FrozenWeights
    was_frozen: bool
    alternatives: tuple[Alternative, ...]
    stability: Stability
    without: tuple[WithoutOne, ...]
    disagreement: tuple[Disagreement, ...]
    formula: Text
    notes: tuple[Text, ...]
    version: int = VERSION

    @property
    def n(self) -> int:
        """How many alternatives were given."""
        return len(self.alternatives)

    @property
    def first(self) -> Alternative | None:
        """The alternative in the first place."""
        return min((a for a in self.alternatives if a.rank is not None), key=lambda a: a.rank or 0.0, default=None)

    def to_table(self) -> pa.Table:
        """One row an alternative: id, index, low, high, rank, topsis, rank_topsis, first_share, known."""
        return pa.Table.from_pylist(
            [
                {
                    "id": a.id,
                    "index": a.index.value,
                    "low": None if a.index.interval is None else a.index.interval[0],
                    "high": None if a.index.interval is None else a.index.interval[1],
                    "rank": a.rank,
                    "topsis": a.topsis,
                    "rank_topsis": a.rank_topsis,
                    "first_share": a.first_share,
                    "known": a.known,
                }
                for a in self.alternatives
            ],
            schema=TABLE,
        )

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.index/1`."""
        return answer(
            "index",
            version=self.version,
            n=self.n,
            headline=self._headline(),
            explain=self.explain(),
            own={
                "name": {"zh": self.plan.name.zh, "en": self.plan.name.en},
                "period": self.plan.period,
                "formula": {"zh": self.formula.zh, "en": self.formula.en},
                "weights": self.frozen.by_method,
                "frozen": {"hash": self.frozen.hash, "given": self.was_frozen},
                "judgements": {
                    id_: {
                        "consistency_ratio": j.consistency_ratio,
                        "lambda_max": j.lambda_max,
                        "random_index": j.random_index,
                        "table": j.table,
                        "consistent": j.consistent,
                    }
                    for id_, j in self.plan.judgements.items()
                },
                "alternatives": [
                    {
                        "id": a.id,
                        "index": a.index.to_json(),
                        "rank": a.rank,
                        "topsis": a.topsis,
                        "rank_topsis": a.rank_topsis,
                        "first_share": a.first_share,
                        "rank_range": None if a.rank_range is None else list(a.rank_range),
                        "known": a.known,
                        "scores": a.scores,
                    }
                    for a in self.alternatives
                ],
                "stability": {
                    "draws": self.stability.draws,
                    "concentration": self.stability.concentration,
                    "same_order": self.stability.same_order,
                    "without": [{"indicator": w.indicator, "first": w.first, "moved": w.moved} for w in self.without],
                },
                "disagreement": [
                    {"method": d.method, "tau": d.tau, "first": d.first, "moves_most": d.moves_most, "places": d.places}
                    for d in self.disagreement
                ],
                "notes": [{"zh": note.zh, "en": note.en} for note in self.notes],
            },
        )

    def _headline(self) -> tuple[str, Estimate]:
        """The index of whoever is first."""
        leader = self.first
        if leader is None:
            return "index", missing(Text(zh="没有一项的数据够算指数", en="none has enough figures for an index"), n=self.n, grade="C")
        return f"index_of_{leader.id}", leader.index

    def explain(self) -> Text:
        """Who is first, how firmly, and what speaks against it."""
        leader = self.first
        if leader is None or leader.index.value is None:
            return paragraph([Text(zh="没有一项的数据够算指数。", en="None has enough figures for an index."), *self.notes])
        others = [d for d in self.disagreement if d.first != leader.id]
        hinge = [w.indicator for w in self.without if w.changes_first]
        return paragraph(
            [
                sentence(
                    "%(n)s 项中 %(id)s 居首，指数 %(index)s；权重随机扰动 %(draws)s 次，%(share)s 仍居首。",
                    "Of %(n)s, %(id)s is first with an index of %(index)s; it stays first in %(share)s of %(draws)s draws of other weights.",
                    n=self.n,
                    id=leader.id,
                    index=f"{leader.index.value:.1f}",
                    share=Share(leader.first_share),
                    draws=f"{self.stability.draws:,}",
                ),
                sentence(
                    "去掉以下任一指标首位就会改变：%(hinge)s。",
                    "Without any one of these indicators another is first: %(hinge)s.",
                    hinge=", ".join(hinge),
                )
                if hinge
                else None,
                sentence(
                    "换一种方法首位不同：%(others)s。",
                    "Another method puts another first: %(others)s.",
                    others=", ".join(f"{d.method} ({d.first})" for d in others),
                )
                if others
                else None,
                *self.notes,
            ]
        )


TABLE = pa.schema(
    [
        ("id", pa.string()),
        ("index", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("rank", pa.float64()),
        ("topsis", pa.float64()),
        ("rank_topsis", pa.float64()),
        ("first_share", pa.float64()),
        ("known", pa.float64()),
    ]
)


def freeze(plan: Plan, values: Reals) -> FrozenWeights:
    """The weights of a plan, fitted once to a table of alternatives, to be kept for the whole period.

    values : (m, k) in the indicators' own units, nan where unknown; entropy and CRITIC take the rows without gaps, and need three
    """
    scores = _scores(plan, values)
    whole = scores[~np.isnan(scores).any(axis=1)]
    sets = {"judged": np.array(plan.judged)}
    if len(whole) >= MIN_ALTERNATIVES:
        fitted = {"entropy": entropy_weights(whole), "critic": critic_weights(whole)}
        sets |= {method: weights for method, weights in fitted.items() if weights is not None}
    mixed = capped(blended(sets, plan.mix), plan.cap * sets["judged"])
    ids = [i.id for i in plan.indicators]
    by_method = {name: dict(zip(ids, weights.tolist(), strict=True)) for name, weights in {**sets, "blended": mixed}.items()}
    return FrozenWeights(plan.period, by_method["blended"], by_method, plan.mix, plan.cap, anchors_of(plan))


def composite(plan: Plan, alternatives: Sequence[str], values: npt.ArrayLike, *, frozen: FrozenWeights | None = None) -> CompositeIndex:
    """One score for each alternative, and everything a reader needs in order to doubt it.

    plan         : indicators with anchors, judgements, mix (see `plan`)
    alternatives : (m,) names: months, channels, partners
    values       : (m, k) in the indicators' own units, in the plan's order; nan where nothing is known
    frozen       : weights of the period; None fits them to these values, and says so
    Formula      : s = 100 (x - floor) / (target - floor) within 0-100; w = capped mix of judged, entropy and CRITIC weights;
                   index = sum(w s) / sum(w) over what is known
    Assumes      : indicators may stand in for each other (a weighted sum compensates); if one must not fail, give it a floor of its own
    Needs        : values for at least `min_known` of the weight, else the index of that alternative is not estimable
    When not     : to decide anything that a single indicator decides; to compare periods under different weights
    Grade        : C: a declared model
    Cost         : 2,000 draws of weights times m (m + k)
    Source       : Saaty 1980; Xu 2004; Diakoulaki et al. 1995; Hwang, Yoon 1981
    Raises       : BadInput when the table does not fit the plan.
    """
    x = np.asarray(values, dtype=np.float64)
    if x.ndim != 2 or x.shape != (len(alternatives), len(plan.indicators)) or not len(alternatives):
        raise BadInput(
            reason=Text(zh="数值表须为 %(m)s 行 %(k)s 列", en="The table of values has %(m)s rows and %(k)s columns"),
            m=len(alternatives) or 1,
            k=len(plan.indicators),
        )
    if len(set(alternatives)) < len(alternatives):
        raise BadInput(reason=Text(zh="被比较的名称有重复", en="Two of the things compared have the same name"))
    kept = frozen or freeze(plan, x)
    ids = tuple(i.id for i in plan.indicators)
    weights = np.array([kept.weights[id_] for id_ in ids])
    scores = _scores(plan, x)
    known = np.where(np.isnan(scores), 0.0, weights).sum(axis=1)
    judgeable = known >= plan.min_known - 1e-12
    ranked = np.where(judgeable[:, None], scores, np.nan)
    index, near = weighted_sum(ranked, weights), anchored_topsis(ranked, weights)
    place, place_near = ranks(index), ranks(near)
    stability = shaken(ranked, weights)
    names = tuple(alternatives)
    return CompositeIndex(
        plan=plan,
        frozen=kept,
        was_frozen=frozen is not None,
        alternatives=tuple(
            Alternative(
                id=name,
                index=Estimate(float(index[i]), stability.score_range[i], int((~np.isnan(scores[i])).sum()), "C")
                if judgeable[i]
                else missing(
                    sentence(
                        "只有 %(known)s 的权重有数据，至少需要 %(least)s",
                        "only %(known)s of the weight has figures; at least %(least)s is needed",
                        known=Share(float(known[i])),
                        least=Share(plan.min_known),
                    ),
                    n=int((~np.isnan(scores[i])).sum()),
                    grade="C",
                ),
                topsis=_or_none(near[i]),
                known=float(known[i]),
                scores={id_: _or_none(scores[i, j]) for j, id_ in enumerate(ids)},
                rank=_or_none(place[i]),
                rank_topsis=_or_none(place_near[i]),
                first_share=stability.first[i],
                rank_range=stability.rank_range[i],
            )
            for i, name in enumerate(names)
        ),
        stability=stability,
        without=without_each(ranked, weights, ids, names),
        disagreement=_disagreement(ranked, kept, ids, names, place, place_near),
        formula=_formula(plan, kept),
        notes=tuple(_notes(plan, kept, was_frozen=frozen is not None, m=len(names))),
    )


def _scores(plan: Plan, values: Reals) -> Reals:
    return np.column_stack([indicator.score(values[:, j]) for j, indicator in enumerate(plan.indicators)])


def _or_none(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _disagreement(
    scores: Reals, kept: FrozenWeights, ids: tuple[str, ...], names: tuple[str, ...], place: Reals, place_near: Reals
) -> tuple[Disagreement, ...]:
    ways = {"topsis": place_near}
    ways |= {
        method: ranks(weighted_sum(scores, np.array([weights[id_] for id_ in ids])))
        for method, weights in kept.by_method.items()
        if method != "blended"
    }
    answers = []
    for method, other in ways.items():
        moved = np.abs(other - place)
        leaders = np.flatnonzero(other == np.nanmin(other)) if not bool(np.isnan(other).all()) else np.array([], dtype=np.int64)
        furthest = float(np.nanmax(moved)) if not bool(np.isnan(moved).all()) else 0.0
        answers.append(
            Disagreement(
                method=method,
                tau=kendall(-place, -other),
                first=names[int(leaders[0])] if len(leaders) else None,
                moves_most=names[int(np.nanargmax(moved))] if furthest > 0 else None,
                places=furthest,
            )
        )
    return tuple(answers)


def _formula(plan: Plan, kept: FrozenWeights) -> Text:
    terms = " + ".join(f"{kept.weights[i.id]:.4f}·s({i.id})" for i in plan.indicators)
    mix = " + ".join(f"{share:g}·{name}" for name, share in plan.mix.items() if share)
    return sentence(
        "指数 = %(terms)s；s = 100·(x − 起点)/(目标 − 起点)，限于 0 到 100；权重 = %(mix)s，每项不超过判断权重的 %(cap)s 倍。",
        "index = %(terms)s; s = 100·(x − floor)/(target − floor), within 0 to 100; weights = %(mix)s, none above %(cap)s times its judged weight.",
        terms=terms,
        mix=mix,
        cap=f"{plan.cap:g}",
    )


def _notes(plan: Plan, kept: FrozenWeights, *, was_frozen: bool, m: int) -> list[Text]:
    notes = []
    for id_, judgement in plan.judgements.items():
        if not judgement.consistent and judgement.consistency_ratio is not None:
            notes.append(
                sentence(
                    "判断矩阵 %(id)s 的一致性比率为 %(cr)s（RI 取 %(ri)s，%(table)s），高于 0.10，请重新判断。",
                    "The judgements of %(id)s have a consistency ratio of %(cr)s (RI %(ri)s, %(table)s), above 0.10: judge again.",
                    id=id_,
                    cr=f"{judgement.consistency_ratio:.3f}",
                    ri=f"{judgement.random_index:.2f}",
                    table=judgement.table,
                )
            )
    unused = [name for name, share in plan.mix.items() if share and name not in kept.by_method]
    if unused:
        notes.append(
            sentence(
                "数据不足，未使用：%(unused)s（至少 %(least)s 项完整且各不相同）。",
                "Not used for want of figures: %(unused)s (at least %(least)s complete alternatives that differ).",
                unused=", ".join(unused),
                least=Count(MIN_ALTERNATIVES),
            )
        )
    if not was_frozen and set(plan.mix) - {"judged"}:
        notes.append(
            Text(
                zh="权重由本次数据拟合；冻结后各期才可比，增减比较对象也不会改变名次。",
                en="The weights were fitted to these figures; freeze them, or periods cannot be compared and a newcomer may change the order.",
            )
        )
    return notes
