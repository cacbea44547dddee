"""Taking erased members out of the texts around the history: import records, rejected rows, saved mappings."""

import csv
import gzip
import io
import json
import os
import re
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import Any

from lianyi.kernel.ids import pseudonym
from lianyi.stream.log.delta import sync

BLANK = "[erased]"


def redact(folder: Path, members: Collection[str], key: bytes) -> int:
    """Remove every row that names one of the members from the files of a folder; says how many files changed.

    A member is named by their id, or by the value outside that the id is the pseudonym of: a rejected row is kept as it came.
    Tables lose the row, JSON lines the line, other texts the word. Cost: one pass over the files.
    """
    changed = 0
    for file in sorted(folder.rglob("*")) if folder.is_dir() else []:
        if file.is_file() and not file.name.startswith("."):
            changed += _redacted(file, frozenset(members), key)
    return changed


def _redacted(file: Path, members: frozenset[str], key: bytes) -> bool:
    raw = file.read_bytes()
    zipped = raw[:2] == b"\x1f\x8b"
    try:
        text = (gzip.decompress(raw) if zipped else raw).decode("utf-8-sig")
    except (UnicodeDecodeError, gzip.BadGzipFile, EOFError):
        text = raw.decode("latin-1")
    kind = file.name.removesuffix(".gz").rpartition(".")[2].lower()
    if kind in ("csv", "tsv"):
        after = _table(text, "\t" if kind == "tsv" else ",", members, key)
    elif kind in ("jsonl", "ndjson"):
        after = "".join(line for line in text.splitlines(keepends=True) if not _line_names(line, members, key))
    else:
        after = _words(text, members)
    if after == text:
        return False
    if not after:
        file.unlink()
        return True
    encoded = after.encode("utf-8-sig" if raw.startswith(b"\xef\xbb\xbf") else "utf-8")
    aside = file.with_name(f".{uuid.uuid4().hex}")
    with aside.open("wb") as out:
        out.write(gzip.compress(encoded) if zipped else encoded)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
    sync(file.parent)
    return True


def _table(text: str, separator: str, members: frozenset[str], key: bytes) -> str:
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error:
        return _words(text, members)
    kept = [row for row in rows if not any(_names(field, members, key) for field in row)]
    if len(kept) == len(rows):
        # Nobody is a field by themselves; they may still stand inside one (a reason, a JSON value).
        return _words(text, members)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator="\n").writerows(kept)
    return _words(out.getvalue(), members)


def _line_names(line: str, members: frozenset[str], key: bytes) -> bool:
    try:
        value = json.loads(line)
    except json.JSONDecodeError:
        return _words(line, members) != line
    return any(_names(text, members, key) for text in _texts(value)) or _words(line, members) != line


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [str(value)] if isinstance(value, str | int) else []


def _names(field: str, members: frozenset[str], key: bytes) -> bool:
    value = field.strip()
    return bool(value) and (value in members or pseudonym(value, key) in members)


def _words(text: str, members: frozenset[str]) -> str:
    """The ids as whole words, blanked; m1 is left alone in m12."""
    pattern = "|".join(re.escape(m) for m in sorted(members, key=len, reverse=True))
    return re.sub(rf"(?<![0-9A-Za-z_-])(?:{pattern})(?![0-9A-Za-z_-])", BLANK, text) if members else text
