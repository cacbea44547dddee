"""Tables that hold only the columns some file fills; the others are added back as nulls when read.

A kind has thirty fields and a file eight of them: storing the empty ones would multiply the work by four.
"""

from collections.abc import Mapping

from lianyi.stream.engines.duckdb import Connection


def create(work: Connection, name: str, columns: Mapping[str, str], present: set[str]) -> None:
    """Make `<name>_held` with the present columns and `<name>`, a view with all of them.

    columns : column -> SQL type, in order
    """
    held = ", ".join(f"{c} {kind}" for c, kind in columns.items() if c in present)
    work.execute(f"CREATE TABLE {name}_held ({held})")
    _view(work, name, {c: kind for c, kind in columns.items() if c not in present})


def keep(work: Connection, name: str, query: str, absent: Mapping[str, str]) -> None:
    """Keep the answer of a query as `<name>_held` without its absent columns, and `<name>`, a view with them."""
    left_out = f" EXCLUDE ({', '.join(absent)})" if absent else ""
    work.execute(f"CREATE TABLE {name}_held AS SELECT *{left_out} FROM ({query})")
    _view(work, name, absent)


def _view(work: Connection, name: str, absent: Mapping[str, str]) -> None:
    nulls = "".join(f", CAST(NULL AS {kind}) AS {c}" for c, kind in absent.items())
    work.execute(f"CREATE VIEW {name} AS SELECT *{nulls} FROM {name}_held")
