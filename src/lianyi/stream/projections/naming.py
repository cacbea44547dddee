"""What a projection's file is called, which is also how its freshness is known."""

import hashlib
import json
import os
import uuid
from pathlib import Path

from lianyi.stream.engines.duckdb import Connection, file_list
from lianyi.stream.engines.views import DEVICE_OWNER
from lianyi.stream.snapshot import Snapshot

# Raised when the layout of a projection changes: older files then no longer match and are built anew.
LAYOUT = 1
KINDS = ("events_by_member", "member_day")


def folder(root: Path, kind: str) -> Path:
    """Where the files of a projection lie."""
    return root / kind


def expected(snapshot: Snapshot, owners: dict[int, str], kind: str) -> dict[int, str]:
    """The file name that each month of a snapshot calls for.

    owners : month -> fingerprint of device ownership in it; months without devices need none
    """
    by_month: dict[int, list[str]] = {}
    for file in snapshot.files:
        by_month.setdefault(file.month, []).append(Path(file.path).name)
    return {
        month: f"{month}-{_fingerprint(kind, str(LAYOUT), owners.get(month, ''), *sorted(names))}.parquet"
        for month, names in by_month.items()
    }


def fresh_files(snapshot: Snapshot, kind: str) -> dict[int, Path]:
    """Month -> projection file, for the months whose projection is exactly as new as the snapshot.

    kind : events_by_member | member_day
    Cost: one look into a folder; nothing is scanned.
    """
    if snapshot.projections is None:
        return {}
    owners = known_owners(snapshot)
    if owners is None:
        return {}
    home = folder(snapshot.projections, kind)
    wanted = expected(snapshot, owners, kind)
    return {month: home / name for month, name in wanted.items() if (home / name).exists()}


def known_owners(snapshot: Snapshot) -> dict[int, str] | None:
    """Fingerprints of device ownership by month, if they were worked out for exactly these files; None when not.

    Without devices nothing is stitched, and there is nothing to work out.
    """
    if not snapshot.has_devices:
        return {}
    try:
        stored = json.loads(_owners_file(snapshot).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return {int(month): str(fingerprint) for month, fingerprint in stored.items()}


def work_out_owners(snapshot: Snapshot, connection: Connection) -> dict[int, str]:
    """Fingerprints of device ownership by month, worked out by one scan of the device columns and noted for the next reader.

    Only the devices that act without a member in a month matter to it: whose they are decides whose those acts are.
    """
    have = known_owners(snapshot)
    if have is not None:
        return have
    months = {f.month for f in snapshot.files if f.has_device}
    paths = {month: [f.path for f in snapshot.files if f.month == month] for month in months}
    connection.execute(
        f"CREATE OR REPLACE TEMP VIEW stored AS SELECT device_id, member_id, t FROM read_parquet({_all(snapshot)}, union_by_name = true)"
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE whose AS {DEVICE_OWNER}")
    found: dict[int, str] = {}
    for month in sorted(months):
        pairs = connection.execute(
            f"""SELECT count(*), coalesce(bit_xor(md5_number_lower(a.device_id || chr(31) || w.owner_id)), 0) FROM
            (SELECT DISTINCT device_id FROM read_parquet({file_list(paths[month])}, union_by_name = true)
             WHERE member_id IS NULL AND device_id IS NOT NULL) AS a
            JOIN whose AS w ON a.device_id = w.device_id"""
        ).fetchall()[0]
        found[month] = f"{pairs[0]}-{pairs[1]:x}"
    connection.execute("DROP TABLE whose")
    connection.execute("DROP VIEW stored")
    file = _owners_file(snapshot)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{uuid.uuid4().hex}")
    aside.write_text(json.dumps(found), encoding="utf-8")
    aside.replace(file)
    return found


def publish(aside: Path, file: Path) -> None:
    """Bring a finished file to the disk and give it its name, in one step that readers see whole or not at all."""
    for path in (aside, aside.parent):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside.replace(file)


def _owners_file(snapshot: Snapshot) -> Path:
    if snapshot.projections is None:
        raise ValueError("a snapshot without a workspace has no projections")
    names = sorted(Path(f.path).name for f in snapshot.files)
    return folder(snapshot.projections, "owners") / f"{_fingerprint('owners', str(LAYOUT), *names)}.json"


def _all(snapshot: Snapshot) -> str:
    return file_list(f.path for f in snapshot.files)


def _fingerprint(*parts: str) -> str:
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
