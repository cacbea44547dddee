"""The worker beside the server."""

import os
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_the_worker_leaves_when_whoever_started_it_is_gone(tmp_path):
    environment = {**os.environ, "LIANYI_HOME": str(tmp_path), "DJANGO_SETTINGS_MODULE": "lianyi.server.settings"}
    process = subprocess.Popen([sys.executable, "-m", "lianyi.server.worker"], stdin=subprocess.PIPE, env=environment)

    process.stdin.close()

    assert process.wait(timeout=60) is not None
    assert (tmp_path / "jobs.sqlite3").is_file(), "it had begun to work"
