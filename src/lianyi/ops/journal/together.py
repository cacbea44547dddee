"""Statements that PostgreSQL gets one behind the other, without a wait between them."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def sent_together() -> Iterator[None]:
    """Send what is written inside and wait once, at the end: a batch of the hot lane spends more time on the way to the database than in it.

    Inside a transaction, for statements that answer nothing: how many rows one touched is not known inside (it says -1). What the database
    refuses is raised at the end at the latest, as ever. SQLite, to which there is no way, does each at once.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.wrap_database_errors, connection.connection.pipeline():
        yield
