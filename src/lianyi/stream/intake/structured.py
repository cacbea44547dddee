"""JSON (lines, or one array) and Parquet: the names are in the data, the values become the text a CSV would hold."""

import json
from collections.abc import Iterator, Sequence
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from lianyi.stream.intake.encodings import decoder
from lianyi.stream.intake.faults import FileDamaged, FileEmpty
from lianyi.stream.intake.opening import CHUNK_BYTES, SourceFile
from lianyi.stream.intake.rows import Batch, Malformed, Shape

ROWS_PER_BATCH = 20_000
_SHOWN = 500


def json_shape(file: SourceFile) -> Shape:
    """Every name that occurs in any record, in order of first appearance; nested objects as `outer.inner`."""
    names: dict[str, None] = {}
    for _, record in _records(file):
        if isinstance(record, dict):
            names.update(dict.fromkeys(record))
    if not names:
        raise FileEmpty(path=file.name)
    return Shape(names=tuple(names), first_line=1)


class JsonReader:
    """Records of a JSON file."""

    def __init__(self, file: SourceFile, shape: Shape) -> None:
        self.file = file
        self.shape = shape

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        """The records; only the names wanted."""
        names = [self.shape.names[i] for i in wanted]
        lines: list[int] = []
        cells: list[list[str]] = [[] for _ in wanted]
        malformed: list[Malformed] = []
        for line, record in _records(self.file):
            if isinstance(record, str):
                malformed.append(Malformed(line, record[:_SHOWN], "not_json"))
            else:
                lines.append(line)
                for into, name in zip(cells, names, strict=True):
                    into.append(record.get(name, ""))
            if len(lines) + len(malformed) >= ROWS_PER_BATCH:
                yield _batch(lines, cells, malformed, 0)
                lines, cells, malformed = [], [[] for _ in wanted], []
        yield _batch(lines, cells, malformed, self.file.size)


def _batch(lines: list[int], cells: list[list[str]], malformed: list[Malformed], position: int) -> Batch:
    return Batch(pa.array(lines, pa.int64()), [pa.array(c, pa.string()) for c in cells], malformed, 0, position)


def _records(file: SourceFile) -> Iterator[tuple[int, dict[str, str] | str]]:
    """(line or record number, flat record) or, for what is no object, (line, its text)."""
    with file.opened() as stream:
        texts = _text(stream, file)
        first = next((t for t in texts if t.strip()), "")
        if first.lstrip("\ufeff \t\r\n").startswith("["):
            yield from _array(first, texts, file)
            return
        line, rest = 1, first
        while True:
            *whole, rest = rest.split("\n")
            for text in whole:
                if text.strip():
                    yield line, _parsed(text)
                line += 1
            more = next(texts, None)
            if more is None:
                break
            rest += more
        if rest.strip():
            yield line, _parsed(rest)


def _text(stream: IO[bytes], file: SourceFile) -> Iterator[str]:
    decode = decoder(file.text_encoding)
    while chunk := stream.read(CHUNK_BYTES):
        yield decode.decode(chunk)
    yield decode.decode(b"", final=True)


def _parsed(text: str) -> dict[str, str] | str:
    try:
        record = json.loads(text.lstrip("\ufeff"))
    except (json.JSONDecodeError, RecursionError):
        return text
    return _flat(record) if isinstance(record, dict) else text


def _array(first: str, texts: Iterator[str], file: SourceFile) -> Iterator[tuple[int, dict[str, str] | str]]:
    """The elements of one array, decoded one by one as text comes in; numbered from 1."""
    decode = json.JSONDecoder()
    buffer = first.lstrip("\ufeff \t\r\n")[1:]
    number = 0
    while True:
        buffer = buffer.lstrip(" \t\r\n,")
        if buffer.startswith("]"):
            return
        try:
            record, end = decode.raw_decode(buffer) if buffer else (None, -1)
        except json.JSONDecodeError:
            end = -1
        if end < 0 or (end == len(buffer) and not buffer.endswith("}")):
            more = next(texts, None)
            if more is None:
                raise FileDamaged(path=file.name, why=f"the JSON array breaks off after record {number}")
            buffer += more
            continue
        number += 1
        yield number, _flat(record) if isinstance(record, dict) else json.dumps(record, ensure_ascii=False)
        buffer = buffer[end:]


def _flat(record: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found.update(_flat(value, f"{prefix}{key}."))
        elif value is None:
            found[prefix + key] = ""
        elif isinstance(value, bool):
            found[prefix + key] = "true" if value else "false"
        elif isinstance(value, list):
            flat = all(isinstance(v, str | int | float) for v in value)
            found[prefix + key] = "|".join(map(str, value)) if flat else json.dumps(value, ensure_ascii=False)
        else:
            found[prefix + key] = str(value)
    return found


def parquet_shape(file: SourceFile) -> Shape:
    """The columns of a Parquet file."""
    try:
        with file.opened() as stream:
            opened = pq.ParquetFile(stream)
            names, rows = opened.schema_arrow.names, opened.metadata.num_rows
    except (pa.ArrowException, OSError) as fault:
        raise FileDamaged(path=file.name, why=str(fault)) from None
    if not rows:
        raise FileEmpty(path=file.name)
    return Shape(names=tuple(names), first_line=1)


class ParquetReader:
    """Rows of a Parquet file."""

    def __init__(self, file: SourceFile, shape: Shape) -> None:
        self.file = file
        self.shape = shape

    def batches(self, wanted: Sequence[int]) -> Iterator[Batch]:
        """The rows; only the columns wanted."""
        names = [self.shape.names[i] for i in wanted]
        line = 1
        with self.file.opened() as stream:
            opened = pq.ParquetFile(stream)
            total = opened.metadata.num_rows
            try:
                for batch in opened.iter_batches(batch_size=122_880, columns=list(dict.fromkeys(names))):
                    columns = [_as_text(batch.column(name)) for name in names]
                    yield Batch(
                        pa.array(np.arange(line, line + len(batch), dtype=np.int64)),
                        columns,
                        [],
                        0,
                        int(self.file.size * (line + len(batch)) / (total + 1)),
                    )
                    line += len(batch)
            except (pa.ArrowException, OSError) as fault:
                raise FileDamaged(path=self.file.name, why=str(fault)) from None


def _as_text(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_dictionary(kind):
        column, kind = column.dictionary_decode(), kind.value_type
    if pa.types.is_string(kind):
        return column
    if pa.types.is_timestamp(kind):
        # An instant with a zone is written in UTC with its mark, a wall-clock time as it stands.
        if kind.tz is not None:
            return pc.strftime(column.cast(pa.timestamp("us", "UTC")), "%Y-%m-%d %H:%M:%S+00:00")
        return pc.strftime(column.cast(pa.timestamp("us")), "%Y-%m-%d %H:%M:%S")
    if pa.types.is_floating(kind):
        whole = pc.equal(pc.floor(column), column)
        safe = pc.and_(whole, pc.less(pc.abs(column), 1e15))
        as_int = pc.if_else(safe, column, None).cast(pa.int64()).cast(pa.string())
        return pc.if_else(pc.is_nan(column), None, pc.coalesce(as_int, column.cast(pa.string())))
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pc.binary_join(column.cast(pa.list_(pa.string())), "|")
    if pa.types.is_struct(kind) or pa.types.is_map(kind):
        return pa.array([None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in column.to_pylist()], pa.string())
    if pa.types.is_binary(kind) or pa.types.is_fixed_size_binary(kind):
        return pa.array([None if v is None else v.hex() for v in column.to_pylist()], pa.string())
    return column.cast(pa.string())
