"""The relations every engine offers, as SQL in the house dialect."""

import pyarrow as pa

from lianyi.stream.contracts.sets import ENGAGED, INTERACT, SOCIAL, VISIT, WANT
from lianyi.stream.record import STORED

SQL_TYPES = {
    "text": "VARCHAR",
    "int": "BIGINT",
    "real": "DOUBLE",
    "flag": "BOOLEAN",
    "day": "INTEGER",
    "instant": "BIGINT",
    "money": "BIGINT",
}
_ARROW_TO_SQL = {pa.string(): "VARCHAR", pa.int64(): "BIGINT", pa.int32(): "INTEGER", pa.float64(): "DOUBLE", pa.binary(): "BLOB"}
STORED_TYPES = {field.name: _ARROW_TO_SQL[field.type] for field in STORED}

# What `actor_day` says of an actor on a day on which they visited, interacted or paid.
ACTOR_DAY = {
    "actor": "a member, stitched from devices where they were recognised, or a device nobody has logged in on",
    "d": "business day",
    "is_member": "1 for a member, 0 for a device",
    "visits": "facts of the VISIT set",
    "interactions": "quantity of the INTERACT set, null meaning 1",
    "payments": "facts of orders paid, one a line",
}


# What `session_day` says of a given session on a day on which it visited.
SESSION_DAY = {
    "session_id": "as the source gave it",
    "d": "business day",
    "first_t": "instant of the first fact of the VISIT set",
    "social_t": "instant of the first that came through a SOCIAL channel, or null",
    "steps": "facts of the VISIT set",
    "wanted": "1 when any of them is in the WANT set",
    "ordered": "1 when any of them is an order placed",
    "who": "a member, else a device, seen in them: enough to tell whose visits are one person's",
}


def _listed(names: tuple[str, ...]) -> str:
    return "(" + ", ".join(f"'{name}'" for name in names) + ")"


def devices_seen(source: str) -> str:
    """Which member was seen on which device, and when first.

    >>> devices_seen("stored").startswith("SELECT s.device_id, s.member_id, min(s.t) AS first_t FROM stored AS s")
    True
    """
    return (
        f"SELECT s.device_id, s.member_id, min(s.t) AS first_t FROM {source} AS s"
        " WHERE s.device_id IS NOT NULL AND s.member_id IS NOT NULL GROUP BY s.device_id, s.member_id"
    )


def device_owner(seen: str) -> str:
    """Whose each device is: the member first seen on it; what it did before anyone logged in is then that member's.

    seen : a query with the columns of `devices_seen`; a pair may be there several times
    """
    return f"""
SELECT f.device_id, f.member_id AS owner_id FROM (
    SELECT p.device_id, p.member_id, row_number() OVER (PARTITION BY p.device_id ORDER BY p.first_t, p.member_id) AS nth
    FROM (SELECT q.device_id, q.member_id, min(q.first_t) AS first_t FROM ({seen}) AS q GROUP BY q.device_id, q.member_id) AS p
) AS f WHERE f.nth = 1
"""


def actor_day(*, where: str = "1 = 1") -> str:
    """One row for each actor and day, as a query over `events`; see ACTOR_DAY."""
    return f"""
SELECT e.actor AS actor, e.d AS d, max(CASE WHEN e.member_id IS NOT NULL OR e.actor <> e.device_id THEN 1 ELSE 0 END) AS is_member,
    CAST(sum(CASE WHEN e.name IN {_listed(VISIT)} THEN 1 ELSE 0 END) AS BIGINT) AS visits,
    CAST(sum(CASE WHEN e.name IN {_listed(INTERACT)} THEN coalesce(e.quantity, 1) ELSE 0 END) AS BIGINT) AS interactions,
    CAST(sum(CASE WHEN e.name = 'order_paid' THEN 1 ELSE 0 END) AS BIGINT) AS payments
FROM events AS e
WHERE e.name IN {_listed(ENGAGED)} AND e.actor IS NOT NULL AND {where}
GROUP BY e.actor, e.d
"""


