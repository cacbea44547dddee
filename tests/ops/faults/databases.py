"""A database of its own for processes that are killed: SQLite in a folder, or PostgreSQL beside the one the tests run on."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings


@contextmanager
def own_database(home: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that live on a fresh workspace and database, of the kind this test run uses."""
    environment = {**os.environ, "LIANYI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "lianyi.server.settings", "LIANYI_DATABASE_URL": ""}
    url = settings.OPTIONS.database_url
    if not url:
        yield environment
        return
    import psycopg

    name = f"lianyi_fault_{secrets.token_hex(6)}"
    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}")
        try:
            yield {**environment, "LIANYI_DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
