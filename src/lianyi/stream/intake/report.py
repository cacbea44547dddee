"""What an import did, for people and for machines."""

from dataclasses import dataclass, field
from typing import Any

from lianyi.kernel.text import Text
from lianyi.stream.intake.events import CustomEvent


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an import is.

    stage : reading | building | writing
    done_bytes, total_bytes : of all files, unpacked; total may grow once
    rows  : rows read so far
    """

    stage: str
    done_bytes: int
    total_bytes: int
    rows: int
    file: str


@dataclass(frozen=True, slots=True)
class Check:
    """A named share in [0, 1] of rows that satisfy something."""

    name: str
    share: float
    says: Text


@dataclass(frozen=True, slots=True)
class Reject:
    """One rejected row, as shown."""

    line: int
    field: str
    value: str
    reason: Text


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file: read = accepted + rejected + duplicates + ignored.

    read       : rows of the file, its heading row and blank lines not counted
    accepted   : rows that added something: a fact, or a reference row that is new or changed
    rejected   : rows that could not be used, all of them in the rejects file
    duplicates : rows all of whose facts and statements were known already
    ignored    : lines of totals, and rows without a value in any used column
    facts      : event name -> facts added
    """

    path: str
    encoding: str
    kind: str
    layout: str
    money_contract: str
    read: int
    accepted: int
    rejected: int
    duplicates: int
    ignored: int
    mapping: dict[str, str]
    reasons: dict[str, Text]
    checks: tuple[Check, ...]
    rejects_file: str | None
    rejects: tuple[Reject, ...]
    reject_counts: dict[str, int]
    facts: dict[str, int]
    custom_events: tuple[CustomEvent, ...]
    notes: tuple[Text, ...]
    sheet: str
    sha256: str
    bytes: int

    def to_json(self) -> dict[str, Any]:
        """The documented shape, and more keys beside it."""
        return {
            "path": self.path,
            "encoding": self.encoding,
            "read": self.read,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "duplicates": self.duplicates,
            "ignored": self.ignored,
            "mapping": self.mapping,
            "checks": [{"name": c.name, "share": c.share} for c in self.checks],
            "rejects_file": self.rejects_file,
            "kind": self.kind,
            "layout": self.layout or None,
            "money_contract": self.money_contract or None,
            "sheet": self.sheet or None,
            "facts": self.facts,
            "rejected_because": self.reject_counts,
            "custom_events": [{"name": c.name, "count": c.count, "suggestion": c.suggestion} for c in self.custom_events],
            "messages": [{"zh": n.zh, "en": n.en} for n in self.notes],
            "sha256": self.sha256,
            "bytes": self.bytes,
        }


@dataclass(frozen=True, slots=True)
class ImportReport:
    """A whole import.

    snapshot : the version of the history that holds it; None after a dry run
    tables   : reference tables that changed
    """

    kind: str
    files: tuple[FileReport, ...]
    snapshot: int | None
    written: int
    tables: tuple[str, ...]
    dry_run: bool
    record: str | None = None
    notes: tuple[Text, ...] = field(default_factory=tuple)

    def to_json(self) -> dict[str, Any]:
        """The documented shape: {"kind", "files": [...]}, and more keys beside it."""
        return {
            "kind": self.kind,
            "files": [f.to_json() for f in self.files],
            "snapshot": self.snapshot,
            "facts_written": self.written,
            "tables": list(self.tables),
            "dry_run": self.dry_run,
            "record": self.record,
        }

    def summary(self) -> list[Text]:
        """What people read: a few sentences for each file, the first ten rejects among them."""
        said: list[Text] = []
        for file in self.files:
            said += _file_summary(file)
        if self.dry_run:
            said.append(Text(zh="试运行：什么也没有写入。", en="Dry run: nothing was written."))
        elif self.written or self.tables:
            said.append(
                Text(
                    zh=f"已写入 {self.written:,} 条事实，快照 {self.snapshot}。",
                    en=f"{self.written:,} facts written; snapshot {self.snapshot}.",
                )
            )
        else:
            said.append(Text(zh="没有新内容，历史未变。", en="Nothing new; the history is unchanged."))
        return said


def _file_summary(file: FileReport) -> list[Text]:
    said = [
        Text(
            zh=f"{file.path}：读取 {file.read:,} 行，接受 {file.accepted:,}，拒绝 {file.rejected:,}，重复 {file.duplicates:,}，忽略 {file.ignored:,}。",
            en=f"{file.path}: {file.read:,} rows read, {file.accepted:,} accepted, {file.rejected:,} rejected, {file.duplicates:,} known already, {file.ignored:,} ignored.",
        )
    ]
    if file.sheet:
        said.append(Text(zh=f"工作表：{file.sheet}", en=f"Sheet: {file.sheet}"))
    said.extend(Text(zh=f"{check.says.zh}：{check.share:.1%}", en=f"{check.says.en}: {check.share:.1%}") for check in file.checks)
    said += file.notes
    ignored = [f"{name}（{why.zh}）" for name, why in file.reasons.items() if file.mapping.get(name) == "ignored"]
    if ignored:
        ignored_en = [f"{name} ({why.en})" for name, why in file.reasons.items() if file.mapping.get(name) == "ignored"]
        said.append(Text(zh="未用的列：" + "、".join(ignored), en="Columns not used: " + ", ".join(ignored_en)))
    if file.custom_events:
        names = [f"{c.name} {c.count:,}" for c in file.custom_events[:10]]
        more = len(file.custom_events) - len(names)
        said.append(
            Text(
                zh=f"自定义事件 {len(file.custom_events)} 种，按原名保留：" + "、".join(names) + (f" 等另 {more} 种" if more > 0 else ""),
                en=f"{len(file.custom_events)} custom events, kept under their own names: "
                + ", ".join(names)
                + (f" and {more} more" if more > 0 else ""),
            )
        )
    for one in file.rejects:
        said.append(
            Text(
                zh=f"第 {one.line} 行 {one.field} “{one.value[:60]}”：{one.reason.zh}",
                en=f"line {one.line} {one.field} “{one.value[:60]}”: {one.reason.en}",
            )
        )
    if file.rejected > len(file.rejects):
        where = file.rejects_file or ""
        said.append(
            Text(
                zh=f"另有 {file.rejected - len(file.rejects):,} 行被拒绝" + (f"，全部见 {where}" if where else ""),
                en=f"{file.rejected - len(file.rejects):,} more rejected" + (f"; all of them in {where}" if where else ""),
            )
        )
    elif file.rejects_file:
        said.append(Text(zh=f"被拒绝的行见 {file.rejects_file}", en=f"Rejected rows: {file.rejects_file}"))
    return [Text(zh=_plain(s.zh), en=_plain(s.en)) for s in said]


def _plain(sentence: str) -> str:
    """One line: control characters of foreign files must not reach a terminal."""
    return "".join(c if c.isprintable() else " " for c in sentence)
