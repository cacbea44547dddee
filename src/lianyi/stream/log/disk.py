"""When the disk is full: said plainly, whichever library met it."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
from deltalake.exceptions import DeltaError

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.duckdb import Fault

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# What the libraries written in other languages leave of the system's error is its text; DuckDB looks at the room before it
# spills, and names the setting that holds what it found.
WORDS = (*(os.strerror(number) for number in FULL), "max_temp_directory_size")


class DiskFull(BadInput):
    """There is no room for what should be written."""

    code = "disk_full"
    message = Text(
        zh="磁盘已满：%(path)s 所在磁盘只剩 %(free_mb)s MB。", en="The disk is full: %(free_mb)s MB are left where %(path)s lies."
    )
    remedy = Text(
        zh="什么也没写入；请腾出空间或换一个磁盘后重试。", en="Nothing was written; free some space, or use another disk, and try again."
    )

    def say(self, language: str = "zh") -> str:
        """Message and remedy in one language."""
        return f"{self.message.say(language, **self.data)} {self.remedy.say(language)}"


@contextmanager
def full_disk_told(path: Path) -> Iterator[None]:
    """Turn "no space left" from the system, Arrow, DuckDB or Delta into DiskFull; other faults go on unchanged."""
    try:
        yield
    except (OSError, pa.ArrowException, DeltaError, Fault) as fault:
        if not is_full(fault):
            raise
        raise DiskFull(path=str(path), free_mb=_free_mb(path)) from fault


def is_full(fault: BaseException) -> bool:
    """Whether a fault says that there is no room.

    >>> is_full(OSError(errno.ENOSPC, "x")), is_full(OSError(errno.ENOENT, "x"))
    (True, False)
    >>> is_full(Fault("failed to offload data block (2.6 MiB/2.6 MiB used). This limit was set by the 'max_temp_directory_size' setting."))
    True
    """
    return getattr(fault, "errno", None) in FULL or any(words in str(fault) for words in WORDS)


def _free_mb(path: Path) -> int:
    while not path.exists():
        path = path.parent
    space = os.statvfs(path)
    return space.f_bavail * space.f_frsize // 1_000_000
