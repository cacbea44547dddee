"""Facts under construction: whole numbers in columns, a name's by themselves, put in order as numbers, spelt out at the very end."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from lianyi.lab.chance import Ints, Reals
from lianyi.lab.draws import Flags
from lianyi.stream.record import FACT

# Columns that hold codes or numbers; -1 is nothing.
CODED = {
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
# The types of the others.
MEASURED = {"t": np.int64, "value": np.float64}
ROWS_A_BATCH = 122_880
# A subject is a kind of thing and a number: the kind is kept above so many bits.
SUBJECT_BITS = 48

# As facts leave here: what has few words in it stays coded.
WORDED = (
    "name", "member_id", "device_id", "platform", "channel", "content_id", "product_id", "campaign_id", "group_id", "partner_id", "referrer_id", "kind",
)  # fmt: skip
SPELT = pa.schema([pa.field(f.name, pa.dictionary(pa.int32(), pa.string()) if f.name in WORDED else f.type) for f in FACT])

Columns = dict[str, np.ndarray[Any, Any]]


@dataclass(slots=True)
class Spelling:
    """How codes are spelt.

    members, devices, contents, products, campaigns, groups, partners, platforms, channels : names by code
    start_us : instant at which the first day begins; run : 22 bits that tell this run's facts from another's
    kinds, subjects : words met so far
    bodies   : texts met so far
    told     : facts spelt out so far
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


@dataclass(frozen=True, slots=True)
class Stated:
    """Facts of one name, in no order.

    columns : `t` (k,), microseconds since the first day's midnight; others (CODED, `value`) are (k,), or () where one is for all
    """

    name: str
    columns: Columns

    def __len__(self) -> int:
        return len(self.columns["t"])

    def chosen(self, kept: Flags | Ints) -> "Stated":
        """Some of them."""
        return Stated(self.name, chosen(self.columns, kept))


class Facts:
    """The facts of the days that are being lived; `stated` hands out a day's, in the order in which they were stated."""

    def __init__(self, spelling: Spelling) -> None:
        self.spelling = spelling
        self._stated: list[Stated] = []

    def add(self, name: str, t: Ints, **columns: Any) -> None:
        """State facts of one name.

        t : (k,) microseconds since the first day's midnight; other columns (CODED, `value`) are (k,) or one for all
        """
        if len(t):
            self._stated.append(Stated(name, {"t": t, **{key: np.asarray(value) for key, value in columns.items()}}))

    def stated(self) -> list[Stated]:
        """Everything stated since the last time; forgets it."""
        stated, self._stated = self._stated, []
        return stated


class Held:
    """Facts that wait until there are enough of them for a run, or until their day has come.

    rows : how many wait
    """

    def __init__(self) -> None:
        self.rows = 0
        self._held: dict[str, list[Columns]] = {}

    def take(self, stated: Iterable[Stated]) -> None:
        """Hold facts, in as few bytes as their columns need."""
        for one in stated:
            columns = {key: values.astype(CODED.get(key) or MEASURED[key], copy=False) for key, values in one.columns.items()}
            self._held.setdefault(one.name, []).append(columns)
            self.rows += len(one)

    def run(self, before_us: int) -> "Run":
        """Hand out the facts before an instant; the others wait on."""
        due: Run = {}
        held, self._held, self.rows = self._held, {}, 0
        for name, parts in held.items():
            for columns in parts:
                late = columns["t"] >= before_us
                if late.any():
                    self.take([Stated(name, chosen(columns, late))])
                if not late.all():
                    due.setdefault(name, []).append(chosen(columns, ~late) if late.any() else columns)
        return due


# Facts of some days by name, in parts.
Run = dict[str, list[Columns]]


def chosen(columns: Columns, kept: Flags | Ints) -> Columns:
    """Some of the facts."""
    return {name: values[kept] if values.ndim else values for name, values in columns.items()}


def together(parts: list[Columns]) -> Columns:
    """Facts of several parts, one after another; a column that some of them lack is nothing there, one that all lack is left out."""
    if len(parts) == 1:
        return parts[0]
    sizes = [len(part["t"]) for part in parts]
    columns: Columns = {}
    for name in sorted({name for part in parts for name in part}):
        kind = CODED.get(name) or MEASURED[name]
        values = np.empty(sum(sizes), dtype=kind)
        at = 0
        for part, size in zip(parts, sizes, strict=True):
            values[at : at + size] = part.get(name, -1 if name in CODED else np.nan)
            at += size
        columns[name] = values
    return columns


def by_time(t: Ints) -> Ints:
    """The places of facts in order of time; those of one instant stay as they were stated.

    >>> by_time(np.array([3, 1, 3, 2])).tolist()
    [1, 3, 0, 2]
    """
    first, bits = int(t.min()), len(t).bit_length()
    if (int(t.max()) - first).bit_length() + bits > 63:
        return np.argsort(t, kind="stable")
    # Instant and place in one number: numbers sort several times faster than places by their numbers.
    keys = (t - first) << bits | np.arange(len(t))
    keys.sort()
    return keys & ((1 << bits) - 1)


