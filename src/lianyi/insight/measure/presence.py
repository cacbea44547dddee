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


# Names looked for one by one before all are counted: each costs a few milliseconds, as facts lie by name, and counting reads every row.
FEW = 4


class Presence:
    """Which inputs a history has, by what it holds anywhere in time; each is looked up when first asked for.

    Cost: a look for the first fitting row per input, which is a pass over its columns where there is none; one pass over the names when
    many are asked for.
    """

    def __init__(self, source: str) -> None:
        self._source = source
        self._known: dict[str, bool] = {}
        self._facts: dict[str, int] | None = None
        self._looked = 0

    def facts(self, engine: Engine) -> dict[str, int]:
        """Event name -> rows."""
        if self._facts is None:
            counted = engine.run(
                f"SELECT e.name, CAST(count(*) AS BIGINT) AS n_rows FROM {self._source} AS e GROUP BY e.name ORDER BY e.name"
            )
            self._facts = {row["name"]: row["n_rows"] for row in counted.to_pylist()}
        return self._facts

    def missing(self, engine: Engine, needs: tuple[str, ...]) -> tuple[Input, ...]:
        """The inputs among `needs` that the history lacks."""
        return tuple(inputs()[need] for need in needs if not self._has(engine, inputs()[need]))

    def states(self, engine: Engine, name: str, field: str) -> bool:
        """Whether any fact of a name states a field."""
        return self._occurs(engine, (name,), field, ())

    def _has(self, engine: Engine, wanted: Input) -> bool:
        if wanted.id not in self._known:
            by_facts = self._occurs(engine, wanted.events, wanted.field, wanted.kinds)
            self._known[wanted.id] = by_facts or any(_has_value(engine, table, column, wanted.only) for table, column in wanted.columns)
        return self._known[wanted.id]

    def _occurs(self, engine: Engine, names: tuple[str, ...], field: str | None, kinds: tuple[str, ...]) -> bool:
        """Whether there is a fact of any of some names that states a field and is of a kind."""
        self._looked += 1
        if self._facts is not None or self._looked > FEW:
            names = tuple(name for name in names if name in self.facts(engine))
            if names and field is None and not kinds:
                return True
        return bool(names) and self._any(engine, names, field, kinds)

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
