"""What a metric needs before it can say anything, named in an operator's words."""

from dataclasses import dataclass
from functools import cache

from lianyi.insight.measure.entries import EntryFault, check_keys, one_of, read, text_of
from lianyi.kernel.text import Text
from lianyi.stream.contracts import contracts, reference_tables

FIELDS = ("actor", "member", "channel", "subject", "referrer", "campaign", "partner", "group", "content", "visitor", "acquisition")


@dataclass(frozen=True, slots=True)
class Input:
    """Facts or reference rows without which a metric has no data. It is there when any of its sources is.

    events  : event names, any of which will do
    field   : field that at least one such event must state, or None
    kinds   : values of `kind` of which at least one must occur, or () for any
    columns : (table, column) of reference tables, any of which will do when it has a value
    only    : (column, word): rows of those tables that count, or None for all
    """

    id: str
    says: Text
    events: tuple[str, ...]
    field: str | None
    kinds: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    only: tuple[str, str] | None


@cache
def inputs() -> dict[str, Input]:
    """Every input by id.

    Raises EntryFault for an unknown key, event, field, table or column.
    >>> inputs()["paid_orders"].events
    ('order_paid',)
    """
    found = {}
    for id_, raw in read("inputs.toml").items():
        where = f"inputs.toml [{id_}]"
        entry = check_keys(where, raw, needed=("says",), may=("events", "field", "kinds", "columns", "only"))
        unknown = sorted(set(entry.get("events", ())) - set(contracts()))
        if unknown:
            raise EntryFault(where, f"no such event: {unknown[0]}")
        if "field" in entry:
            one_of(where, entry, "field", FIELDS)
        columns = tuple((str(c).partition(".")[0], str(c).partition(".")[2]) for c in entry.get("columns", ()))
        for table, column in columns:
            if table not in reference_tables() or column not in reference_tables()[table].columns:
                raise EntryFault(where, f"no such reference column: {table}.{column}")
        found[id_] = Input(
            id=id_,
            says=text_of(where, entry, "says"),
            events=tuple(entry.get("events", ())),
            field=entry.get("field"),
            kinds=tuple(entry.get("kinds", ())),
            columns=columns,
            only=(entry["only"][0], entry["only"][1]) if "only" in entry else None,
        )
    return found
