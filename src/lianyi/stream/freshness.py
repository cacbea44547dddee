"""What a projection's file is called, which is also how its freshness is known.

A file is named after a fingerprint of exactly what it was built from: the month's event files and, where it says whose acts
are whose, the owners of the devices that occur in them. It is fresh when a file of the expected name is there, and there is no
other way to be fresh: nothing can claim to be current and be wrong.
"""

import hashlib
import json
from pathlib import Path

from lianyi.stream.snapshot import Snapshot

# Raised when the layout of a projection changes: older files then no longer match and are built anew.
LAYOUT = 4
# In the order in which they are built: each may read those before it.
KINDS = ("devices", "session_day", "actor_day", "events_by_member")
# Of a month's own files alone, whoever owns the devices.
UNOWNED = frozenset({"devices", "session_day"})


def folder(root: Path, kind: str) -> Path:
    """Where the files of a projection lie."""
    return root / kind


def expected(snapshot: Snapshot, owners: dict[int, str], kind: str) -> dict[int, str]:
    """The file name that each month of a snapshot calls for.

    owners : month -> fingerprint of device ownership in it; months without devices need none
    """
    owned = {} if kind in UNOWNED else owners
    by_month: dict[int, list[str]] = {}
    for file in snapshot.files:
        by_month.setdefault(file.month, []).append(Path(file.path).name)
    return {
        month: f"{month}-{fingerprint(kind, str(LAYOUT), owned.get(month, ''), *sorted(names))}.parquet"
        for month, names in by_month.items()
    }


def fresh_files(snapshot: Snapshot, kind: str) -> dict[int, Path]:
    """Month -> projection file, for the months whose projection is exactly as new as the snapshot.

    kind : one of KINDS
    Cost: one look into a folder; nothing is scanned.
    """
    if snapshot.projections is None:
        return {}
    owners = {} if kind in UNOWNED else known_owners(snapshot)
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
        stored = json.loads(owners_file(snapshot).read_text(encoding="utf-8"))
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return {int(month): str(fingerprint) for month, fingerprint in stored.items()}


def owners_file(snapshot: Snapshot) -> Path:
    """Where the fingerprints of device ownership are noted for exactly these files."""
    if snapshot.projections is None:
        raise ValueError("a snapshot without a workspace has no projections")
    names = sorted(Path(f.path).name for f in snapshot.files)
    return folder(snapshot.projections, "owners") / f"{fingerprint('owners', str(LAYOUT), *names)}.json"


def fingerprint(*parts: str) -> str:
    """A short name for exactly these texts."""
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=12).hexdigest()
