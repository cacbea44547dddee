"""What a file from a stranger may unpack to: a small file must not become a large one."""

import gzip
import zipfile
import zlib
from pathlib import Path
from typing import IO, cast

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.intake.faults import FileDamaged

CHUNK_BYTES = 1 << 20
MOST_MEMBERS = 2_000
# Deflate cannot do better than about 1,032 to 1; a table of numbers is packed 5 to 40 times.
MOST_RATIO = 400
SMALL_BYTES = 16 << 20
"""What is not larger than this when unpacked may be packed as tightly as it likes."""


class FileSwells(BadInput):
    """A packed file that unpacks to more than is taken."""

    code = "import_file_swells"
    message = Text(
        zh="%(path)s 解压后过大（超过 %(most)s MB，或压缩得不合常理）。",
        en="%(path)s unpacks to more than %(most)s MB, or is packed beyond reason.",
    )
    remedy = Text(
        zh="请拆成几个文件，或用命令行 lianyi import；什么也没有写入。",
        en="Split it into several files, or use lianyi import on the server; nothing was written.",
    )


def require_modest(path: Path, *, most_bytes: int) -> int:
    """Check that a file, packed or not, holds at most so many bytes; answers how many it holds.

    most_bytes : of everything unpacked
    A zip's own word about its sizes is not believed: every member is unpacked and thrown away, and counting stops at the limit.
    Raises FileSwells; FileDamaged for a packing that breaks off or lies about its sizes.
    Cost   one pass of unpacking, a megabyte of memory.
    """
    with path.open("rb") as file:
        magic = file.read(4)
    try:
        if magic.startswith(b"\x1f\x8b"):
            with gzip.open(path, "rb") as stream:
                return _counted(cast("IO[bytes]", stream), path, most_bytes)
        if magic == b"PK\x03\x04":
            return _zipped(path, most_bytes)
    except (EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError) as fault:
        raise FileDamaged(path=path.name, why=str(fault)) from None
    size = path.stat().st_size
    if size > most_bytes:
        raise FileSwells(path=path.name, most=most_bytes >> 20)
    return size


def _zipped(path: Path, most_bytes: int) -> int:
    total = 0
    with zipfile.ZipFile(path) as archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > most_bytes:
            raise FileSwells(path=path.name, most=most_bytes >> 20)
        for member in members:
            with archive.open(member) as stream:
                total += _counted(stream, path, most_bytes - total)
    _require_reason(path, total, most_bytes)
    return total


def _counted(stream: IO[bytes], path: Path, most_bytes: int) -> int:
    total = 0
    while chunk := stream.read(CHUNK_BYTES):
        total += len(chunk)
        if total > most_bytes:
            raise FileSwells(path=path.name, most=most_bytes >> 20)
        _require_reason(path, total, most_bytes)
    return total


def _require_reason(path: Path, unpacked_bytes: int, most_bytes: int) -> None:
    if unpacked_bytes > SMALL_BYTES and unpacked_bytes > MOST_RATIO * path.stat().st_size:
        raise FileSwells(path=path.name, most=most_bytes >> 20)
