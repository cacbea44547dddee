"""What single contents brought, beside what days did: a few hits carry a month, and next month's hits are other posts."""

from collections.abc import Sequence

from lianyi.insight.analyse.rates.sides import Units
from lianyi.insight.evaluate.behaviour import recorded
from lianyi.insight.evaluate.watch.facts import BORN, FRESH_DAYS
from lianyi.insight.evaluate.watch.scans import Scan
from lianyi.insight.measure.session import session_of
from lianyi.stream.engines.base import Engine

# Series -> (above the line, below it) as sums over the facts of one content; below None for plain counts.
_LIKED = "CASE WHEN e.name IN ('content_liked', 'content_commented', 'content_shared', 'content_collected') THEN coalesce(e.quantity, 1) ELSE 0 END"
_SUMS: dict[str, tuple[str, str | None]] = {
    "impressions": ("{content_exposed}", None),
    "reads": ("{content_viewed}", None),
    "content_ctr": ("{content_clicked}", "{content_exposed}"),
    "engagement_rate": (_LIKED, "{content_viewed}"),
    "share_rate": ("{content_shared}", "{content_viewed}"),
    "fresh": (f"CASE WHEN e.d - b.born_d < {FRESH_DAYS} THEN {{read}} ELSE 0 END", "CASE WHEN e.d >= b.born_d THEN {read} ELSE 0 END"),
}
_NAMES = (
    "content_exposed",
    "content_viewed",
    "content_clicked",
    "content_liked",
    "content_commented",
    "content_shared",
    "content_collected",
)
SERIES = tuple(_SUMS)
# Dimension -> its column in the answer; format and topic are the content's own.
DIMENSIONS = {None: None, "platform": "platform", "content_format": "format", "content_topic": "topic"}
_ROWS = """
SELECT s.side AS side, s.content_id AS content_id, s.platform AS platform, c.format AS format, c.topic AS topic, {columns} FROM (
    SELECT {side} AS side, e.content_id AS content_id, e.platform AS platform, {each}
    FROM events AS e LEFT JOIN {born} AS b ON b.content_id = e.content_id
    WHERE e.name IN ({names}) AND e.content_id IS NOT NULL
        AND ((e.d >= $before_d AND e.d < $before_to_d) OR (e.d >= $now_d AND e.d < $now_to_d))
    GROUP BY {side}, e.content_id, e.platform
) AS s LEFT JOIN contents AS c ON c.content_id = s.content_id
"""
Units_of = dict[tuple[str | None, int, int], Units]


def content_units(engine: Engine, scans: Sequence[Scan]) -> dict[tuple[str, str | None], Units_of]:
    """(series, dimension) -> (value, scan, side) -> sums of squares over contents; empty where nothing of contents is recorded.

    Needs `content_born` kept. Cost: one pass over the facts of contents a scan, and one over the contents for each dimension.
    """
    known = recorded(engine, _NAMES)
    if not known & {"content_exposed", "content_viewed"}:
        return {}
    words = {name: f"CASE WHEN e.name = '{name}' THEN coalesce(e.quantity, 1) ELSE 0 END" for name in _NAMES}
    words["read"] = words["content_viewed" if "content_viewed" in known else "content_exposed"]
    each = ", ".join(
        f"CAST(sum({above.format(**words)}) AS DOUBLE) AS x{i}, CAST({'sum(' + below.format(**words) + ')' if below else '0'} AS DOUBLE) AS n{i}"
        for i, (above, below) in enumerate(_SUMS.values())
    )
    rows = _ROWS.format(
        columns=", ".join(f"s.x{i} AS x{i}, s.n{i} AS n{i}" for i in range(len(_SUMS))),
        side="CASE WHEN e.d >= $now_d AND e.d < $now_to_d THEN 1 ELSE 0 END",
        each=each,
        born=BORN,
        names=", ".join(f"'{name}'" for name in _NAMES),
    )
    found: dict[tuple[str, str | None], Units_of] = {(name, by): {} for name in SERIES for by in DIMENSIONS}
    for nth, scan in enumerate(scans):
        days = {"before_d": scan.before.from_day, "before_to_d": scan.before.to_day}
        days |= {"now_d": scan.now.from_day, "now_to_d": scan.now.to_day}
        engine.keep("kept_content_sides", session_of(engine).lean(rows), days)
        for by, column in DIMENSIONS.items():
            for row in engine.run(_squares(column)).to_pylist():
                for i, name in enumerate(SERIES):
                    if row[f"m{i}"]:
                        units = Units(row[f"m{i}"], row[f"xx{i}"], row[f"xn{i}"], row[f"nn{i}"])
                        found[name, by][row.get("value"), nth, row["side"]] = units
    return found


def _squares(column: str | None) -> str:
    """Sums of squares over contents by side and value; what one did on several platforms counts as one where those are not told apart."""
    both = range(len(SERIES))
    value = "" if column is None else f", k.{column} AS value"
    cut = "" if column is None else f", k.{column}"
    each = ", ".join(f"sum(k.x{i}) AS x{i}, sum(k.n{i}) AS n{i}" for i in both)
    squares = ", ".join(
        f"CAST(sum(CASE WHEN u.x{i} <> 0 OR u.n{i} <> 0 THEN 1 ELSE 0 END) AS BIGINT) AS m{i}, sum(u.x{i} * u.x{i}) AS xx{i},"
        f" sum(u.x{i} * u.n{i}) AS xn{i}, sum(u.n{i} * u.n{i}) AS nn{i}"
        for i in both
    )
    kept, group = ("", "") if column is None else (", u.value AS value", ", u.value")
    return f"""SELECT u.side AS side{kept}, {squares}
FROM (SELECT k.side AS side{value}, {each} FROM kept_content_sides AS k GROUP BY k.side, k.content_id{cut}) AS u
GROUP BY u.side{group}"""
