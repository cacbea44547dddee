"""Community health over a window, from the facts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.community.participation import PowerCurve, Roles, power_curve, roles
from lianyi.insight.analyse.community.replies import ReplyNetwork, reply_network
from lianyi.insight.analyse.estimate import Estimate, missing, paragraph, share_of
from lianyi.kernel.clock import US_PER_DAY, Window
from lianyi.kernel.numbers import Count, Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts.sets import ENGAGED, INTERACT
from lianyi.stream.engines.base import Engine

VERSION = 1
POSTS = ("message_posted", "ugc_posted", "review_posted", "content_commented")
POWER_DAYS = 28
SECOND_POST_DAYS = 7
SILENT_BELOW = 0.03
REPLY_TARGET = 0.80


@dataclass(frozen=True, slots=True)
class GroupActivity:
    """One group: members at the end of the window, those of them who posted, voted or checked in, and whether that is silence."""

    group_id: str
    members: int
    active: int
    silent: bool


@dataclass(frozen=True, slots=True)
class Health:
    """Community health; None-valued estimates say what is not recorded.

    second_post : of newcomers (first post in the window, seven days of it over), the share who posted again within seven days
    reply_rate  : of posts by members 24 hours old or more, the share that somebody else answered within 24 hours
    meets_target: True when even the lower Wilson bound reaches 80%, False when the upper does not, None when undecided
    silent      : share of groups in which fewer than 3% of the members did anything
    """

    window: Window
    power: PowerCurve
    roles: Roles
    network: ReplyNetwork
    groups: tuple[GroupActivity, ...]
    silent: Estimate
    second_post: Estimate
    reply_rate: Estimate
    meets_target: bool | None
    snapshot: int | None = None
    version: int = VERSION

    @property
    def n(self) -> int:
        """People active in the window."""
        return self.roles.creators.n

    def to_table(self) -> pa.Table:
        """One row a figure: figure, value, low, high, n."""
        rows = [
            {
                "figure": name,
                "value": e.value,
                "low": None if e.interval is None else e.interval[0],
                "high": None if e.interval is None else e.interval[1],
                "n": e.n,
            }
            for name, e in self.figures().items()
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def figures(self) -> dict[str, Estimate]:
        """Every estimate by name, in the order in which it is shown."""
        return {
            "power_users": self.power.power,
            "creators": self.roles.creators,
            "reactors": self.roles.reactors,
            "watchers": self.roles.watchers,
            "gini": self.roles.gini,
            "reciprocity": self.network.reciprocity,
            "isolates": self.network.isolates,
            "silent_groups": self.silent,
            "second_post": self.second_post,
            "reply_rate": self.reply_rate,
        }

    def to_json(self) -> dict[str, Any]:
        """The documented shape `lianyi.community/1`."""
        return answer(
            "community",
            version=self.version,
            n=self.n,
            headline=("reply_rate", self.reply_rate),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "figures": {name: e.to_json() for name, e in self.figures().items()},
                "power_curve": list(self.power.people),
                "mean_active_days": self.power.mean_days,
                "posts_by_top_1_percent": self.roles.top_1,
                "posts_by_top_10_percent": self.roles.top_10,
                "network": {
                    "people": self.network.people,
                    "ties": self.network.ties,
                    "core": self.network.core,
                    "core_order": self.network.core_order,
                },
                "groups": [{"group": g.group_id, "members": g.members, "active": g.active, "silent": g.silent} for g in self.groups],
                "reply_target": {"share": REPLY_TARGET, "met": self.meets_target},
            },
        )

    def explain(self) -> Text:
        """How alive the community is."""
        if self.n == 0:
            return Text(zh="区间内没有人活动。", en="Nobody was active in the window.")
        creators, reply, again = self.roles.creators.value, self.reply_rate.value, self.second_post.value
        return paragraph(
            [
                sentence(
                    "%(n)s 人活跃，其中 %(creators)s 发过言。",
                    "%(n)s people were active, %(creators)s of them posted.",
                    n=Count(self.n),
                    creators=Share(creators or 0.0),
                ),
                None
                if self.roles.top_10 is None
                else sentence(
                    "最活跃的 10%% 贡献了 %(top)s 的发言。", "The busiest 10%% made %(top)s of all posts.", top=Share(self.roles.top_10)
                ),
                None
                if reply is None
                else sentence(
                    "24 小时内有人回应的占 %(reply)s（%(verdict)s）。",
                    "%(reply)s of posts were answered within 24 hours (%(verdict)s).",
                    reply=Share(reply),
                    verdict=VERDICTS[self.meets_target],
                ),
                None
                if again is None
                else sentence(
                    "新人首帖后 7 天内再发言的占 %(again)s。", "%(again)s of newcomers posted again within 7 days.", again=Share(again)
                ),
                None
                if self.silent.value is None
                else sentence("%(silent)s 的群沉默。", "%(silent)s of the groups are silent.", silent=Share(self.silent.value)),
            ]
        )


VERDICTS = {
    True: Text(zh="达到 80%", en="80% is reached"),
    False: Text(zh="未达到 80%", en="80% is missed"),
    None: Text(zh="是否达到 80% 尚难断定", en="whether 80% is reached cannot be told yet"),
}
TABLE = pa.schema([("figure", pa.string()), ("value", pa.float64()), ("low", pa.float64()), ("high", pa.float64()), ("n", pa.int64())])


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(f"'{name}'" for name in names)


ACTIVE_DAYS = f"""
SELECT e.actor AS who, count(DISTINCT e.d) AS days FROM events AS e
WHERE e.actor IS NOT NULL AND e.d >= $power_d AND e.d < $to_d AND e.name IN ({_listed(ENGAGED)})
GROUP BY e.actor ORDER BY who
"""
TAKING_PART = f"""
SELECT e.actor AS who, sum(CASE WHEN e.name IN ({_listed(POSTS)}) THEN 1 ELSE 0 END) AS posts,
    sum(CASE WHEN e.name IN ({_listed(INTERACT)}) AND e.name NOT IN ({_listed(POSTS)}) THEN 1 ELSE 0 END) AS reactions
