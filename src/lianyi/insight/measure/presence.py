"""What a history holds, so that a lack of data is told from a zero."""

from lianyi.insight.measure.inputs import Input, inputs
from lianyi.stream.engines.base import Engine

# How a fact states a field; it states a visitor when its session, its member or its device is known.
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


class Presence:
    """Which inputs a history has, by what it holds anywhere in time; each is looked up when first asked for.

    facts : event name -> rows
    Cost: one pass over the names, then a look for the first fitting row per input; a pass over its columns where there is none.
    """

    def __init__(self, engine: Engine, source: str) -> None:
        self._source = source
        self._known: dict[str, bool] = {}
        counted = engine.run(f"SELECT e.name, CAST(count(*) AS BIGINT) AS n_rows FROM {source} AS e GROUP BY e.name ORDER BY e.name")
        self.facts: dict[str, int] = {row["name"]: row["n_rows"] for row in counted.to_pylist()}

    def missing(self, engine: Engine, needs: tuple[str, ...]) -> tuple[Input, ...]:
        """The inputs among `needs` that the history lacks."""
        return tuple(inputs()[need] for need in needs if not self._has(engine, inputs()[need]))

    def states(self, engine: Engine, name: str, field: str) -> bool:
        """Whether any fact of a name states a field."""
        return name in self.facts and self._any(engine, (name,), field, ())

    def _has(self, engine: Engine, wanted: Input) -> bool:
        if wanted.id not in self._known:
            names = tuple(name for name in wanted.events if name in self.facts)
            simple = wanted.field is None and not wanted.kinds
            by_facts = bool(names) and (simple or self._any(engine, names, wanted.field, wanted.kinds))
            self._known[wanted.id] = by_facts or any(_has_value(engine, table, column, wanted.only) for table, column in wanted.columns)
        return self._known[wanted.id]

    def _any(self, engine: Engine, names: tuple[str, ...], field: str | None, kinds: tuple[str, ...]) -> bool:
        conditions = [f"e.name IN ({_words(names)})"]
        if field is not None:
            conditions.append(f"{_STATED[field]} IS NOT NULL")
        if kinds:
            conditions.append(f"e.kind IN ({_words(kinds)})")
        # Any row will do, and the first one found ends the search.
        first = f"SELECT 1 AS one FROM {self._source} AS e WHERE {' AND '.join(conditions)} LIMIT 1"
        return bool(engine.run(f"SELECT count(*) AS n FROM ({first}) AS q")["n"][0].as_py())


def _has_value(engine: Engine, table: str, column: str, only: tuple[str, str] | None) -> bool:
    where = f" WHERE q.{only[0]} = '{only[1]}'" if only is not None else ""
    return bool(engine.run(f"SELECT count(q.{column}) AS n FROM {table} AS q{where}")["n"][0].as_py())


def _words(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)
