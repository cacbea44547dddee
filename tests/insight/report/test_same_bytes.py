"""The same evaluation gives the same bytes in every format, whatever process writes it."""

import hashlib
import json
import os
import subprocess
import sys

import pytest

from lianyi.insight.report import FORMATS
from tests.insight.report.report_scores import scored

WRITE = """
import hashlib, json, sys, tempfile
from pathlib import Path
from lianyi.insight.evaluate.stored import from_json
from lianyi.insight.report import write
evaluation = from_json(json.load(sys.stdin))
with tempfile.TemporaryDirectory() as folder:
    files = write(evaluation, folder, language=sys.argv[1])
    print(json.dumps({file.name: hashlib.sha256(Path(file).read_bytes()).hexdigest() for file in files}))
"""


def written(language: str, seed: str) -> dict[str, str]:
    """The digests of every format, from a process of its own with its own order of hashes."""
    made = subprocess.run(
        [sys.executable, "-c", WRITE, language],
        input=json.dumps(scored().to_json()),
        env={**os.environ, "PYTHONHASHSEED": seed},
        capture_output=True,
        text=True,
        check=True,
    )
    return dict(json.loads(made.stdout))


@pytest.mark.slow
@pytest.mark.parametrize("language", ["zh", "en"])
def test_two_processes_write_the_same_bytes_in_every_format(language):
    once, again = written(language, "1"), written(language, "2")
    assert set(once) == {f"report.{name}" for name in FORMATS}
    assert once == again
    assert len({*once.values(), hashlib.sha256(b"").hexdigest()}) == len(FORMATS) + 1