FROM events AS e
WHERE e.actor IS NOT NULL AND e.d >= $from_d AND e.d < $to_d AND e.name IN ({_listed(tuple(dict.fromkeys((*ENGAGED, *POSTS))))})
GROUP BY e.actor ORDER BY who
"""
# Members' posts with the first answer of somebody else: another member's reply, or the team's.
ANSWERED = """
SELECT p.post AS post, p.author AS author, p.t AS t, a.first_t AS answered_t
FROM (
    SELECT e.subject_id AS post, min(e.actor) AS author, min(e.t) AS t FROM events AS e
    WHERE e.name IN ('message_posted', 'ugc_posted', 'content_commented') AND e.subject_id IS NOT NULL AND e.actor IS NOT NULL
        AND e.d >= $from_d AND e.d < $to_d
    GROUP BY e.subject_id
) AS p
LEFT JOIN (
    SELECT r.post AS post, q.author AS author, min(r.t) AS first_t
    FROM (
        SELECT coalesce(e.body ->> '$.reply_to', '') AS post, e.actor AS who, e.t AS t FROM events AS e
        WHERE e.name = 'message_posted' AND e.d >= $from_d
        UNION ALL
        SELECT e.subject_id AS post, CAST(NULL AS VARCHAR) AS who, e.t AS t FROM events AS e
        WHERE e.name = 'message_replied' AND e.subject_id IS NOT NULL AND e.d >= $from_d
    ) AS r
    JOIN (
        SELECT e.subject_id AS post, min(e.actor) AS author, min(e.t) AS t FROM events AS e
        WHERE e.name IN ('message_posted', 'ugc_posted', 'content_commented') AND e.subject_id IS NOT NULL AND e.actor IS NOT NULL
        GROUP BY e.subject_id
    ) AS q ON q.post = r.post AND r.t >= q.t AND (r.who IS NULL OR r.who <> q.author)
    GROUP BY r.post, q.author
) AS a ON a.post = p.post AND a.author = p.author
ORDER BY post
"""
TIES = """
SELECT e.actor AS source, q.author AS target FROM events AS e
JOIN (
    SELECT p.subject_id AS post, min(p.actor) AS author FROM events AS p
    WHERE p.name IN ('message_posted', 'ugc_posted', 'content_commented') AND p.subject_id IS NOT NULL AND p.actor IS NOT NULL
    GROUP BY p.subject_id
) AS q ON q.post = (e.body ->> '$.reply_to')
WHERE e.name = 'message_posted' AND e.actor IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
UNION ALL
SELECT e.actor AS source, c.author_id AS target FROM events AS e JOIN contents AS c ON c.content_id = e.content_id
WHERE e.name = 'content_commented' AND e.actor IS NOT NULL AND c.author_id IS NOT NULL AND e.d >= $from_d AND e.d < $to_d
ORDER BY source, target
"""
NEWCOMERS = f"""
SELECT f.who AS who, f.first_t AS first_t, min(e.t) AS second_t FROM (
    SELECT e.actor AS who, min(e.t) AS first_t, min(e.d) AS first_d FROM events AS e
    WHERE e.actor IS NOT NULL AND e.name IN ({_listed(POSTS)}) GROUP BY e.actor
) AS f
LEFT JOIN events AS e ON e.actor = f.who AND e.t > f.first_t AND e.name IN ({_listed(POSTS)}) AND e.d >= $from_d
WHERE f.first_d >= $from_d AND f.first_d < $to_d
GROUP BY f.who, f.first_t ORDER BY who
"""
GROUPS = """
SELECT m.group_id AS group_id, count(*) AS members, count(a.who) AS active FROM (
    SELECT e.group_id AS group_id, e.actor AS who FROM events AS e
    WHERE e.name IN ('group_joined', 'group_left') AND e.group_id IS NOT NULL AND e.actor IS NOT NULL AND e.d < $to_d
    GROUP BY e.group_id, e.actor
    HAVING max(CASE WHEN e.name = 'group_joined' THEN e.t ELSE -1 END) > max(CASE WHEN e.name = 'group_left' THEN e.t ELSE -1 END)
) AS m
LEFT JOIN (
    SELECT DISTINCT e.group_id AS group_id, e.actor AS who FROM events AS e
    WHERE e.name IN ('message_posted', 'poll_voted', 'checked_in') AND e.d >= $from_d AND e.d < $to_d
) AS a ON a.group_id = m.group_id AND a.who = m.who
GROUP BY m.group_id ORDER BY group_id
"""


def health(engine: Engine, window: Window) -> Health:
    """Who takes part, who answers whom, which groups are silent, and whether newcomers come back.

    Formula  : see `power_curve`, `roles`, `reply_network`; second post and reply rate are shares with Wilson intervals over those
               whose time (7 days, 24 hours) is over when the data end
    Assumes  : one actor a person; a reply names what it replies to (reply_to, or subject_id of message_replied)
    Needs    : for each figure its facts; what is not recorded is said
    When not : to compare communities of different purpose: a help forum and a coupon group live differently
    Grade    : B: complete records
    Cost     : six queries; one row comes back for each active person, post and tie
    """
    last = engine.snapshot.last_day
    data_to = window.to_day if last is None else last + 1
    days = {"from_d": window.from_day, "to_d": window.to_day}
    last_t = engine.run("SELECT max(e.t) AS last_t FROM events AS e").column("last_t")[0].as_py() or 0
    curve = engine.run(ACTIVE_DAYS, {"power_d": min(window.to_day, data_to) - POWER_DAYS, "to_d": min(window.to_day, data_to)})
    part = engine.run(TAKING_PART, days)
    ties = engine.run(TIES, days)
    posters = [who for who, posts in zip(part.column("who").to_pylist(), part.column("posts").to_pylist(), strict=True) if posts]
    answered = engine.run(ANSWERED, days)
    reply_rate, met = _reply_rate(answered, last_t)
    groups = tuple(
        GroupActivity(r["group_id"], r["members"], r["active"], r["active"] < SILENT_BELOW * r["members"])
        for r in engine.run(GROUPS, days).to_pylist()
    )
    return Health(
        window=window,
        power=power_curve(curve.column("days").to_numpy()),
        roles=roles(part.column("posts").to_numpy(), part.column("reactions").to_numpy()),
        network=reply_network(ties.column("source").to_pylist(), ties.column("target").to_pylist(), everyone=posters),
        groups=groups,
        silent=share_of(sum(g.silent for g in groups), len(groups), Text(zh="没有入群记录", en="joining groups is not recorded")),
        second_post=_second_post(engine.run(NEWCOMERS, days), last_t),
        reply_rate=reply_rate,
        meets_target=met,
        snapshot=engine.snapshot.version,
    )


def _second_post(rows: pa.Table, last_t: int) -> Estimate:
    first = rows.column("first_t").to_numpy()
    second = rows.column("second_t").fill_null(np.iinfo(np.int64).max).to_numpy()
    limit = SECOND_POST_DAYS * US_PER_DAY
    due = first + limit <= last_t
    if not bool(due.any()):
        return missing(Text(zh="没有满 7 天的新发言者", en="no newcomer's seven days are over"), n=0)
    # Compared as times, not as differences: a post that never came lies at the end of all time.
    return share_of(int((second[due] <= first[due] + limit).sum()), int(due.sum()), NO_POSTS)


NO_POSTS = Text(zh="没有可跟踪的发言", en="no post can be followed")


def _reply_rate(rows: pa.Table, last_t: int) -> tuple[Estimate, bool | None]:
    t = rows.column("t").to_numpy()
    answered = rows.column("answered_t").fill_null(np.iinfo(np.int64).max).to_numpy()
    due = t + US_PER_DAY <= last_t
    rate = share_of(int((answered[due] <= t[due] + US_PER_DAY).sum()), int(due.sum()), NO_POSTS)
    if rate.interval is None:
        return rate, None
    low, high = rate.interval
    return rate, True if low >= REPLY_TARGET else False if high < REPLY_TARGET else None
