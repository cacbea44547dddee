"""The dimensions of the metric catalogue, written as SQL over single facts."""

from dataclasses import dataclass

from lianyi.insight.measure.dimensions import dimensions
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines.base import Engine
from lianyi.stream.record import VIEW_COLUMNS

# Reads the member of a fact, known at once or learnt later from the device.
STITCHED_MEMBER = "CASE WHEN e.member_id IS NOT NULL THEN e.member_id WHEN e.actor <> e.device_id THEN e.actor END"
FIRST_PAID = "(SELECT {member} AS {key}, min(e.d) AS {value} FROM events AS e WHERE e.name = 'order_paid' GROUP BY {member})"


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A dimension over `events` under the alias e.

    expression : its value as text, null where it is not known
    join       : what must be joined to e for it
    """

    id: str
    name: Text
    expression: str
    join: str


def member_of(engine: Engine) -> str:
    """SQL for the member of a fact e."""
    return STITCHED_MEMBER if engine.snapshot.has_devices else "e.member_id"


def offered() -> list[str]:
    """Ids of the dimensions that single facts can be broken down by."""
    tables = {*reference_tables(), "first_paid", None}
    return [
        d.id
        for d in dimensions().values()
        if d.table in tables and (d.column in VIEW_COLUMNS or d.column == "member") and d.value != "first_month"
    ]


def breakdown(id_: str, engine: Engine, *, since: str = "$from_d") -> Breakdown:
    """One dimension over single facts.

    since  : SQL for the first day of the period a fact belongs to; decides who is new and who returns
    Raises UnknownName, offering the nearest.
    """
    if id_ not in offered():
        raise UnknownName(what="dimension", given=id_, allowed=offered())
    found = dimensions()[id_]
    member = member_of(engine)
    column = member if found.column == "member" else f"e.{found.column}"
    if found.table is None:
        value, join = column, ""
    else:
        table = FIRST_PAID.format(member=member, key=found.key, value=found.value) if found.table == "first_paid" else found.table
        value, join = f"t.{found.value}", f"LEFT JOIN {table} AS t ON t.{found.key} = {column}"
    value = (found.inner or value).replace("{member}", member)
    if found.outer:
        value = found.outer.replace("r.dim", f"({value})").replace("{first_day}", since)
    return Breakdown(found.id, found.name, value, join)
