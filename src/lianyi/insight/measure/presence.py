"""What a history holds, so that a lack of data is told from a zero."""

from dataclasses import dataclass

from lianyi.insight.measure.inputs import Input, inputs
from lianyi.stream.engines.base import Engine

# Fields whose presence is counted; a fact states a visitor when its member or its device is known.
_STATED = {
    "member": "e.member_id",
    "channel": "e.channel",
    "subject": "e.subject_id",
    "referrer": "e.referrer_id",
    "campaign": "e.campaign_id",
    "partner": "e.partner_id",
    "group": "e.group_id",
    "content": "e.content_id",
    "actor": "coalesce(e.member_id, e.device_id)",
    "acquisition": "CASE WHEN e.subject_id = 'acquisition' THEN 1 END",
    "visitor": "coalesce(e.session_id, e.member_id, e.device_id)",
}

Column = tuple[str, str, tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Presence:
    """Which inputs a history has, by what it holds anywhere in time.

    facts  : event name -> rows
    stated : (event name, field) that occur together
    kinds  : (event name, kind) that occur
    values : (table, column, what counts) with at least one value
    """

    facts: dict[str, int]
    stated: frozenset[tuple[str, str]]
    kinds: frozenset[tuple[str, str]]
    values: frozenset[Column]

    def has(self, wanted: Input) -> bool:
        """Whether any source of an input is there."""
        if any((table, column, wanted.only) in self.values for table, column in wanted.columns):
            return True
        return any(
            name in self.facts
            and (wanted.field is None or (name, wanted.field) in self.stated)
            and (not wanted.kinds or any((name, kind) in self.kinds for kind in wanted.kinds))
            for name in wanted.events
        )

    def missing(self, needs: tuple[str, ...]) -> tuple[Input, ...]:
        """The inputs among `needs` that the history lacks."""
        return tuple(inputs()[need] for need in needs if not self.has(inputs()[need]))


def presence(engine: Engine) -> Presence:
    """Look through the whole history once.

    Cost: one pass over a dozen columns of the stored facts.
    """
    counted = ", ".join(f"CAST(count({expression}) AS BIGINT) AS has_{field}" for field, expression in _STATED.items())
    rows = engine.run(
        f"SELECT e.name, CAST(count(*) AS BIGINT) AS n_rows, {counted} FROM events AS e GROUP BY e.name ORDER BY e.name"
    ).to_pylist()
    with_kinds = sorted({name for i in inputs().values() if i.kinds for name in i.events})
    kinds: set[tuple[str, str]] = set()
    if with_kinds:
        names = ", ".join(f"'{name}'" for name in with_kinds)
        found = engine.run(
            f"SELECT e.name, e.kind FROM events AS e WHERE e.name IN ({names}) AND e.kind IS NOT NULL GROUP BY e.name, e.kind"
        )
        kinds = {(row["name"], row["kind"]) for row in found.to_pylist()}
    asked: dict[str, list[Column]] = {}
    for wanted in inputs().values():
        for table, column in wanted.columns:
            asked.setdefault(table, []).append((table, column, wanted.only))
    values: set[Column] = set()
    for table, columns in asked.items():
        counts = ", ".join(f"CAST(count({_counted(column)}) AS BIGINT) AS has_{i}" for i, column in enumerate(columns))
        row = engine.run(f"SELECT {counts} FROM {table} AS q").to_pylist()[0]
        values |= {column for i, column in enumerate(columns) if row[f"has_{i}"]}
    return Presence(
        facts={row["name"]: row["n_rows"] for row in rows},
        stated=frozenset((row["name"], field) for row in rows for field in _STATED if row[f"has_{field}"]),
        kinds=frozenset(kinds),
        values=frozenset(values),
    )


def _counted(column: Column) -> str:
    _, name, only = column
    return f"q.{name}" if only is None else f"CASE WHEN q.{only[0]} = '{only[1]}' THEN q.{name} END"
