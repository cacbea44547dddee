"""What a survey says: who answered, NPS, CSAT, every other question, weights to the membership, and whether the scale holds."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph, said, share_of
from lianyi.insight.analyse.survey.raking import Raked, rake
from lianyi.insight.analyse.survey.reliability import Reliability, cronbach
from lianyi.insight.analyse.survey.scores import NOBODY, Promoters, net_promoters, satisfied
from lianyi.insight.measure.intervals import mean
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]
VERSION = 1
NPS, CSAT = "nps", "csat"
SHARES = ("awareness_unaided", "awareness_aided")
MARGINS = ("tier", "region", "city", "gender", "platform", "channel")
# A group with fewer answers than this is put together with the other small ones before weighting.
MIN_IN_GROUP = 5
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Question:
    """One question that is neither NPS nor CSAT. kind: share (yes or no) | mean."""

    id: str
    kind: str
    value: Estimate


@dataclass(frozen=True, slots=True)
class Survey:
    """The answers of a window.

    respondents  : people who answered anything
    response     : share of those it was sent to; not estimable where the number sent is not known
    nps, csat    : as answered; *_weighted: raked to the members, None where no weighting was asked for
    weighting    : the weights' design effect and effective number; unweighted : why there are none
    covered      : share of the membership (by the margins) that somebody who answered stands for
    """

    window: Window
    survey_id: str | None
    respondents: int
    response: Estimate
    nps: Promoters
    csat: Estimate
    questions: tuple[Question, ...]
    reliability: Reliability | None
    rake_by: tuple[str, ...]
    weighting: Raked | None
    nps_weighted: Promoters | None
    csat_weighted: Estimate | None
    covered: float | None
    unweighted: Text | None
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """People who answered anything."""
        return self.respondents

    def to_table(self) -> pa.Table:
        """One row a question: question, value, low, high, n."""
        rows = [
            {
                "question": name,
                "value": e.value,
                "low": None if e.interval is None else e.interval[0],
                "high": None if e.interval is None else e.interval[1],
                "n": e.n,
            }
            for name, e in self.figures()
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def figures(self) -> list[tuple[str, Estimate]]:
        """Every estimate by question, in the order in which it is shown."""
        rows = [("response_rate", self.response), (NPS, self.nps.score), (CSAT, self.csat)]
        if self.nps_weighted is not None:
            rows.append(("nps_weighted", self.nps_weighted.score))
        if self.csat_weighted is not None:
            rows.append(("csat_weighted", self.csat_weighted))
        return [*rows, *((q.id, q.value) for q in self.questions)]

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.survey/1`."""
        return answer(
            "survey",
            version=self.version,
            n=self.n,
            headline=self._headline(),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "survey": self.survey_id,
                "respondents": self.respondents,
                "response_rate": self.response.to_json(),
                "nps": _promoters_json(self.nps),
                "csat": self.csat.to_json(),
                "questions": [{"question": q.id, "kind": q.kind, **q.value.to_json()} for q in self.questions],
                "reliability": None if self.reliability is None else self.reliability.to_json(),
                "weighting": {
                    "by": list(self.rake_by),
                    "design_effect": None if self.weighting is None else self.weighting.design_effect,
                    "effective_n": None if self.weighting is None else self.weighting.effective_n,
                    "largest_weight": None if self.weighting is None else self.weighting.largest,
                    "covered": self.covered,
                    "nps": None if self.nps_weighted is None else _promoters_json(self.nps_weighted),
                    "csat": None if self.csat_weighted is None else self.csat_weighted.to_json(),
                    "because": said(self.unweighted),
                },
            },
        )

    def _headline(self) -> tuple[str, Estimate]:
        """Recommendation where it was asked (weighted where weights were asked for), else satisfaction."""
        if self.nps.score.value is None and self.csat.value is not None:
            return CSAT, self.csat
        return NPS, self.nps.score if self.nps_weighted is None else self.nps_weighted.score

    def explain(self) -> Text:
        """Who answered, what they said, and what to mind."""
        if self.respondents == 0:
            return Text(zh="区间内没有答卷。", en="Nobody answered a survey in the window.")
        weighted = self.nps_weighted
        return paragraph(
            [
                sentence("%(n)s 人作答。", "%(n)s people answered.", n=Count(self.respondents))
                if self.response.value is None
                else sentence(
                    "%(n)s 人作答，回收率 %(rate)s。",
                    "%(n)s people answered, %(rate)s of those asked.",
                    n=Count(self.respondents),
                    rate=Share(self.response.value),
                ),
                _nps_said(self.nps),
                None
                if weighted is None or self.weighting is None or weighted.score.value is None
                else sentence(
                    "按会员构成加权后 NPS %(nps)s（设计效应 %(deff)s，相当于 %(n)s 份答卷）。",
                    "Weighted to the membership the NPS is %(nps)s (design effect %(deff)s, worth %(n)s answers).",
                    nps=f"{weighted.score.value * 100:+.0f}",
                    deff=f"{self.weighting.design_effect:.2f}",
                    n=Count(round(self.weighting.effective_n)),
                ),
                None if self.reliability is None else self.reliability.warning,
                Text(zh="未作答的人可能与作答的人不同。", en="Those who did not answer may think otherwise."),
            ]
        )


