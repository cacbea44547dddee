"""Looking for names by their beginning, by an index on either database."""

from django.db import connection
from django.db.models import Q

LAST = "\U0010ffff"
"""Behind every letter that a name may go on with."""


def begins_with(field: str, letters: str) -> Q:
    """Rows whose public id, or another name of ours, begins with some letters.

    SQLite's LIKE looks past capitals and therefore past the index, which a range of the same letters uses; PostgreSQL has an index for LIKE.
    """
    if connection.vendor == "sqlite":
        return Q(**{f"{field}__gte": letters, f"{field}__lt": letters + LAST})
    return Q(**{f"{field}__startswith": letters})
