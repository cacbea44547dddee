"""What a file is, by what is in it and not by its name: packing, format, encoding, and a fingerprint for the record."""

import gzip
import hashlib
import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from lianyi.stream.intake.encodings import Encoding, Utf8Check, decoder, second_look
from lianyi.stream.intake.faults import FileDamaged, FileEmpty, FileMissing, FormatUnknown

CHUNK_BYTES = 4 << 20
_GZIP, _ZIP, _OLE, _PARQUET = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"PAR1"


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file to import, looked at once from end to end.

    format   : delimited | json | parquet | workbook
    packing  : "" | gzip | zip
    encoding : of text; None for the other formats
    size     : bytes, unpacked
    sha256   : of the file as it lies on disk
    """

    path: Path
    format: str
    packing: str
    encoding: Encoding | None
    size: int
    sha256: str

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def text_encoding(self) -> Encoding:
        """The encoding of a text file."""
        if self.encoding is None:
            raise ValueError(f"{self.name} is no text")
        return self.encoding

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """The unpacked bytes."""
        with unpacked(self.path, self.packing) as stream:
            yield stream


def look_at(path: Path) -> SourceFile:
    """Read a file once and say what it is; memory stays at a few megabytes.

    Raises FileMissing, FileEmpty, FileDamaged (it breaks off), FormatUnknown (no table).
    """
    if not path.is_file():
        raise FileMissing(path=str(path))
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        magic = file.read(8)
    if not magic:
        raise FileEmpty(path=path.name)
    packing = "gzip" if magic.startswith(_GZIP) else "zip" if magic.startswith(_ZIP) and _is_plain_zip(path) else ""
    try:
        with unpacked(path, packing) as stream:
            first = stream.read(CHUNK_BYTES)
            kind = _format(path, first)
            check = Utf8Check() if kind == "text" else None
            size = 0
            chunk = first
            while chunk:
                size += len(chunk)
                if check is not None:
                    check.feed(chunk)
                chunk = stream.read(CHUNK_BYTES)
    except (EOFError, gzip.BadGzipFile, zlib.error, zipfile.BadZipFile) as fault:
        raise FileDamaged(path=path.name, why=str(fault)) from None
    if size == 0:
        raise FileEmpty(path=path.name)
    if check is None:
        return SourceFile(path, kind, packing, None, size, sha256)
    encoding = check.encoding()
    if encoding is None:
        with unpacked(path, packing) as stream:
            encoding = second_look(iter(lambda: stream.read(CHUNK_BYTES), b""))
    if encoding is None:
        raise FormatUnknown(path=path.name, why="not text in UTF-8, UTF-16 or GB18030")
    start = decoder(encoding).decode(first[:4096]).lstrip("\ufeff \t\r\n")
    if not start:
        raise FileEmpty(path=path.name)
    return SourceFile(path, "json" if _is_json(start) else "delimited", packing, encoding, size, sha256)


@contextmanager
def unpacked(path: Path, packing: str) -> Iterator[IO[bytes]]:
    """The bytes of a file, gzip or single-file zip undone."""
    if packing == "gzip":
        with gzip.open(path, "rb") as stream:
            yield io.BufferedReader(stream)
    elif packing == "zip":
        with zipfile.ZipFile(path) as archive, archive.open(_members(archive)[0]) as stream:
            yield stream
    else:
        with path.open("rb") as stream:
            yield stream


def _members(archive: zipfile.ZipFile) -> list[str]:
    return [
        n for n in archive.namelist() if not n.endswith("/") and not n.startswith("__MACOSX") and not n.rsplit("/", 1)[-1].startswith(".")
    ]


def _is_plain_zip(path: Path) -> bool:
    """A zip with one file in it, and not a workbook (which is a zip too)."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "[Content_Types].xml" in names or "mimetype" in names:
                return False
            members = _members(archive)
            if len(members) != 1:
                raise FormatUnknown(path=path.name, why=f"a zip with {len(members)} files; one is expected")
            if archive.getinfo(members[0]).flag_bits & 1:
                raise FormatUnknown(path=path.name, why="the zip is locked by a password")
            return True
    except zipfile.BadZipFile as fault:
        raise FileDamaged(path=path.name, why=str(fault)) from None


def _format(path: Path, first: bytes) -> str:
    if first.startswith(_PARQUET):
        return "parquet"
    if first.startswith((_ZIP, _OLE)):
        return "workbook"
    utf16 = first.startswith((b"\xff\xfe", b"\xfe\xff"))
    if not utf16 and b"\x00" in first[:65536]:
        raise FormatUnknown(path=path.name, why="binary data")
    return "text"


def _is_json(start: str) -> bool:
    if start[0] == "{":
        return '"' in start or start.startswith("{}")
    return start[0] == "[" and start[1:].lstrip()[:1] in {"{", "]"}
