"""Fixtures that every test may use."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

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
