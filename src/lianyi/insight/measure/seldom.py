"""Seldom facts, gathered once: a catalogue asks dozens of questions about orders, joinings, answers, and few about the mass of views.

Read from the files, each of those questions goes through every row of the history, and joins devices to their owners again. So
when several are asked together, the facts of all their names are first copied, with their actors and in the columns that the
questions read, into one table in memory, and the questions read that. The answers are the same: a question is sent there only
when every event name it reads is there, whole, for all of time.

When  : the engine runs in this process, the history has at least ROWS_FROM facts, at least QUESTIONS_FROM queries gain by it, and
        the copy fits in BYTES by its estimate. A query gains while it adds no more than SHARE of the history to the copy for each
        time that it would have gone through the files: that is where copying costs what a pass does. The smallest are served first.
Cost  : one pass over the files. Memory: some 24 bytes a row and text column, 8 a number; never more than BYTES by estimate.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lianyi.stream.contracts import contracts
from lianyi.stream.engines.base import Engine
from lianyi.stream.record import STORED, VIEW_COLUMNS

TABLE = "kept_seldom"
ROWS_FROM = 1_000_000
QUESTIONS_FROM = 3
SHARE = 0.02
BYTES = 512 * 1024**2

_QUOTED = re.compile(r"'([a-z_]+)'")
_COLUMN = re.compile(r"\b[a-z]\w*\.([a-z_]+)\b")
_EVENTS = re.compile(r"\bevents AS (\w+)")
_TEXTS = {field.name for field in STORED if str(field.type) in ("string", "binary")} | {"actor"}
# A short text lies in the row; a longer one, such as an order number, has its characters beside it as well.
_TEXT_BYTES, _NUMBER_BYTES = 24, 8


@dataclass(frozen=True, slots=True)
class Gathered:
    """What the table holds: the facts of some names, in some columns."""

    names: frozenset[str] = frozenset()
    columns: frozenset[str] = frozenset()

    def serves(self, sql: str) -> bool:
        """Whether a query can be answered from the table."""
        names = names_read(sql)
        return bool(names) and names <= self.names and columns_read(sql) <= self.columns

    def redirect(self, sql: str) -> str:
        """The query, reading the table where it can."""
        return _EVENTS.sub(rf"{TABLE} AS \1", sql) if self.serves(sql) else sql


def names_read(sql: str) -> frozenset[str]:
    """The event names that a query mentions; the queries of the catalogue read no others (each scan is narrowed by name).

    >>> sorted(names_read("SELECT count(*) FROM events AS e WHERE e.name IN ('order_paid', 'order_refunded') AND e.kind = 'media'"))
    ['order_paid', 'order_refunded']
    """
    return frozenset(_QUOTED.findall(sql)) & frozenset(contracts()) if _EVENTS.search(sql) else frozenset()


def columns_read(sql: str) -> frozenset[str]:
    """The columns of `events` that a query may read.

    >>> sorted(columns_read("SELECT e.d, e.amount_fen FROM events AS e LEFT JOIN products AS c ON c.product_id = e.product_id"))
    ['amount_fen', 'd', 'product_id']
    """
    return frozenset(_COLUMN.findall(sql)) & frozenset(VIEW_COLUMNS)


def bytes_a_row(columns: Iterable[str]) -> int:
    """An estimate of what a row takes in memory."""
    return sum(_TEXT_BYTES if column in _TEXTS else _NUMBER_BYTES for column in columns)


def chosen(queries: Iterable[str], facts: Mapping[str, int], before: Gathered) -> Gathered:
    """What to gather for some queries, the smallest first, beside what was gathered before; `before` itself where it does not pay.

    facts : event name -> rows in the history
    """
    total = sum(facts.values())
    if total < ROWS_FROM:
        return before
    rows = {sql: sum(facts.get(name, 0) for name in names_read(sql)) for sql in queries if names_read(sql)}
    found, served = before, 0
    for sql in sorted(rows, key=lambda sql: (rows[sql], sql)):
        wider = Gathered(found.names | names_read(sql), found.columns | columns_read(sql) | {"name", "d"})
        added = sum(facts.get(name, 0) for name in wider.names - found.names)
        held = sum(facts.get(name, 0) for name in wider.names)
        if added > SHARE * total * len(_EVENTS.findall(sql)) or held * bytes_a_row(wider.columns) > BYTES:
            continue
        served += not before.serves(sql)
        found = wider
    return found if served >= QUESTIONS_FROM else before


def gather(engine: Engine, wanted: Gathered) -> None:
    """Copy the facts of the wanted names, with their actors, into the table."""
    columns = ", ".join(f"e.{column}" for column in VIEW_COLUMNS if column in wanted.columns)
    names = ", ".join(f"'{name}'" for name in sorted(wanted.names))
    engine.keep(TABLE, f"SELECT {columns} FROM events AS e WHERE e.name IN ({names})")
