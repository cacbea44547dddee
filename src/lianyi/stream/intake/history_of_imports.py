"""The record of every import, one JSON file each, so that a report can state its sources."""

import json
import os
from dataclasses import dataclass
from typing import Any

from lianyi.kernel.errors import Broken
from lianyi.stream.intake.report import ImportReport
from lianyi.stream.workspace import Workspace


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


def record_import(workspace: Workspace, report: ImportReport, *, received_t: int) -> str:
    """Write down a committed import; answers the name of the record."""
    workspace.imports_path.mkdir(parents=True, exist_ok=True)
    name = f"{report.snapshot:08d}-{received_t}"
    path = workspace.imports_path / f"{name}.json"
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    aside.write_text(
        json.dumps({"received_t": received_t, "snapshot": report.snapshot, "report": report.to_json()}, ensure_ascii=False, indent=1),
        encoding="utf-8",
    )
    aside.replace(path)
    return name


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
