"""Which versions of the history kept reports cite: their files outlive maintenance, unless an erasure removes them."""

import json
import os
import uuid
from pathlib import Path

from lianyi.stream.log import delta
from lianyi.stream.log.lock import citing
from lianyi.stream.workspace import Workspace


def cite(workspace: Workspace, version: int) -> None:
    """Note that a kept report rests on a version, so that it can be recomputed for as long as the report is kept.

    Raises SnapshotUnknown for a version the history does not have, SnapshotGone for one whose files are gone already.
    """
    delta.require_files(workspace.events_path, version)
    with citing(workspace.path):
        _write(workspace, cited(workspace) | {version})


def release(workspace: Workspace, version: int) -> None:
    """The report is no longer kept: the next maintenance may remove what only it needed."""
    with citing(workspace.path):
        _write(workspace, cited(workspace) - {version})


def cited(workspace: Workspace) -> frozenset[int]:
    """Every cited version."""
    try:
        return frozenset(json.loads(_file(workspace).read_text(encoding="utf-8"))["versions"])
    except FileNotFoundError:
        return frozenset()


def _file(workspace: Workspace) -> Path:
    return workspace.path / "reports" / "cited.json"


def _write(workspace: Workspace, versions: frozenset[int]) -> None:
    file = _file(workspace)
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{uuid.uuid4().hex}")
    with aside.open("w", encoding="utf-8") as out:
        json.dump({"versions": sorted(versions)}, out)
        out.flush()
        os.fsync(out.fileno())
    aside.replace(file)
    delta.sync(file.parent)