TABLE = pa.schema([("question", pa.string()), ("value", pa.float64()), ("low", pa.float64()), ("high", pa.float64()), ("n", pa.int64())])
ANSWERS = """
SELECT e.t AS t, e.event_id AS event_id, e.subject_id AS survey, e.kind AS question, e.value AS score, e.member_id AS member,
    coalesce(e.body ->> '$.respondent', e.actor) AS respondent
FROM events AS e
WHERE e.name = 'survey_answered' AND e.d >= $from_d AND e.d < $to_d AND e.value IS NOT NULL AND (e.subject_id = $survey OR $survey IS NULL)
ORDER BY t, event_id
"""
SENT = """
SELECT count(*) AS surveys, count(s.sent) AS counted, CAST(sum(s.sent) AS BIGINT) AS sent FROM surveys AS s
WHERE s.survey_id = $survey
"""
MEMBERS = """
SELECT m.member_id AS member, {columns} FROM members AS m
WHERE (m.joined_d IS NULL OR m.joined_d < $to_d) AND (m.left_d IS NULL OR m.left_d >= $to_d)
    AND {known}
"""


def survey(engine: Engine, window: Window, *, survey_id: str | None = None, rake_by: Sequence[str] = ()) -> Survey:
    """The answers given in a window.

    survey_id : one survey; None takes all of the window
    rake_by   : dimensions of the members table (tier, region, city, gender, platform, channel) to weight the answers to
    Formula   : see `net_promoters`, `satisfied`, `rake`, `cronbach`. The last answer of a person to a question counts. Values with
                fewer than five answers are put together; those of members whom nobody stands for leave `covered` below 1
    Assumes   : kind nps is scored 0-10, csat 1-5, awareness 0 or 1
    Needs     : answers; the number sent for a response rate; known members for weights
    When not  : to speak for people who were never asked
    Grade     : D: people who chose to answer
    Cost      : two or three queries; one row comes back for each answer, and one for each member when weighting
    Raises    : UnknownName for a dimension that members do not have.
    """
    for name in rake_by:
        if name not in MARGINS:
            raise UnknownName(what="dimension of members", given=name, allowed=list(MARGINS))
    params = {"from_d": window.from_day, "to_d": window.to_day, "survey": survey_id}
    answers = engine.run(ANSWERS, params).to_pylist()
    # By person and question; of several answers the last stands.
    given: dict[str, dict[str, float]] = {}
    member_of: dict[str, str | None] = {}
    for nth, row in enumerate(answers):
        who = row["respondent"] or f"#{nth}"
        given.setdefault(str(row["question"]), {})[who] = float(row["score"])
        member_of[who] = row["member"] or member_of.get(who)
    nps, csat = given.get(NPS, {}), given.get(CSAT, {})
    asked = {str(row["survey"]) for row in answers if row["survey"] is not None} if survey_id is None else {survey_id}
    response = _response(engine, len(member_of), asked)
    others = {q: scores for q, scores in given.items() if q not in (NPS, CSAT)}
    weights, raked, covered, because = _weights(engine, window, member_of, tuple(rake_by))
    return Survey(
        window=window,
        survey_id=survey_id,
        respondents=len(member_of),
        response=response,
        nps=_promoters(nps, None),
        csat=_satisfied(csat, None),
        questions=tuple(_question(q, np.array(list(scores.values()))) for q, scores in sorted(others.items())),
        reliability=_reliability({q: s for q, s in others.items() if q not in SHARES}),
        rake_by=tuple(rake_by),
        weighting=raked,
        nps_weighted=_promoters(nps, weights) if raked is not None else None,
        csat_weighted=_satisfied(csat, weights) if raked is not None else None,
        covered=covered,
        unweighted=because,
        snapshot=engine.snapshot.version,
    )


def _response(engine: Engine, respondents: int, surveys: set[str]) -> Estimate:
    if len(surveys) > 1:
        return missing(Text(zh="区间内有多次调研，请指定一次", en="several surveys fall in the window: ask for one"), n=respondents)
    sent = engine.run(SENT, {"survey": next(iter(surveys), None)}).to_pylist()[0]
    asked = sent["sent"] or 0
    if not asked or sent["surveys"] != sent["counted"]:
        return missing(Text(zh="没有登记发放份数", en="how many it was sent to is not recorded"), n=respondents)
    if respondents > asked:
        return missing(
            sentence(
                "作答 %(n)s 人多于发放 %(sent)s 份", "%(n)s answered, more than the %(sent)s it was sent to", n=respondents, sent=asked
            ),
            n=respondents,
        )
    return share_of(respondents, asked, NOBODY, grade="D")


