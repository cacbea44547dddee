"""Fixtures that every test may use."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import TransactionTestCase

from lianyi.ops.journal import triggers

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
