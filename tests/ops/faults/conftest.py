"""A shop of its own for processes that are killed or that race: opened once, copied for each test."""

from collections.abc import Callable, Iterator

import pytest

from tests.ops.faults.databases import copied_database, migrated_database
from tests.ops.faults.shift import Nursery


@pytest.fixture(scope="session")
def opened_shop(tmp_path_factory) -> Iterator[dict[str, str]]:
    """The environment of a shop that was just opened, with nobody in it."""
    home = tmp_path_factory.mktemp("opened")
    with migrated_database(home / "w") as environment:
        nursery = Nursery(environment, home)
        assert nursery.ask(do="open") == {"wrong": []}
        nursery.close()
        yield environment


@pytest.fixture
def nursery(tmp_path, opened_shop) -> Iterator[Callable[[str], Nursery]]:
    """A way to start a nursery in a fresh copy of that shop, with or without a bug planted."""
    nurseries = []
    with copied_database(tmp_path / "w", opened_shop) as environment:

        def opened(bug: str = "") -> Nursery:
            nurseries.append(Nursery(environment, tmp_path, bug))
            return nurseries[-1]

        yield opened
        for one in nurseries:
            one.close()
