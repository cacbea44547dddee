"""Work in progress disappears with whoever made it, and only then."""

import multiprocessing
import os
import time
from pathlib import Path

import pytest

from lianyi.stream.scratch import UNKNOWN_AGE_US, clear_abandoned, scratch


def now_us() -> int:
    return time.time_ns() // 1000


def test_a_folder_in_use_is_left_alone_and_goes_at_the_end(tmp_path: Path) -> None:
    with scratch(tmp_path, "append") as folder:
        (folder / "big").write_bytes(b"x")
        assert clear_abandoned(tmp_path, now_us=now_us() + 2 * UNKNOWN_AGE_US) == 0
        assert (folder / "big").exists()
    assert list(tmp_path.iterdir()) == []


def test_it_goes_even_when_the_work_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), scratch(tmp_path, "append"):
        raise RuntimeError
    assert list(tmp_path.iterdir()) == []


def hold_and_die(root: Path, found: object) -> None:
    with scratch(root, "append") as folder:
        (folder / "half").write_bytes(b"x")
        found.send(str(folder))  # type: ignore[attr-defined]
        os.kill(os.getpid(), 9)


def test_what_a_killed_process_left_is_cleared(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=hold_and_die, args=(tmp_path, there))
    process.start()
    left = Path(here.recv())
    process.join()

    assert process.exitcode == -9
    assert (left / "half").exists()
    assert clear_abandoned(tmp_path, now_us=now_us()) == 1
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_vouches_for_goes_after_a_day(tmp_path: Path) -> None:
    (tmp_path / "upload").mkdir()
    (tmp_path / "upload.csv").touch()

    assert clear_abandoned(tmp_path, now_us=now_us() + UNKNOWN_AGE_US // 2) == 0
    assert clear_abandoned(tmp_path, now_us=now_us() + 2 * UNKNOWN_AGE_US) == 2