def batches(run: Run, spelling: Spelling) -> Iterator[pa.RecordBatch]:
    """The facts of a run by name and time, spelt out as the stream takes them; their numbers grow from fact to fact.

    A batch holds facts of one name, or of several that have few.
    """
    ready: list[tuple[str, Columns]] = []
    rows = 0
    for name in sorted(run):
        columns = together(run[name])
        order = by_time(columns["t"])
        for start in range(0, len(order), ROWS_A_BATCH):
            piece = chosen(columns, order[start : start + ROWS_A_BATCH])
            if rows + len(piece["t"]) > ROWS_A_BATCH:
                yield _spelt(ready, spelling)
                ready, rows = [], 0
            ready.append((name, piece))
            rows += len(piece["t"])
    if ready:
        yield _spelt(ready, spelling)


def _spelt(pieces: list[tuple[str, Columns]], spelling: Spelling) -> pa.RecordBatch:
    columns = together([piece for _, piece in pieces])
    n = len(columns["t"])
    t = columns["t"] + spelling.start_us
    nth = np.repeat(np.arange(len(pieces), dtype=np.int32), [len(piece["t"]) for _, piece in pieces])
    words: dict[str, pa.Array] = {
        "event_id": event_ids(t, spelling.run, spelling.told),
        "name": pa.DictionaryArray.from_arrays(pa.array(nth), pa.array([name for name, _ in pieces])),
        "version": pa.array(np.ones(n, dtype=np.int32)),
        "t": pa.array(t),
    }
    ways: dict[str, tuple[str, Callable[[np.ndarray[Any, Any]], pa.Array]]] = {
        "session_id": ("session", lambda codes: numbered("s", codes)),
        "order_id": ("order", lambda codes: numbered("o", codes)),
        "subject_id": ("subject", lambda codes: _subjects(codes, spelling)),
        "quantity": ("quantity", _whole),
        "amount_fen": ("amount", _whole),
        "value": ("value", lambda values: pa.array(values, mask=np.isnan(values))),
        "body": ("body", lambda codes: _bodies(codes, spelling)),
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
        "kind": ("kind", pa.array(spelling.kinds or [""], pa.string())),
    }
    whole = {name: np.broadcast_to(values, n) for name, values in columns.items()}
    words |= {column: way(whole[of]) for column, (of, way) in ways.items() if of in whole}
    words |= {column: _coded(whole[of], names) if of in whole else _nothing(n, names) for column, (of, names) in named.items()}
    spelling.told += n
    return pa.RecordBatch.from_arrays([words[f.name] if f.name in words else pa.nulls(n, f.type) for f in SPELT], schema=SPELT)


def event_ids(t: Ints, run: int, first: int) -> pa.Array:
    """16 bytes a fact in UUIDv7 form: the first eight grow with time, the last eight with the count of facts.

    t : (n,) UTC microseconds; run : below 2^22; first : facts before these
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


def _nothing(n: int, names: pa.Array) -> pa.Array:
    return pa.DictionaryArray.from_arrays(pa.nulls(n, pa.int32()), names)


def _words(codes: np.ndarray[Any, Any], names: pa.Array) -> pa.Array:
    return pa.nulls(len(codes), pa.string()) if (codes < 0).all() else _coded(codes, names).cast(pa.string())


def numbered(letter: str, numbers: Ints) -> pa.Array:
    """Names of a letter and eleven digits, in the order of their numbers; -1 is nothing.

    >>> numbered("s", np.array([7, -1, 1_234_567])).to_pylist()
    ['s00000000007', None, 's00001234567']
    """
    some = numbers >= 0
    rest, last = np.divmod(numbers[some] if not some.all() else numbers, 10_000)
    first, middle = np.divmod(rest, 10_000)
    digits = _four_digits()
    text = np.column_stack((_letter_and_digits(letter)[first], digits[middle], digits[last]))
    ends = np.zeros(len(numbers) + 1, dtype=np.int32)
    np.cumsum(some, out=ends[1:])
    present = None if some.all() else pa.py_buffer(np.packbits(some, bitorder="little"))
    return pa.StringArray.from_buffers(len(numbers), pa.py_buffer(ends * 12), pa.py_buffer(text), present)


@cache
def _four_digits() -> np.ndarray[Any, Any]:
    """Four digits of each number below ten thousand, as the four bytes of one number."""
    return np.frombuffer("".join(f"{n:04d}" for n in range(10_000)).encode(), dtype=np.uint32)


@cache
def _letter_and_digits(letter: str) -> np.ndarray[Any, Any]:
    """A letter and three digits, likewise."""
    return np.frombuffer("".join(f"{letter}{n:03d}" for n in range(1000)).encode(), dtype=np.uint32)


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
