"""Fixtures that every test may use."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from filelock import FileLock

from lianyi.ops.journal import triggers
from tests import migrated

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Callable[[str], Path]:
    """Path of a real data set by folder name; the test is skipped, visibly, where the data is not at hand."""
    home = Path(os.environ.get("LIANYI_SHARED_DATA", ROOT.parent / "shared" / "data"))

    def folder(name: str) -> Path:
        if not (home / name).is_dir():
            pytest.skip(f"real data set {name} is not at hand (set LIANYI_SHARED_DATA)")
        return home / name

    return folder


def is_a_file() -> bool:
    return settings.DATABASES["default"]["ENGINE"] == "lianyi.server.sqlite"


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb: bool) -> bool:
    """A file that is there is taken as it is; it goes with the others at the end."""
    return django_db_keepdb or is_a_file()


@pytest.fixture(scope="session")
def django_db_setup(request: pytest.FixtureRequest, django_db_modify_db_settings: None) -> Iterator[None]:
    """The database as the migrations make it: one process of all makes it once, the others begin with a copy."""
    if not is_a_file():
        request.getfixturevalue("django_db_setup")
        yield
        return
    kept = migrated.kept_path(request.config.cache.mkdir("database"))
    mine = Path(connections["default"].settings_dict["TEST"]["NAME"])
    with FileLock(kept.with_name("lock")):
        if kept.exists():
            shutil.copyfile(kept, mine)
        request.getfixturevalue("django_db_setup")
        if not kept.exists():
            migrated.keep(mine, kept)
    yield
    connections.close_all()
    mine.unlink(missing_ok=True)


@pytest.fixture(autouse=True, scope="session")
def guards_stand_aside_for_the_flush() -> Iterator[None]:
    """Tests with real transactions empty the tables afterwards, which the guards refuse to everybody else.

    Nothing is announced as migrated: the guards come back by themselves, and nobody reads the permissions that Django would write anew.
    """
    flush = TransactionTestCase._fixture_teardown

    def emptied(self: TransactionTestCase) -> None:
        with triggers.lifted():
            for name in self._databases_names(include_mirrors=False):
                call_command("flush", verbosity=0, interactive=False, database=name, reset_sequences=False, inhibit_post_migrate=True)

    if TransactionTestCase._fixture_teardown is flush:
        TransactionTestCase._fixture_teardown = emptied
    yield
    TransactionTestCase._fixture_teardown = flush
