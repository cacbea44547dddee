"""Whose devices are whose, month by month, and the last step of publishing a projection's file."""

import json
import os
import uuid
from pathlib import Path

from lianyi.stream.engines.duckdb import Connection, devices_seen, file_list
from lianyi.stream.engines.views import device_owner
from lianyi.stream.freshness import known_owners, owners_file
from lianyi.stream.snapshot import Snapshot


def work_out_owners(snapshot: Snapshot, connection: Connection) -> dict[int, str]:
    """Fingerprints of device ownership by month, worked out by one scan of the device columns and noted for the next reader.

    Only the devices that act without a member in a month matter to it: whose they are decides whose those acts are.
    """
    have = known_owners(snapshot)
    if have is not None:
        return have
    months = {f.month for f in snapshot.files if f.has_device}
    paths = {month: [f.path for f in snapshot.files if f.month == month] for month in months}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE whose AS {device_owner(devices_seen(snapshot))}")
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
    file = owners_file(snapshot)
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
