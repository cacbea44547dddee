"""The operational database, migrated once and copied from then on: migrations take longer than a hundred tests.

The copy is known by everything that makes the database: the operations' own code (tables, migrations, guards) and the locked packages. Whatever
changes there makes a new one. The suite on PostgreSQL migrates each time, and so does whoever migrates for real (tests/server, tests/cli).
"""

import hashlib
import os
import sqlite3
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MAKES_IT = (
    "src/lianyi/ops/**/*.py",
    "src/lianyi/server/**/*.py",
    "src/lianyi/web/**/models.py",
    "src/lianyi/web/**/migrations/*.py",
    "requirements-dev.lock",
    "tests/settings.py",
)


def kept_path(folder: Path) -> Path:
    """Where the copy is for the code as it is now."""
    digest = hashlib.sha256()
    for pattern in MAKES_IT:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(f"{path.relative_to(ROOT)}\n".encode())
            digest.update(path.read_bytes())
    return folder / f"migrated-{digest.hexdigest()[:16]}.sqlite3"


def keep(database: Path, kept: Path) -> None:
    """Keep a migrated database, whole, and no older ones beside it."""
    kept.parent.mkdir(parents=True, exist_ok=True)
    aside = kept.with_suffix(f".{os.getpid()}")
    with sqlite3.connect(database) as source, sqlite3.connect(aside) as copy:
        source.backup(copy)
    source.close()
    copy.close()
    for old in kept.parent.glob("migrated-*.sqlite3"):
        if old != kept:
            old.unlink(missing_ok=True)
    aside.replace(kept)
