"""The shop that intake tests import into."""

import pytest

from tests.stream.intake.intake_cases import Shop


@pytest.fixture
def shop(tmp_path) -> Shop:
    return Shop(tmp_path)