def session_day(source: str, *, where: str = "1 = 1") -> str:
    """One row for each given session and day, as a query over `events` or `stored`; see SESSION_DAY."""
    return f"""
SELECT e.session_id AS session_id, e.d AS d, min(e.t) AS first_t, min(CASE WHEN e.channel IN {_listed(SOCIAL)} THEN e.t END) AS social_t,
    CAST(count(*) AS BIGINT) AS steps, max(CASE WHEN e.name IN {_listed(WANT)} THEN 1 ELSE 0 END) AS wanted,
    max(CASE WHEN e.name = 'order_placed' THEN 1 ELSE 0 END) AS ordered, coalesce(max(e.member_id), max(e.device_id)) AS who
FROM {source} AS e
WHERE e.session_id IS NOT NULL AND e.name IN {_listed(VISIT)} AND {where}
GROUP BY e.session_id, e.d
"""


def nothing(types: dict[str, str]) -> str:
    """A query with the right columns and no rows.

    >>> nothing({"a": "INTEGER"})
    'SELECT CAST(NULL AS INTEGER) AS a WHERE 1 = 0'
    """
    return "SELECT " + ", ".join(f"CAST(NULL AS {kind}) AS {column}" for column, kind in types.items()) + " WHERE 1 = 0"


def columns_or_null(types: dict[str, str], present: set[str]) -> str:
    """The columns of a shape, those a file does not have as nulls, so that old files read beside new ones."""
    return ", ".join(column if column in present else f"CAST(NULL AS {kind}) AS {column}" for column, kind in types.items())


def reference(types: dict[str, str], present: set[str], source: str, *, erased: bool) -> str:
    """A reference relation over its files; erased members have no row, and are not named in others' rows.

    >>> reference({"product_id": "VARCHAR"}, {"product_id"}, "files", erased=False)
    'SELECT product_id FROM files'
    """
    if not erased:
        return f"SELECT {columns_or_null(types, present)} FROM {source}"
    shown = [
        f"CASE WHEN {c} IN (SELECT member_id FROM erased) THEN NULL ELSE {c} END AS {c}"
        if c in ("referrer_id", "author_id") and c in present
        else columns_or_null({c: kind}, present)
        for c, kind in types.items()
    ]
    query = f"SELECT {', '.join(shown)} FROM {source}"
    return f"{query} WHERE member_id NOT IN (SELECT member_id FROM erased)" if "member_id" in present else query


def events(present: set[str], *, stitched: bool, erased: bool) -> str:
    """The `events` relation over `stored`: erased members gone, the actor named.

    present  : columns the files have
    stitched : whether devices occur, and `device_owner` must be joined
    erased   : whether any member is waiting for physical erasure
    """
    columns = []
    for column, kind in STORED_TYPES.items():
        if column not in present:
            columns.append(f"CAST(NULL AS {kind}) AS {column}")
        elif column == "referrer_id" and erased:
            columns.append("CASE WHEN s.referrer_id IN (SELECT member_id FROM erased) THEN NULL ELSE s.referrer_id END AS referrer_id")
        else:
            columns.append(f"s.{column}")
    actor = "coalesce(s.member_id, o.owner_id, s.device_id)" if stitched else "s.member_id"
    query = f"SELECT {', '.join(columns)}, {actor} AS actor FROM stored AS s"
    if stitched:
        # A key that is null where the member is known: those rows are not even looked up, which halves what the join costs.
        query += " LEFT JOIN device_owner AS o ON CASE WHEN s.member_id IS NULL THEN s.device_id END = o.device_id"
    if erased:
        of = "coalesce(s.member_id, o.owner_id)" if stitched else "s.member_id"
        query += f" WHERE {of} IS NULL OR {of} NOT IN (SELECT member_id FROM erased)"
    return query
