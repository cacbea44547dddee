"""Who must not come back: erasures asked for, and erasures done.

While an erasure is pending the member stands in the reference table `erased`, and every snapshot is read without them. Once
maintenance has removed every trace, what stays is a keyed hash and an instant, so that importing an old export again does not
bring back what was erased; what the same person does afterwards is new and welcome.
"""

import hashlib
import hmac
import json
import os
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from lianyi.stream.contracts import reference_table
from lianyi.stream.engines.duckdb import Connection
from lianyi.stream.log import delta, reference
from lianyi.stream.workspace import Workspace

# Columns of reference tables that may name a member who is not the row's subject.
MENTIONS = ("referrer_id", "author_id")


@dataclass(frozen=True, slots=True)
class Erasures:
    """pending: member ids asked for and not yet physically removed; done: keyed hash -> when it was done (UTC microseconds)."""

    pending: frozenset[str]
    done: Mapping[str, int]
    key: bytes

    @property
    def any(self) -> bool:
        """Whether anyone was ever erased."""
        return bool(self.pending or self.done)

    def until_us(self, member_id: str) -> int | None:
        """Up to which instant facts of a member are refused; None when they were never erased."""
        if member_id in self.pending:
            return 2**63 - 1
        return self.done.get(keyed_hash(member_id, self.key)) if self.done else None

    def among(self, member_ids: Iterable[str]) -> dict[str, int]:
        """Those of the given members who were erased, with the instant up to which they are refused."""
        return {m: until for m in member_ids if (until := self.until_us(m)) is not None}


def keyed_hash(member_id: str, key: bytes) -> str:
    """What is kept of an erased member: nobody without the workspace's key can tell who it was.

    >>> keyed_hash("m1", b"k") == keyed_hash("m1", b"k") != keyed_hash("m1", b"other")
    True
    """
    return hmac.new(key, b"erased:" + member_id.encode(), hashlib.sha256).hexdigest()


def erasures(workspace: Workspace, pinned: Mapping[str, int]) -> Erasures:
    """Everyone erased so far; `pinned` are the newest versions of the reference tables."""
    pending = reference.rows_of(workspace.tables_path, "erased", pinned["erased"])["member_id"].to_pylist() if "erased" in pinned else []
    return Erasures(frozenset(pending), _done(workspace), workspace.key)


def note_done(workspace: Workspace, member_ids: Iterable[str], *, now_us: int) -> None:
    """Remember, as hashes only, who was physically removed at an instant."""
    done = {**_done(workspace), **{keyed_hash(m, workspace.key): now_us for m in member_ids}}
    file = _file(workspace)
    aside = file.with_name(f".{uuid.uuid4().hex}")
    with aside.open("w", encoding="utf-8") as out:
        json.dump(dict(sorted(done.items())), out, indent=0)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
    delta.sync(file.parent)


def drop_erased(staging: Connection, erased: Erasures) -> int:
    """Take the facts of erased members out of `staged`, and their names out of others' referrers; says how many facts went."""
    if not erased.any:
        return 0
    named = [row[0] for row in staging.execute("SELECT member_id FROM staged UNION SELECT referrer_id FROM staged").fetchall() if row[0]]
    gone = erased.among(named)
    if not gone:
        return 0
    # What is laid aside is a file; to take rows out it becomes a table.
    staging.execute("CREATE TABLE held AS SELECT * FROM staged; DROP VIEW staged; ALTER TABLE held RENAME TO staged")
    staging.register("refused", pa.table({"who": list(gone), "until": pa.array(gone.values(), pa.int64())}))
    where = "FROM refused AS r WHERE r.who = staged.member_id AND staged.t <= r.until"
    dropped = int(staging.execute(f"SELECT count(*) FROM staged WHERE EXISTS (SELECT 1 {where})").fetchall()[0][0])
    staging.execute(f"DELETE FROM staged WHERE EXISTS (SELECT 1 {where})")
    staging.execute("UPDATE staged SET referrer_id = NULL FROM refused AS r WHERE r.who = staged.referrer_id AND staged.t <= r.until")
    staging.unregister("refused")
    return dropped


def without_erased(name: str, rows: pa.Table, erased: Erasures, *, everywhere: bool = False) -> pa.Table:
    """Reference rows without erased members; one who joined again after the erasure stays.

    everywhere : look at every text column, not only at those that are made to hold a member
    """
    texts = [f.name for f in rows.schema if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)]
    columns = [c for c in texts if everywhere or c == "member_id" or c in MENTIONS]
    if not erased.any or name == "erased":
        return rows
    for column in columns:
        gone = erased.among(set(rows[column].drop_null().to_pylist()))
        if not gone:
            continue
        listed = pc.is_in(rows[column], value_set=pa.array(list(gone), pa.string()))
        if column != "member_id" or column not in reference_table(name).key:
            blank = pc.if_else(listed, pa.scalar(None, pa.string()), rows[column])
            rows = rows.set_column(rows.column_names.index(column), column, blank)
            continue
        joined = rows["joined_t"].to_pylist() if "joined_t" in rows.column_names else [None] * len(rows)
        back = [j is not None and j > gone.get(m, 2**63) for j, m in zip(joined, rows[column].to_pylist(), strict=True)]
        rows = rows.filter(pc.or_(pc.invert(listed), pa.array(back, pa.bool_())))
    return rows


def _file(workspace: Workspace) -> Path:
    return workspace.path / "erased.json"


def _done(workspace: Workspace) -> dict[str, int]:
    try:
        stored: dict[str, int] = json.loads(_file(workspace).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    return stored
