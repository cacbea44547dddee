"""What an import did, for people and for machines."""

from dataclasses import dataclass, field
from typing import Any

from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text
from lianyi.stream.intake.catalogue import kind
from lianyi.stream.intake.events import CustomEvent
from lianyi.stream.intake.mapping import IGNORED

SHOWN_EVENTS = 10


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
                sentence(
                    "已写入 %(n)s 条事实，快照 %(snapshot)s。",
                    "%(n)s {fact|facts} written; snapshot %(snapshot)s.",
                    n=f"{self.written:,}",
                    snapshot=self.snapshot,
                )
            )
        else:
            said.append(Text(zh="没有新内容，历史未变。", en="Nothing new; the history is unchanged."))
        return said


def _file_summary(file: FileReport) -> list[Text]:
    said = [
        sentence(
            "%(path)s：读取 %(read)s 行，接受 %(accepted)s，拒绝 %(rejected)s，重复 %(known)s，忽略 %(ignored)s。",
            "%(path)s: %(read)s rows read, %(accepted)s accepted, %(rejected)s rejected, %(known)s known already, %(ignored)s ignored.",
            path=file.path,
            read=f"{file.read:,}",
            accepted=f"{file.accepted:,}",
            rejected=f"{file.rejected:,}",
            known=f"{file.duplicates:,}",
            ignored=f"{file.ignored:,}",
        )
    ]
    if file.sheet:
        said.append(sentence("工作表：%(sheet)s", "Sheet: %(sheet)s", sheet=file.sheet))
    said.append(_columns(file))
    said.extend(
        sentence("%(what)s：%(share)s", "%(what)s: %(share)s", what=check.says, share=f"{check.share:.1%}") for check in file.checks
    )
    said += file.notes
    ignored = [
        sentence("%(name)s（%(why)s）", "%(name)s (%(why)s)", name=name, why=why)
        for name, why in file.reasons.items()
        if file.mapping.get(name) == IGNORED
    ]
    if ignored:
        columns = Text(zh="、".join(text.zh for text in ignored), en=", ".join(text.en for text in ignored))
        said.append(sentence("未用的列：%(columns)s", "Columns not used: %(columns)s", columns=columns))
    if file.custom_events:
        said.append(_custom(file.custom_events))
    said.extend(
        sentence(
            "第 %(line)s 行 %(field)s “%(value)s”：%(why)s",
            "line %(line)s %(field)s “%(value)s”: %(why)s",
            line=one.line,
            field=one.field,
            value=one.value[:60],
            why=one.reason,
        )
        for one in file.rejects
    )
    more, where = file.rejected - len(file.rejects), file.rejects_file
    if more > 0 and where:
        said.append(
            sentence("另有 %(n)s 行被拒绝，全部见 %(where)s", "%(n)s more rejected; all of them in %(where)s", n=f"{more:,}", where=where)
        )
    elif more > 0:
        said.append(sentence("另有 %(n)s 行被拒绝", "%(n)s more rejected", n=f"{more:,}"))
    elif where:
        said.append(sentence("被拒绝的行见 %(where)s", "Rejected rows: %(where)s", where=where))
    return [Text(zh=_plain(s.zh), en=_plain(s.en)) for s in said]


def _columns(file: FileReport) -> Text:
    """What each column became; those that are not used are told apart, with the reason."""
    fields, kept = kind(file.kind).fields, Text(zh="原样保留", en="kept as it is")
    told = []
    for heading, name in file.mapping.items():
        if name == IGNORED:
            continue
        says, why = fields[name].says if name in fields else kept, file.reasons.get(heading)
        told.append(
            sentence("%(heading)s → %(says)s", "%(heading)s → %(says)s", heading=heading, says=says)
            if why is None
            else sentence("%(heading)s → %(says)s（%(why)s）", "%(heading)s → %(says)s (%(why)s)", heading=heading, says=says, why=why)
        )
    columns = Text(zh="、".join(text.zh for text in told), en=", ".join(text.en for text in told))
    return sentence("各列：%(columns)s", "Columns: %(columns)s", columns=columns)


def _custom(events: tuple[CustomEvent, ...]) -> Text:
    names = [f"{c.name} {c.count:,}" for c in events[:SHOWN_EVENTS]]
    more = len(events) - len(names)
    zh, en = "自定义事件 %(n)s 种，按原名保留：%(names)s", "%(n)s custom events, kept under their own names: %(names)s"
    if more > 0:
        zh, en = zh + " 等另 %(more)s 种", en + " and %(more)s more"
    return sentence(zh, en, n=len(events), names=Text(zh="、".join(names), en=", ".join(names)), more=more)


def _plain(sentence: str) -> str:
    """One line: control characters of foreign files must not reach a terminal."""
    return "".join(c if c.isprintable() else " " for c in sentence)
