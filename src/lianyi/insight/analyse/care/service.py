"""Service times: how soon inbound words get a first answer, how soon complaints are settled, and what they are about."""

from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.care.causes import Cause, pareto
from lianyi.insight.analyse.care.survival import Survival, kaplan_meier
from lianyi.insight.analyse.estimate import Estimate, paragraph, share_of
from lianyi.kernel.clock import Window, midnight_us
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

VERSION = 1
US = 1_000_000
# Limits that service is promised by, in seconds.
REPLY_LIMITS = {"30s": 30, "2h": 2 * 3600, "24h": 24 * 3600}
COMPLAINT_LIMITS = {"24h": 24 * 3600, "72h": 72 * 3600}
ANSWERS = ("any", "human", "automatic")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long one kind of thing waits, in seconds.

    within    : limit ("30s", "2h", ...) -> share ended within it, by Kaplan-Meier: those still waiting count for as long as they have
    median, p90 : seconds
    answered_mean : plain mean over those that ended, which is biased low; shown so that it is not mistaken for the answer
    """

    curve: Survival
    within: dict[str, Estimate]
    median: Estimate
    p90: Estimate
    answered_mean: float | None

    @property
    def n(self) -> int:
        """How many were observed."""
        return self.curve.n

    @property
    def still_waiting(self) -> int:
        """How many had not ended when observation ended."""
        return self.curve.n - self.curve.events

    def to_json(self) -> dict[str, Any]:
        """`{n, ended, still_waiting, median, p90, within, answered_mean}`, seconds."""
        return {
            "n": self.curve.n,
            "ended": self.curve.events,
            "still_waiting": self.still_waiting,
            "median_seconds": self.median.to_json(),
            "p90_seconds": self.p90.to_json(),
            "within": {limit: share.to_json() for limit, share in self.within.items()},
            "answered_mean_seconds": self.answered_mean,
        }


@dataclass(frozen=True, slots=True)
class Service:
    """Service times over a window.

    replies    : first answer to every inbound comment or message; negative : to those marked negative
    complaints : from opening to the first settlement
    causes     : of complaints, largest first
    reopened   : complaints opened again after they were settled
    """

    window: Window
    answers: str
    replies: Waiting
    negative: Waiting
    complaints: Waiting
    causes: tuple[Cause, ...]
    reopened: Estimate
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """Inbound words and complaints."""
        return self.replies.n + self.complaints.n

    def to_table(self) -> pa.Table:
        """One row a kind and limit: kind, limit, share, low, high, n."""
        rows = [
            {
                "kind": kind,
                "limit": limit,
                "share": share.value,
                "low": None if share.interval is None else share.interval[0],
                "high": None if share.interval is None else share.interval[1],
                "n": share.n,
            }
            for kind, waiting in self._kinds()
            for limit, share in waiting.within.items()
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def _kinds(self) -> tuple[tuple[str, Waiting], ...]:
        return (("replies", self.replies), ("negative", self.negative), ("complaints", self.complaints))

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.service/1`."""
        return answer(
            "service",
            version=self.version,
            n=self.n,
            headline=("replied_within_2h", self.replies.within["2h"]),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "answers": self.answers,
                **{kind: waiting.to_json() for kind, waiting in self._kinds()},
                "causes": [
                    {"cause": c.cause, "count": c.count, "share": c.share, "cumulated": c.cumulated, "vital": c.vital} for c in self.causes
                ],
                "reopened": self.reopened.to_json(),
            },
        )

    def explain(self) -> Text:
        """How long people wait, and what most complaints are about."""
        return paragraph([_replies_said(self.replies), _complaints_said(self.complaints, self.causes), METHOD])


