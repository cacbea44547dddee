"""The day check: every invariant, checked aside, its result kept in the workspace for who keeps the books."""

import datetime as dt
import json
from typing import Any

from lianyi.ops.journal.checking import Scope, check_all
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

FOLDER = "checks"
LATEST = "latest.json"


def check_books(workspace: Workspace, *, at: dt.datetime) -> dict[str, Any]:
    """Check every invariant and keep what was seen. Cost: a few passes over every table."""
    found = {
        "at": at.isoformat(),
        "rows": [
            {
                "number": one.invariant.number,
                "app": one.app,
                "zh": one.invariant.says.zh,
                "en": one.invariant.says.en,
                "status": one.status,
                "checked": one.found.checked,
                "wrong": one.found.wrong,
                "examples": one.found.examples[:5],
            }
            for one in check_all(Scope(EventLog(workspace), at))
        ],
    }
    folder = workspace.path / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{LATEST}"
    aside.write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    aside.replace(folder / LATEST)
    return found


def find_latest_check(workspace: Workspace) -> dict[str, Any] | None:
    """What the newest check saw: {"at", "rows"}; None before the first."""
    path = workspace.path / FOLDER / LATEST
    if not path.is_file():
        return None
    kept: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return kept
