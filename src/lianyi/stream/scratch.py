"""Folders for work in progress that disappear with the process that made them, even when it was killed."""

import fcntl
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HELD = ".held"
# Work in progress that carries no such file was made by something else; it is left alone for a day.
UNKNOWN_AGE_US = 24 * 3600 * 1_000_000


@contextmanager
def scratch(root: Path, purpose: str) -> Iterator[Path]:
    """A new folder under `root`, removed at the end; a folder left by a killed process is recognised by its free lock.

    >>> import tempfile
    >>> with scratch(Path(tempfile.mkdtemp()), "doctest") as folder:
    ...     folder.is_dir()
    True
    """
    root.mkdir(parents=True, exist_ok=True)
    name = f"{purpose}-{uuid.uuid4().hex}"
    # Made and locked under a hidden name, then shown: nobody ever sees it unlocked while its maker lives.
    hidden, folder = root / f".{name}", root / name
    hidden.mkdir()
    try:
        held = os.open(hidden / HELD, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError:
        # A full disk has no room even for this.
        hidden.rmdir()
        raise
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        hidden.rename(folder)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(held)


def clear_abandoned(root: Path, *, now_us: int) -> int:
    """Remove what dead processes left under `root`; says how many entries.

    now_us : entries that nobody vouches for go when they are a day older than this
    """
    removed = 0
    if not root.is_dir():
        return 0
    for entry in sorted(root.iterdir()):
        if _is_abandoned(entry, now_us):
            if entry.is_dir():
                shutil.rmtree(entry, ignore_errors=True)
            else:
                entry.unlink(missing_ok=True)
            removed += 1
    return removed


def _is_abandoned(entry: Path, now_us: int) -> bool:
    try:
        if entry.name.startswith(".") or not (entry / HELD).exists():
            return now_us - entry.stat().st_mtime_ns // 1000 > UNKNOWN_AGE_US
        held = os.open(entry / HELD, os.O_RDWR)
    except FileNotFoundError:
        # Its owner has just removed it.
        return False
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(held)
    return True
