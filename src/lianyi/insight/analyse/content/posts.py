"""The posts of a window and what each drew, as arrays."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from lianyi.kernel.clock import Window, date_of, midnight_us
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
DIMENSIONS = ("format", "topic", "platform", "hour", "weekday", "account", "partner", "campaign", "ugc", "hard_ad", "promoted", "content")
COLUMNS = {"account": "account_id", "partner": "partner_id", "campaign": "campaign_id", "content": "content_id"}
FLAGS = {"ugc": "is_ugc", "hard_ad": "is_hard_ad", "promoted": "is_promoted"}
COUNTED = (
    "content_exposed",
    "content_viewed",
    "content_clicked",
    "content_liked",
    "content_commented",
    "content_shared",
    "content_collected",
)

# A post is in the contents table with its publishing day, or was published as an event; the table knows more.
POSTS = """
SELECT p.content_id AS content_id, min(p.t) AS t, min(p.d) AS d, min(p.platform) AS platform, min(p.format) AS format, min(p.topic) AS topic,
    min(p.account_id) AS account_id, min(p.partner_id) AS partner_id, min(p.campaign_id) AS campaign_id,
    max(p.is_ugc) AS is_ugc, max(p.is_hard_ad) AS is_hard_ad, max(p.is_promoted) AS is_promoted
FROM (
    SELECT c.content_id, c.published_t AS t, c.published_d AS d, c.platform, c.format, c.topic, c.account_id, c.partner_id, c.campaign_id,
        CASE WHEN c.is_ugc THEN 1 WHEN c.is_ugc IS NULL THEN NULL ELSE 0 END AS is_ugc,
        CASE WHEN c.is_hard_ad THEN 1 WHEN c.is_hard_ad IS NULL THEN NULL ELSE 0 END AS is_hard_ad,
        CASE WHEN c.is_promoted THEN 1 WHEN c.is_promoted IS NULL THEN NULL ELSE 0 END AS is_promoted
    FROM contents AS c WHERE c.published_d >= $from_d AND c.published_d < $to_d
    UNION ALL
    SELECT e.content_id, min(e.t) AS t, min(e.d) AS d, min(e.platform) AS platform, min(c.format) AS format, min(c.topic) AS topic,
        min(c.account_id) AS account_id, min(coalesce(c.partner_id, e.partner_id)) AS partner_id,
        min(coalesce(c.campaign_id, e.campaign_id)) AS campaign_id,
        max(CASE WHEN c.is_ugc THEN 1 WHEN c.is_ugc IS NULL THEN NULL ELSE 0 END) AS is_ugc,
        max(CASE WHEN c.is_hard_ad THEN 1 WHEN c.is_hard_ad IS NULL THEN NULL ELSE 0 END) AS is_hard_ad,
        max(CASE WHEN c.is_promoted THEN 1 WHEN c.is_promoted IS NULL THEN NULL ELSE 0 END) AS is_promoted
    FROM events AS e LEFT JOIN contents AS c ON c.content_id = e.content_id
    WHERE e.name = 'content_published' AND e.d >= $from_d AND e.d < $to_d AND c.published_d IS NULL
    GROUP BY e.content_id
) AS p
WHERE p.content_id IS NOT NULL
GROUP BY p.content_id
ORDER BY content_id
"""
DRAWN = """
SELECT p.content_id AS content_id, e.name AS name, sum(coalesce(e.quantity, 1)) AS drawn
FROM kept_posts AS p JOIN events AS e ON e.content_id = p.content_id
WHERE e.name IN ({names}) AND e.d >= p.d AND (e.d < p.d + $within OR $within IS NULL)
GROUP BY p.content_id, e.name
ORDER BY content_id, name
"""


@dataclass(frozen=True, slots=True)
class Posts:
    """The posts of a window.

    rows  : one row a post: content_id, t, d and what is known of it
    drawn : event name -> (n,) how many within the time allowed
    young : posts left out because that time is not over yet
    seen  : names of events that occur at all for these posts
    """

    rows: pa.Table
    drawn: dict[str, Reals]
    young: int
    seen: frozenset[str]

    @property
    def n(self) -> int:
        """Posts."""
        return int(self.rows.num_rows)

    def by(self, dimension: str, zone: ZoneInfo) -> list[str | None]:
        """The value of a dimension for each post; hours and weekdays (1 Monday) in the workspace's zone, None where not known."""
        if dimension in ("hour", "weekday"):
            return _clock(self.rows, dimension, zone)
        values = self.rows.column(FLAGS.get(dimension, COLUMNS.get(dimension, dimension))).to_pylist()
        if dimension in FLAGS:
            return [None if v is None else "yes" if v else "no" for v in values]
        return [None if v is None else str(v) for v in values]


def posts(engine: Engine, window: Window, *, within_days: int | None) -> Posts:
    """The posts published in a window, with what each drew within so many days of being published.

    within_days : None counts everything to the end of the data, whatever the age of the post
    Cost        : one row a post comes back, and one for each post and kind of event.
    """
    rows = engine.run(POSTS, {"from_d": window.from_day, "to_d": window.to_day})
    last = engine.snapshot.last_day
    young = 0
    if within_days is not None and last is not None:
        due = rows.column("d").to_numpy() + within_days <= last + 1
        young = int((~due).sum())
        rows = rows.filter(pa.array(due))
    engine.offer("kept_posts", rows.select(["content_id", "d"]))
    found = engine.run(DRAWN.format(names=", ".join(f"'{name}'" for name in COUNTED)), {"within": within_days})
    place = {id_: i for i, id_ in enumerate(rows.column("content_id").to_pylist())}
    drawn = {name: np.zeros(rows.num_rows) for name in COUNTED}
    for id_, name, count in zip(*(found.column(c).to_pylist() for c in ("content_id", "name", "drawn")), strict=True):
        drawn[name][place[id_]] = float(count)
    return Posts(rows, drawn, young, frozenset(found.column("name").to_pylist()))


def _clock(rows: pa.Table, dimension: str, zone: ZoneInfo) -> list[str | None]:
    days = rows.column("d").to_pylist()
    if dimension == "weekday":
        return [str(date_of(d).isoweekday()) for d in days]
    midnight = {d: midnight_us(d, zone) for d in set(days)}
    return [
        None if t is None else f"{min(23, max(0, (t - midnight[d]) // 3_600_000_000)):02d}"
        for t, d in zip(rows.column("t").to_pylist(), days, strict=True)
    ]
