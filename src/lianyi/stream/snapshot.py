"""One state of the history, as a list of files: what an engine reads, and what a report cites."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class DataFile:
    """One immutable Parquet file of the event table.

    month : business month yyyymm; first_day, last_day : business days (inclusive)
    has_device : whether any row names a device, so that a reader knows if identities must be stitched
    """

    path: str
    month: int
    rows: int
    bytes: int
    first_day: int
    last_day: int
    has_device: bool


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A version of the history with the versions of the reference tables it was published with.

    version : the event table's version number: the snapshot id that every evaluation and report carries
    files   : the event files of that version
    tables  : reference table name -> (its version, its Parquet files)
    erased  : Parquet files listing erased member ids; always the latest, an erasure overrides the past
    projections : the folder of projections, which may be older than this version
    """

    version: int
    files: tuple[DataFile, ...]
    tables: dict[str, tuple[int, tuple[str, ...]]] = field(default_factory=dict)
    erased: tuple[str, ...] = ()
    projections: Path | None = None

    @property
    def rows(self) -> int:
        return sum(f.rows for f in self.files)

    @property
    def first_day(self) -> int | None:
        return min((f.first_day for f in self.files), default=None)

    @property
    def last_day(self) -> int | None:
        return max((f.last_day for f in self.files), default=None)

    @property
    def has_devices(self) -> bool:
        return any(f.has_device for f in self.files)