def _promoters(scores: dict[str, float], weights: dict[str, float] | None) -> Promoters:
    kept = {who: score for who, score in scores.items() if 0 <= score <= 10 and (weights is None or who in weights)}
    return net_promoters(np.array(list(kept.values())), None if weights is None else np.array([weights[who] for who in kept]))


def _satisfied(scores: dict[str, float], weights: dict[str, float] | None) -> Estimate:
    kept = {who: score for who, score in scores.items() if 1 <= score <= 5 and (weights is None or who in weights)}
    return satisfied(np.array(list(kept.values())), weights=None if weights is None else np.array([weights[who] for who in kept]))


def _question(id_: str, scores: Reals) -> Question:
    if id_ in SHARES or bool(np.all((scores == 0) | (scores == 1))):
        return Question(id_, "share", share_of(int((scores > 0).sum()), len(scores), NOBODY, grade="D"))
    return Question(
        id_, "mean", Estimate(float(scores.mean()), mean(float(scores.sum()), float((scores**2).sum()), len(scores)), len(scores), "D")
    )


def _reliability(items: dict[str, dict[str, float]]) -> Reliability | None:
    if len(items) < 2:
        return None
    names = sorted(items)
    everyone = sorted(set.intersection(*(set(scores) for scores in items.values())))
    return cronbach(np.array([[items[q][who] for q in names] for who in everyone]).reshape(len(everyone), len(names)), names)


def _weights(
    engine: Engine, window: Window, member_of: dict[str, str | None], by: tuple[str, ...]
) -> tuple[dict[str, float], Raked | None, float | None, Text | None]:
    """Weights by respondent, how they were made, the share of members they stand for, and why there are none."""
    if not by:
        return {}, None, None, None
    # Read by columns: all members are there, of whom few answered.
    known = " AND ".join(f"m.{c} IS NOT NULL" for c in by)
    told = engine.run(MEMBERS.format(columns=", ".join(f"m.{c} AS {c}" for c in by), known=known), {"to_d": window.to_day})
    places = pc.index_in(pa.array(list(member_of.values()), told.schema.field("member").type), value_set=told["member"].combine_chunks())
    who = [w for w, place in zip(member_of, places.to_pylist(), strict=True) if place is not None]
    if len(who) < 2 * MIN_IN_GROUP:
        return {}, None, None, Text(zh="对得上会员资料的答卷太少，未加权", en="too few answers belong to known members to weight them")
    answers: dict[str, list[object]] = {}
    margins: dict[str, dict[object, float]] = {}
    covered = 1.0
    for dimension in by:
        theirs = told[dimension].take(places.drop_null()).to_pylist()
        counts = {value: theirs.count(value) for value in set(theirs)}
        folded = {value: value if n >= MIN_IN_GROUP else OTHER for value, n in counts.items()}
        answers[dimension] = [folded[value] for value in theirs]
        margin: dict[object, float] = {}
        for row in told[dimension].value_counts().to_pylist():
            group = folded.get(row["values"], OTHER)
            margin[group] = margin.get(group, 0.0) + float(row["counts"])
        unheard = margin.pop(OTHER, 0.0) if OTHER not in answers[dimension] else 0.0
        covered = min(covered, 1 - unheard / len(told))
        margins[dimension] = margin
    raked = rake(answers, margins)
    return dict(zip(who, raked.weights.tolist(), strict=True)), raked, covered, None


def _promoters_json(found: Promoters) -> dict[str, Any]:
    answered = found.score.value is not None
    return {
        **found.score.to_json(),
        "promoters": found.promoters if answered else None,
        "passives": found.passives if answered else None,
        "detractors": found.detractors if answered else None,
        "effective_n": found.effective_n,
    }


def _nps_said(found: Promoters) -> Text:
    if found.score.value is None or found.score.interval is None:
        return Text(zh="没有推荐意愿题。", en="Recommendation was not asked.")
    return sentence(
        "NPS %(nps)s（%(low)s 到 %(high)s，n = %(n)s）。",
        "The NPS is %(nps)s (%(low)s to %(high)s, n = %(n)s).",
        nps=f"{found.score.value * 100:+.0f}",
        low=f"{found.score.interval[0] * 100:+.0f}",
        high=f"{found.score.interval[1] * 100:+.0f}",
        n=found.score.n,
    )
