"""Facts under construction: whole numbers in columns, put in order a day at a time, spelt out at the very end."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags
from lianyi.stream.record import FACT

# Columns that hold codes or numbers; -1 is nothing. `value` is real, not a number where nothing.
CODED = {
    "name": np.int16,
    "member": np.int32,
    "device": np.int32,
    "session": np.int64,
    "platform": np.int8,
    "channel": np.int8,
    "content": np.int32,
    "product": np.int16,
    "campaign": np.int16,
    "group": np.int32,
    "partner": np.int16,
    "referrer": np.int32,
    "order": np.int64,
    "subject": np.int64,
    "kind": np.int16,
    "quantity": np.int64,
    "amount": np.int64,
    "body": np.int64,
}
ROWS_A_BATCH = 500_000
# A subject is a kind of thing and a number: the kind is kept above so many bits.
SUBJECT_BITS = 48

# As facts leave here: what has few words in it stays coded until it is written.
WORDED = (
    "name", "member_id", "device_id", "platform", "channel", "content_id", "product_id", "campaign_id", "group_id", "partner_id", "referrer_id",
)  # fmt: skip
SPELT = pa.schema([pa.field(f.name, pa.dictionary(pa.int32(), pa.string()) if f.name in WORDED else f.type) for f in FACT])

Columns = dict[str, np.ndarray[Any, Any]]


@dataclass(slots=True)
class Spelling:
    """How codes are spelt.

    members, devices, contents, products, campaigns, groups, partners, platforms, channels : names by code
    start_us : instant at which the first day begins; run : 22 bits that tell this run's facts from another's
    names, kinds, subjects : words met so far
    bodies   : texts met so far
    """

    members: pa.Array
    devices: pa.Array
    contents: pa.Array
    products: pa.Array
    campaigns: pa.Array
    groups: pa.Array
    partners: pa.Array
    platforms: pa.Array
    channels: pa.Array
    start_us: int
    run: int
    names: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    told: int = 0

    def kind(self, word: str) -> int:
        """The code of a kind."""
        return _code(self.kinds, word)

    def subject(self, thing: str, numbers: Ints | int) -> Ints:
        """Subjects of one kind of thing, such as message or team, by their numbers; number 0 is the bare word."""
        return np.asarray(numbers, dtype=np.int64) + (_code(self.subjects, thing) << SUBJECT_BITS)

    def texts(self, bodies: list[str]) -> Ints:
        """Codes of new bodies."""
        self.bodies += bodies
        return np.arange(len(self.bodies) - len(bodies), len(self.bodies))


class Facts:
    """The facts of a day; those that fall on a later day wait for it.

    Facts are stated with `add`; `stated` hands them out as they are, and `due` puts them in order with those that waited.
    """

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        self._parts: list[tuple[int, Columns]] = []
        self._waiting: Columns | None = None

    def add(self, name: str, t: Ints, **columns: Any) -> None:
        """State facts of one name.

        t : (k,) microseconds since the first day's midnight; other columns (CODED, `value`) are (k,) or one for all
        """
        if not len(t):
            return
        code = _code(self.spelling.names, name)
        self._parts.append((len(t), {"t": t, "name": np.asarray(code), **{key: np.asarray(value) for key, value in columns.items()}}))

    def stated(self) -> Columns:
        """Everything stated since the last time, in no order; forgets it."""
        parts, self._parts = self._parts, []
        n = sum(count for count, _ in parts)
        columns: Columns = {"t": np.empty(n, dtype=np.int64), "value": np.full(n, np.nan)}
        columns |= {name: np.empty(n, dtype=kind) for name, kind in CODED.items()}
        at = 0
        for count, given in parts:
            for name in CODED:
                columns[name][at : at + count] = given.get(name, -1)
            columns["t"][at : at + count] = given["t"]
            if "value" in given:
                columns["value"][at : at + count] = given["value"]
            at += count
        return columns

    def due(self, stated: Columns, before_us: int) -> Columns:
        """Of these facts and those that were waiting, the ones before an instant, in order of time; the rest waits."""
        both = stated if self._waiting is None else {name: np.concatenate((stated[name], self._waiting[name])) for name in stated}
        columns = in_order(both)
        at = int(np.searchsorted(columns["t"], before_us))
        self._waiting = {name: values[at:].copy() for name, values in columns.items()}
        return {name: values[:at] for name, values in columns.items()}


def in_order(columns: Columns) -> Columns:
    """The same facts by time.

    >>> in_order({"t": np.array([3, 1]), "name": np.array([0, 1])})["name"].tolist()
    [1, 0]
    """
    order = np.argsort(columns["t"], kind="stable")
    return {name: values[order] for name, values in columns.items()}


def together(parts: list[Columns]) -> Columns:
    """Facts of several days, one after another."""
    return parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def chosen(columns: Columns, kept: Flags | Ints) -> Columns:
    """Some of the facts."""
    return {name: values[kept] for name, values in columns.items()}


def batches(columns: Columns, spelling: Spelling) -> Iterator[pa.RecordBatch]:
    """Facts in order of time, spelt out as the stream takes them; their numbers grow with time."""
    for start in range(0, len(columns["t"]), ROWS_A_BATCH):
        yield _spelt({name: values[start : start + ROWS_A_BATCH] for name, values in columns.items()}, spelling)


def _spelt(columns: Columns, spelling: Spelling) -> pa.RecordBatch:
    n = len(columns["t"])
    t = columns["t"] + spelling.start_us
    words: dict[str, pa.Array] = {
        "event_id": event_ids(t, spelling.run, spelling.told),
        "name": _coded(columns["name"], pa.array(spelling.names, pa.string())),
        "version": pa.array(np.ones(n, dtype=np.int32)),
        "t": pa.array(t),
        "session_id": _numbered("s", columns["session"]),
        "order_id": _numbered("o", columns["order"]),
        "subject_id": _subjects(columns["subject"], spelling),
        "kind": _words(columns["kind"], pa.array(spelling.kinds or [""], pa.string())),
        "quantity": _whole(columns["quantity"]),
        "amount_fen": _whole(columns["amount"]),
        "value": pa.array(columns["value"], mask=np.isnan(columns["value"])),
        "body": _bodies(columns["body"], spelling),
    }
    named = {
        "member_id": ("member", spelling.members),
        "device_id": ("device", spelling.devices),
        "platform": ("platform", spelling.platforms),
        "channel": ("channel", spelling.channels),
        "content_id": ("content", spelling.contents),
        "product_id": ("product", spelling.products),
        "campaign_id": ("campaign", spelling.campaigns),
        "group_id": ("group", spelling.groups),
        "partner_id": ("partner", spelling.partners),
        "referrer_id": ("referrer", spelling.members),
    }
    words |= {column: _coded(columns[of], names) for column, (of, names) in named.items()}
    spelling.told += n
    return pa.RecordBatch.from_arrays([words[f.name] if f.name in words else pa.nulls(n, f.type) for f in SPELT], schema=SPELT)


def event_ids(t: Ints, run: int, first: int) -> pa.Array:
    """16 bytes a fact in UUIDv7 form, growing with time and, within a microsecond, with the count of facts.

    t : (n,) UTC microseconds, in order; run : below 2^22; first : facts before these
    >>> ids = event_ids(np.array([10**15, 10**15, 10**15 + 1]), 5, 0).to_pylist()
    >>> ids == sorted(set(ids)), ids[0].hex()[12]
    (True, '7')
    """
    count = first + np.arange(len(t), dtype=np.uint64)
    pair = np.empty((len(t), 2), dtype=">u8")
    milliseconds, rest = np.divmod(t, 1000)
    pair[:, 0] = milliseconds.astype(np.uint64) << np.uint64(16) | np.uint64(0x7000) | rest.astype(np.uint64)
    pair[:, 1] = np.uint64(0b10 << 62 | run << 40) | count
    return pa.Array.from_buffers(pa.binary(16), len(t), [None, pa.py_buffer(pair.tobytes())]).cast(pa.binary())


def _coded(codes: np.ndarray[Any, Any], names: pa.Array) -> pa.Array:
    nothing = codes < 0
    indices = pa.array(codes.astype(np.int32), mask=nothing if nothing.any() else None)
    return pa.DictionaryArray.from_arrays(indices, names, safe=False)


def _words(codes: np.ndarray[Any, Any], names: pa.Array) -> pa.Array:
    return pa.nulls(len(codes), pa.string()) if (codes < 0).all() else _coded(codes, names).cast(pa.string())


def _numbered(prefix: str, numbers: Ints) -> pa.Array:
    nothing = numbers < 0
    if nothing.all():
        return pa.nulls(len(numbers), pa.string())
    return pc.binary_join_element_wise(prefix, pa.array(numbers, mask=nothing).cast(pa.string()), "")


def _subjects(subjects: Ints, spelling: Spelling) -> pa.Array:
    nothing = subjects < 0
    if nothing.all():
        return pa.nulls(len(subjects), pa.string())
    things = _words(np.where(nothing, -1, subjects >> SUBJECT_BITS), pa.array(spelling.subjects, pa.string()))
    number = subjects & ((1 << SUBJECT_BITS) - 1)
    text = pa.array(number, mask=nothing).cast(pa.string())
    return pc.binary_join_element_wise(things, pc.if_else(pa.array(number == 0), "", text), "")


def _whole(numbers: Ints) -> pa.Array:
    return pa.array(numbers, mask=numbers < 0)


def _bodies(codes: Ints, spelling: Spelling) -> pa.Array:
    some = np.flatnonzero(codes >= 0)
    if not len(some):
        return pa.nulls(len(codes), pa.string())
    local = np.full(len(codes), -1)
    local[some] = np.arange(len(some))
    return _words(local, pa.array([spelling.bodies[code] for code in codes[some].tolist()], pa.string()))


def _code(words: list[str], word: str) -> int:
    try:
        return words.index(word)
    except ValueError:
        words.append(word)
        return len(words) - 1


def names_of(prefix: str, numbers: Ints, *, digits: int) -> pa.Array:
    """Names such as m0000017, one a number.

    >>> names_of("m", np.array([17]), digits=7).to_pylist()
    ['m0000017']
    """
    return pc.binary_join_element_wise(prefix, pc.utf8_lpad(pa.array(numbers).cast(pa.string()), digits, "0"), "")


def real(values: Reals) -> Reals:
    """Values rounded to what an instrument shows."""
    return np.round(values, 3)
