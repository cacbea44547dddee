"""Fixtures of the web floor."""

import pytest

from lianyi.web.edge.limits import COUNTS


@pytest.fixture(autouse=True)
def nobody_was_counted_before():
    """Each test starts with no one having asked for anything."""
    COUNTS.forget()
