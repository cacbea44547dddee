"""What make would do on a fresh clone, read from a dry run; and what ends up in the package that people install."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(shutil.which("make") is None, reason="make is not at hand")


def stub(folder: Path, name: str, text: str = "exit 0") -> None:
    (folder / name).write_text(f"#!/bin/sh\n{text}\n")
    (folder / name).chmod(0o755)


def dry_run(path: str, *arguments: str) -> str:
    environment = {"PATH": path, "HOME": os.environ.get("HOME", "")}
    ran = subprocess.run(["make", "--dry-run", *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


@pytest.fixture
def tools_only(tmp_path):
    """A search path with make's own needs and nothing of Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("bash", "sh", "make", "awk", "sed", "env"):
        found = shutil.which(name)
        if found:
            (folder / name).symlink_to(found)
    return folder


@pytest.mark.parametrize("stamp,lock", [("plain", "requirements.lock"), ("dev", "requirements-dev.lock")])
def test_without_uv_pip_installs_by_hash(tools_only, stamp, lock):
    stub(tools_only, "python3")

    said = dry_run(str(tools_only), "VENV=.venv-none", f".venv-none/{stamp}.stamp")

    assert "python3 -m venv .venv-none" in said
    assert f".venv-none/bin/python -m pip install --quiet --require-hashes -r {lock}\n" in said
    assert ".venv-none/bin/python -m pip install --quiet --no-deps --no-build-isolation -e .\n" in said


def test_with_uv_on_the_path_uv_installs_by_hash(tools_only):
    stub(tools_only, "python3")
    stub(tools_only, "uv")

    said = dry_run(str(tools_only), "VENV=.venv-none", ".venv-none/dev.stamp")

    assert f'{tools_only}/uv venv --quiet --python "$(command -v python3)" .venv-none' in said
    assert f"{tools_only}/uv pip install --quiet --python .venv-none/bin/python --require-hashes -r requirements-dev.lock\n" in said


def test_the_first_interpreter_that_is_new_enough_is_taken(tools_only):
    stub(tools_only, "python3.11", "exit 1")
    stub(tools_only, "python3.12")
    stub(tools_only, "python3")

    assert "python3.12 -m venv .venv-none" in dry_run(str(tools_only), "VENV=.venv-none", ".venv-none/dev.stamp")


def test_an_environment_that_is_fresh_is_left_alone(tmp_path):
    for name in ("plain.stamp", "dev.stamp"):
        (tmp_path / name).touch()

    said = dry_run(os.environ["PATH"], f"VENV={tmp_path}", "test", "demo")

    assert "pip install" not in said
    assert f"{tmp_path}/bin/python -m pytest" in said
    assert f"{tmp_path}/bin/lianyi demo" in said


def test_without_java_the_spark_suite_is_skipped_in_plain_sight_but_not_in_ci(tools_only):
    stub(tools_only, "python3")
    (tools_only / "test").symlink_to(shutil.which("test") or "/usr/bin/test")

    def spark(**environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", "spark"], cwd=ROOT, env={"PATH": str(tools_only), **environment}, capture_output=True, text=True, check=False
        )

    assert (spark().returncode, "SKIPPED the Spark suite" in spark().stderr) == (0, True)
    assert spark(CI="true").returncode != 0


@pytest.mark.slow
def test_the_wheel_holds_every_file_of_the_package(tmp_path):
    pytest.importorskip("hatchling", reason="the build tool is in the environments that make creates")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)], cwd=ROOT, check=True, capture_output=True
    )

    held = set(zipfile.ZipFile(next(tmp_path.glob("*.whl"))).namelist())
    files = {
        str(path.relative_to(ROOT / "src"))
        for path in (ROOT / "src" / "lianyi").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert files - held == set()
