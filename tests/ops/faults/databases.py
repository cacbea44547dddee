"""A database of its own for processes that are killed: SQLite in a folder, or PostgreSQL beside the one the tests run on.

Migrated once in a test run; each further one is a copy of that.
"""

import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.conf import settings

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def empty_database(home: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that live on a fresh workspace and an empty database, of the kind this test run uses."""
    with _database(home, template="") as environment:
        yield environment


@contextmanager
def migrated_database(home: Path) -> Iterator[dict[str, str]]:
    """The same with every table in place: to be copied from."""
    with empty_database(home) as environment:
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        subprocess.run(migrate, cwd=ROOT, env={**environment, "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}, check=True)
        yield environment


@contextmanager
def copied_database(home: Path, source: dict[str, str]) -> Iterator[dict[str, str]]:
    """A copy of a database to which nobody is connected, with a copy of its workspace."""
    shutil.copytree(source["LIANYI_HOME"], home)
    with _database(home, template=urlsplit(source["LIANYI_DATABASE_URL"]).path.strip("/")) as environment:
        yield environment


@contextmanager
def _database(home: Path, *, template: str) -> Iterator[dict[str, str]]:
    environment = {**os.environ, "LIANYI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "lianyi.server.settings", "LIANYI_DATABASE_URL": ""}
    url = settings.OPTIONS.database_url
    if not url:
        yield environment
        return
    import psycopg

    name = f"lianyi_fault_{secrets.token_hex(6)}"
    with psycopg.connect(urlunsplit(urlsplit(url)._replace(path="/postgres")), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else ""))
        try:
            yield {**environment, "LIANYI_DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
        finally:
            admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
