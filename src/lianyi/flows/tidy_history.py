"""Keeping the history tidy while the server runs: once a night and after a large import, one at a time; when it was done last, and what came of it."""

import dataclasses
import datetime as dt
import json
import logging
from dataclasses import dataclass, replace
from typing import Any

from lianyi.kernel.errors import LianyiError
from lianyi.stream.log.lock import MaintenanceBusy
from lianyi.stream.log.maintain import maintain
from lianyi.stream.workspace import Workspace

log = logging.getLogger("lianyi.tidy")
KEPT = "tidied.json"
LARGE_IMPORT_FACTS = 50_000
"""An import of so many facts leaves months in pieces and projections behind; smaller ones wait for the night."""


@dataclass(frozen=True, slots=True)
class Tidying:
    """The last time that the history was tidied.

    state : running | done | failed | stopped (whoever did it was ended in the middle); at : when it began, by the brand's clock
    did   : what came of it: fields of stream.log.maintain.MaintenanceReport that are not 0
    """

    state: str
    at: dt.datetime
    did: dict[str, int]


def tidy(workspace: Workspace, *, at: dt.datetime) -> bool:
    """Compact, forget for good, refresh projections, remove what nobody needs; False where somebody else does it at this moment.

    at : the real instant; files are as old as the system's clock says
    A failure is noted and logged, and the next night tries again. Cost: in proportion to the months that changed.
    """
    before, began_at = find_tidying(workspace), workspace.at(at)
    _note(workspace, Tidying("running", began_at, {}))
    try:
        report = maintain(workspace, now_us=int(at.timestamp() * 1_000_000))
    except MaintenanceBusy:
        # Whoever holds the lock is at it; what this process knew before stands.
        _put_back(workspace, before)
        return False
    except (LianyiError, OSError):
        log.exception("the history was not tidied")
        _note(workspace, Tidying("failed", began_at, {}))
        return False
    did = {name: n for name, n in dataclasses.asdict(report).items() if n and name != "version"}
    _note(workspace, Tidying("done", began_at, did))
    return True


def find_tidying(workspace: Workspace) -> Tidying | None:
    """The last time, None where the server never did it."""
    try:
        kept: dict[str, Any] = json.loads((workspace.path / KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Tidying(kept["state"], dt.datetime.fromisoformat(kept["at"]), dict(kept["did"]))


def note_stopped(workspace: Workspace) -> bool:
    """Say that a tidying which is noted as running is not run by anybody any more; False where none is."""
    found = find_tidying(workspace)
    if found is None or found.state != "running":
        return False
    _note(workspace, replace(found, state="stopped"))
    return True


def _put_back(workspace: Workspace, before: Tidying | None) -> None:
    if before is None:
        (workspace.path / KEPT).unlink(missing_ok=True)
    else:
        _note(workspace, before)


def _note(workspace: Workspace, tidying: Tidying) -> None:
    said = dataclasses.asdict(tidying) | {"at": tidying.at.isoformat()}
    # Whole or not at all: a page may read it at any moment. Only the worker writes it.
    aside = workspace.path / f".{KEPT}"
    aside.write_text(json.dumps(said), encoding="utf-8")
    aside.replace(workspace.path / KEPT)
