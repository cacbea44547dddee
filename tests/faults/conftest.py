"""Processes that start fast, and the workspace they work on."""

import multiprocessing
from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from lianyi.stream import workspace


@pytest.fixture(scope="session")
def processes() -> ForkServerContext:
    """Starts processes fast: what they import is loaded once, in a server that has no threads."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.faults.work"])
    return context


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return workspace.create(tmp_path / "w").path
