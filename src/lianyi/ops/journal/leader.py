"""One at a time, over all processes: the relay, the sweeper and other work that only a leader does."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection
from filelock import FileLock, Timeout


@contextmanager
def leading(work: str) -> Iterator[bool]:
    """Try to lead a piece of work; yields whether we do. Never waits.

    On PostgreSQL an advisory lock of the connection, on SQLite a locked file beside the database: both end with the process.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_try_advisory_lock(%s, %s)", [zlib.crc32(b"lianyi") & 0x7FFFFFFF, zlib.crc32(work.encode()) & 0x7FFFFFFF]
            )
            leads = bool(cursor.fetchone()[0])
        try:
            yield leads
        finally:
            if leads and connection.connection is not None:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT pg_advisory_unlock(%s, %s)",
                        [zlib.crc32(b"lianyi") & 0x7FFFFFFF, zlib.crc32(work.encode()) & 0x7FFFFFFF],
                    )
        return
    lock = FileLock(Path(settings.WORKSPACE.path) / f"{work}.lock", timeout=0)
    try:
        lock.acquire()
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()