METHOD = Text(
    zh="未答复的按已等待的时长计入（Kaplan-Meier），不当作没有发生。",
    en="Those still waiting count for as long as they have waited (Kaplan-Meier); they are not left out.",
)
TABLE = pa.schema(
    [
        ("kind", pa.string()),
        ("limit", pa.string()),
        ("share", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("n", pa.int64()),
    ]
)

# What comes in and can be followed: comments, and messages marked inbound or with a sentiment. The answer names what it answers.
INBOUND = """
SELECT i.subject_id AS subject, i.first_t AS first_t, i.is_negative AS is_negative, min(a.t) AS end_t
FROM (
    SELECT e.subject_id AS subject_id, min(e.t) AS first_t, max(CASE WHEN e.kind = 'negative' THEN 1 ELSE 0 END) AS is_negative
    FROM events AS e
    WHERE e.d >= $from_d AND e.d < $to_d AND e.subject_id IS NOT NULL
        AND (e.name = 'content_commented' OR (e.name = 'message_posted' AND e.kind IS NOT NULL))
    GROUP BY e.subject_id
) AS i
LEFT JOIN (
    SELECT e.subject_id AS subject_id, e.t AS t FROM events AS e
    WHERE e.name = 'message_replied' AND e.d >= $from_d AND e.t < $end_t {which}
) AS a ON a.subject_id = i.subject_id AND a.t >= i.first_t
WHERE i.first_t < $end_t
GROUP BY i.subject_id, i.first_t, i.is_negative
ORDER BY subject
"""
WHICH = {
    "any": "",
    "human": "AND coalesce(e.body ->> '$.automatic', 'false') <> 'true'",
    "automatic": "AND coalesce(e.body ->> '$.automatic', 'false') = 'true'",
}
COMPLAINTS = """
SELECT o.subject_id AS subject, o.first_t AS first_t, o.cause AS cause, z.end_t AS end_t, o.last_t AS last_t
FROM (
    SELECT e.subject_id AS subject_id, min(e.t) AS first_t, max(e.t) AS last_t, min(e.kind) AS cause FROM events AS e
    WHERE e.name = 'complaint_opened' AND e.d >= $from_d AND e.d < $to_d AND e.t < $end_t AND e.subject_id IS NOT NULL
    GROUP BY e.subject_id
) AS o
LEFT JOIN (
    SELECT e.subject_id AS subject_id, min(e.t) AS end_t FROM events AS e
    WHERE e.name = 'complaint_resolved' AND e.d >= $from_d AND e.t < $end_t AND e.subject_id IS NOT NULL
    GROUP BY e.subject_id
) AS z ON z.subject_id = o.subject_id AND z.end_t >= o.first_t
ORDER BY subject
"""


def service(engine: Engine, window: Window, *, zone: ZoneInfo, answers: str = "any") -> Service:
    """Times to a first answer and to the settlement of a complaint, for what came in during the window.

    window  : what came in; it is followed to the end of the last day in the data
    zone    : the workspace's zone, in which that day ends
    answers : any | human | automatic: which answers count as one
    Formula : Kaplan-Meier of the seconds from the first word to its first answer; limits and quantiles read off the curve
    Assumes : an answer names what it answers (subject_id). A second settlement of a complaint does not count, a reopening is shown
    Needs   : one inbound word or complaint; a median needs half of them answered
    When not: to compare people or shifts without their loads
    Grade   : B: complete records
    Cost    : two queries; one row comes back for each inbound word and complaint
    Raises  : UnknownName for another kind of answer.
    """
    if answers not in ANSWERS:
        raise UnknownName(what="kind of answer", given=answers, allowed=list(ANSWERS))
    last = engine.snapshot.last_day
    end_t = midnight_us((window.to_day if last is None else max(last + 1, window.from_day + 1)), zone)
    params = {"from_d": window.from_day, "to_d": window.to_day, "end_t": end_t}
    inbound = engine.run(INBOUND.format(which=WHICH[answers]), params)
    complaints = engine.run(COMPLAINTS, params)
    counts: dict[str | None, int] = {}
    for cause in complaints.column("cause").to_pylist():
        counts[cause] = counts.get(cause, 0) + 1
    again = pc.sum(pc.greater(complaints.column("last_t"), complaints.column("end_t"))).as_py() or 0
    settled = complaints.num_rows - complaints.column("end_t").null_count
    return Service(
        window=window,
        answers=answers,
        replies=_waiting(inbound, end_t, REPLY_LIMITS),
        negative=_waiting(inbound.filter(pc.equal(inbound.column("is_negative"), 1)), end_t, REPLY_LIMITS),
        complaints=_waiting(complaints, end_t, COMPLAINT_LIMITS),
        causes=pareto(counts),
        reopened=share_of(again, settled, Text(zh="还没有解决过的投诉", en="no complaint has been settled yet")),
        snapshot=engine.snapshot.version,
    )


def _waiting(rows: pa.Table, end_t: int, limits: dict[str, int]) -> Waiting:
    first = rows.column("first_t").to_numpy().astype(np.int64)
    ended = ~pc.is_null(rows.column("end_t")).to_numpy(zero_copy_only=False)
    end = pc.fill_null(rows.column("end_t"), end_t).to_numpy().astype(np.int64)
    seconds = (end - first) / US
    curve = kaplan_meier(seconds, ended)
    return Waiting(
        curve=curve,
        within={name: curve.ended_within(limit) for name, limit in limits.items()},
        median=curve.quantile(0.5),
        p90=curve.quantile(0.9),
        answered_mean=float(seconds[ended].mean()) if bool(ended.any()) else None,
    )


def _replies_said(replies: Waiting) -> Text:
    if replies.n == 0:
        return Text(zh="区间内没有可跟踪的评论或咨询。", en="No comment or message that can be followed came in.")
    median = replies.median.value
    return sentence(
        "收到 %(n)s 条评论和咨询，%(open)s 条尚未答复；首响中位数 %(median)s，24 小时内答复 %(share)s。",
        "%(n)s comments and messages came in, %(open)s are not answered yet; the median first answer took %(median)s, %(share)s were answered within 24 hours.",
        n=Count(replies.n),
        open=Count(replies.still_waiting),
        median=Text(zh="未到", en="longer than was observed") if median is None else spell(median),
        share=Text(zh="无法估计", en="an unknown share") if replies.within["24h"].value is None else Share(replies.within["24h"].value),
    )


def _complaints_said(complaints: Waiting, causes: tuple[Cause, ...]) -> Text | None:
    if complaints.n == 0:
        return None
    vital = [c for c in causes if c.vital]
    median = complaints.median.value
    return sentence(
        "%(n)s 起投诉，处理时长中位数 %(median)s；%(k)s 个原因占八成：%(causes)s。",
        "%(n)s complaints, median time to settle %(median)s; %(k)s causes make up four fifths: %(causes)s.",
        n=Count(complaints.n),
        median=Text(zh="未到", en="longer than was observed") if median is None else spell(median),
        k=len(vital),
        causes=", ".join(c.cause or "?" for c in vital),
    )


UNITS = ((86_400, Text(zh="天", en="d")), (3_600, Text(zh="小时", en="h")), (60, Text(zh="分钟", en="min")))


def spell(seconds: float) -> Text:
    """A duration as people say it.

    >>> spell(45).en, spell(5400).zh, spell(200_000).en
    ('45 s', '1.5 小时', '2.3 d')
    """
    for least, unit in UNITS:
        if seconds >= least:
            return sentence("%(n)s %(unit)s", "%(n)s %(unit)s", n=f"{seconds / least:.1f}".removesuffix(".0"), unit=unit)
    return sentence("%(n)s 秒", "%(n)s s", n=f"{seconds:.0f}")
