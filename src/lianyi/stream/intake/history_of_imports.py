"""The record of every import, one JSON file each, so that a report can state its sources."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lianyi.kernel.errors import Broken
from lianyi.stream.intake.report import ImportReport
from lianyi.stream.workspace import Workspace

# What the commit adds to what was known before it: a version, a count, the names of tables.
_ROOM_BYTES = 4096


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """One import that was committed.

    name       : of the record, in the order in which they were made
    received_t : UTC microseconds
    report     : what ImportReport.to_json said
    """

    name: str
    received_t: int
    snapshot: int
    report: dict[str, Any]

    @property
    def kind(self) -> str:
        return str(self.report["kind"])

    @property
    def kinds(self) -> set[str]:
        return {str(f["kind"]) for f in self.report["files"]}


def reserve_record(folder: Path, report: ImportReport) -> Path:
    """Take the room that the record of an import will need, in a file of `folder` that record_import fills and moves."""
    aside = folder / "record.json"
    aside.write_text(_text(report, 0) + " " * _ROOM_BYTES, encoding="utf-8")
    return aside


def record_import(workspace: Workspace, report: ImportReport, aside: Path, *, received_t: int) -> str:
    """Write down a committed import in the room reserved for it; answers the name of the record."""
    workspace.imports_path.mkdir(parents=True, exist_ok=True)
    name = f"{report.snapshot:08d}-{received_t}"
    with aside.open("r+", encoding="utf-8") as file:
        file.write(_text(report, received_t))
        file.truncate()
    aside.replace(workspace.imports_path / f"{name}.json")
    return name


def _text(report: ImportReport, received_t: int) -> str:
    return json.dumps({"received_t": received_t, "snapshot": report.snapshot, "report": report.to_json()}, ensure_ascii=False, indent=1)


def list_imports(workspace: Workspace) -> list[ImportRecord]:
    """Every committed import of a workspace, the oldest first."""
    found: list[ImportRecord] = []
    if not workspace.imports_path.is_dir():
        return found
    for path in sorted(workspace.imports_path.glob("*.json")):
        try:
            entry = json.loads(path.read_text(encoding="utf-8"))
            found.append(ImportRecord(path.stem, entry["received_t"], entry["snapshot"], entry["report"]))
        except (OSError, ValueError, KeyError) as fault:
            raise Broken(reason=f"{path}: {fault}") from None
    return found
