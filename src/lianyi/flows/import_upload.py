"""A file brought in through the console: kept aside, checked, imported by the worker, its rejected rows for taking along."""

import datetime as dt
import logging
import re
import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput, LianyiError, NotThere
from lianyi.kernel.text import Text
from lianyi.ops.intake import selectors, services
from lianyi.stream.intake import ImportReport, Progress, import_files, list_imports, save_mapping
from lianyi.stream.intake import Mapping as ColumnMapping
from lianyi.stream.intake.columns import names_a_person
from lianyi.stream.intake.opening import look_at
from lianyi.stream.intake.preview import Preview, preview
from lianyi.stream.intake.unpacking import require_modest
from lianyi.stream.workspace import Workspace

log = logging.getLogger("lianyi.intake")
Advance = Callable[[int, int], None]
MOST_BYTES = 200 << 20
MOST_UNPACKED_BYTES = 1 << 30
KEPT_DAYS = 7
"""After that, what nobody went on with is let go."""
UNTIDY = re.compile(r"[^\w.\-]+")
OUR_FAULT = Text(
    zh="没有完成，是我们的问题；记录在服务器日志里。", en="That was not finished; it is our fault, and the server's log says more."
)
TOO_LARGE = Text(
    zh="文件超过 %(most)s MB，请拆开或用命令行导入。", en="The file is larger than %(most)s MB; split it, or import it on the server."
)


def receive(workspace: Workspace, *, key: str, actor: Actor, at: dt.datetime, name: str, chunks: Iterable[bytes]) -> str:
    """Keep a file aside and note it; answers the upload's public id.

    Raises NotAllowed; BadInput for a file that is too large, swells, is empty, damaged or no table; nothing of it is then kept.
    """
    actor.require("intake.write")
    aside = workspace.uploads_path / f".{secrets.token_hex(8)}"
    aside.mkdir(parents=True)
    try:
        path = aside / tidy(name)
        size = 0
        with path.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > MOST_BYTES:
                    raise BadInput(reason=TOO_LARGE, most=MOST_BYTES >> 20)
                file.write(chunk)
        if size:
            require_modest(path, most_bytes=MOST_UNPACKED_BYTES)
        look_at(path)
        public_id = services.receive_upload(key=key, actor=actor, at=at, name=path.name, size_bytes=size)
        if not folder_of(workspace, public_id).exists():
            aside.rename(folder_of(workspace, public_id))
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return public_id


def tidy(name: str) -> str:
    """A file's name as it is kept: no folders, no signs that a system might obey; the last 80 characters.

    >>> tidy("../../订单 导出(1).csv"), tidy("")
    ('订单_导出_1_.csv', 'file')
    """
    last = re.split(r"[/\\\\]", name)[-1]
    return UNTIDY.sub("_", last).lstrip(".-")[-80:] or "file"


def folder_of(workspace: Workspace, public_id: str) -> Path:
    """Where an upload's file is."""
    return workspace.uploads_path / public_id


def check_upload(workspace: Workspace, *, public_id: str, now: Callable[[], dt.datetime]) -> bool:
    """Look at a waiting upload, remember what such files meant before, and try the import without writing; False when it is not waiting."""
    if not services.begin_check(public_id=public_id):
        return False
    try:
        upload = selectors.get_upload(public_id)
        path = _file(workspace, public_id, upload.name)
        choices = dict(upload.choices)
        head = preview(path, kind_name=choices.get("kind") or "auto", mapping=mapping_of(choices))
        if not choices:
            remembered = selectors.find_remembered(head.names)
            if remembered is not None:
                choices = {**remembered, "remembered": True}
                head = preview(path, kind_name=choices.get("kind") or "auto", mapping=mapping_of(choices))
        services.note_look(public_id=public_id, look=_look(head), choices=choices)
        report = _imported(workspace, path, head.kind, choices, now(), public_id, dry_run=True)
    except LianyiError as fault:
        services.refuse_check(public_id=public_id, fault=Text(zh=fault.say("zh"), en=fault.say("en")))
    except Exception:
        services.refuse_check(public_id=public_id, fault=OUR_FAULT)
        raise
    else:
        services.finish_check(public_id=public_id, report=told(report))
    return True


def import_upload(
    workspace: Workspace,
    *,
    public_id: str,
    now: Callable[[], dt.datetime],
    taken_over: Callable[[str, Advance], Mapping[str, Any]] | None = None,
    written: Callable[[dt.datetime], object] | None = None,
) -> bool:
    """Import an upload that waits for it; False when it does not. The file itself is then let go: the history holds what it said.

    taken_over : called once the history holds it, new or known, with its kind and something to be told how many rows of how many are done; what it answers is `taken` of the report
    written    : called after that and before the import is said to be done
    What goes wrong in either is not the import's fault: it is logged, and of the first the report says why.
    """
    if not services.begin_import(public_id=public_id):
        return False
    try:
        upload = selectors.get_upload(public_id)
        path = _file(workspace, public_id, upload.name)
        report = _imported(workspace, path, str(upload.look["kind"]), upload.choices, now(), public_id, dry_run=False)
        said = told(report)
        # Also of a file that is known: it may have been imported by a process that ended before it had taken it over.
        if taken_over is not None:
            said["taken"] = _taken(taken_over, report.files[0].kind, public_id)
        if written is not None and said["changed"]:
            _tried(written, now())
    except LianyiError as fault:
        services.fail_import(public_id=public_id, at=now(), fault=Text(zh=fault.say("zh"), en=fault.say("en")))
    except Exception:
        services.fail_import(public_id=public_id, at=now(), fault=OUR_FAULT)
        raise
    else:
        services.finish_import(public_id=public_id, at=now(), report=said)
        shutil.rmtree(folder_of(workspace, public_id), ignore_errors=True)
    return True


def drop(workspace: Workspace, *, key: str, actor: Actor, at: dt.datetime, public_id: str) -> None:
    """Let an upload go with its file. Raises NotAllowed, NotThere, UploadBusy."""
    services.drop_upload(key=key, actor=actor, at=at, public_id=public_id)
    shutil.rmtree(folder_of(workspace, public_id), ignore_errors=True)


def drop_forgotten(workspace: Workspace, *, actor: Actor, at: dt.datetime) -> int:
    """Let go what nobody went on with for a week; says how many."""
    forgotten = selectors.list_forgotten(at - dt.timedelta(days=KEPT_DAYS))
    for upload in forgotten:
        drop(workspace, key=f"intake.forget:{upload.public_id}", actor=actor, at=at, public_id=upload.public_id)
    return len(forgotten)


def rejects_path(workspace: Workspace, record: str, place: int) -> Path:
    """The file of rows that an import could not use. Raises NotThere."""
    found = next((one for one in list_imports(workspace) if one.name == record), None)
    files = found.report["files"] if found else []
    stated = files[place].get("rejects_file") if place < len(files) else None
    # Only its name is believed: a record is a file that a person may have edited.
    path = workspace.rejects_path / Path(stated).name if stated else None
    if path is None or not path.is_file():
        raise NotThere(what=Text(zh="被拒绝的行", en="file of rejected rows"))
    return path


def veiled(heading: str, cell: str) -> str:
    """A cell as an example: at most 80 characters, and of what names a person only the first.

    >>> veiled("金额", "12.00"), veiled("收货人姓名", "王小明")
    ('12.00', '王…')
    """
    return cell[:80] if names_a_person(heading) is None or not cell else f"{cell[0]}…"


def mapping_of(choices: Mapping[str, Any]) -> ColumnMapping:
    """What a person said, as a mapping."""
    return ColumnMapping(
        kind=str(choices.get("kind", "")),
        columns=dict(choices.get("columns", {})),
        constants=dict(choices.get("constants", {})),
        money_contract=str(choices.get("money_contract", "")),
    )


def told(report: ImportReport) -> dict[str, Any]:
    """What the console shows of a report."""
    file = report.files[0]
    return {
        "dry_run": report.dry_run,
        "snapshot": report.snapshot,
        "written": report.written,
        "changed": bool(report.written or report.tables),
        "record": report.record,
        "file": {
            **file.to_json(),
            "checks": [{"says": _both(check.says), "share": check.share} for check in file.checks],
            "reasons": {heading: _both(why) for heading, why in file.reasons.items()},
            "rejects": [{"line": r.line, "field": r.field, "value": r.value[:120], "reason": _both(r.reason)} for r in file.rejects],
        },
    }


def _imported(
    workspace: Workspace, path: Path, kind: str, choices: Mapping[str, Any], at: dt.datetime, public_id: str, *, dry_run: bool
) -> ImportReport:
    said = path.with_name("mapping.toml")
    save_mapping(mapping_of({**choices, "kind": kind}), said)

    def advance(step: Progress) -> None:
        services.note_progress(public_id=public_id, percent=round(90 * step.done_bytes / max(1, step.total_bytes)))

    received_t = int(at.timestamp() * 1_000_000)
    return import_files(workspace, [path], kind=kind, mapping=said, dry_run=dry_run, received_t=received_t, progress=advance)


def _taken(take: Callable[[str, Advance], Mapping[str, Any]], kind: str, public_id: str) -> dict[str, Any]:
    """What was taken over, or why nothing was."""

    def advance(done: int, total: int) -> None:
        services.note_progress(public_id=public_id, percent=90 + round(9 * done / max(1, total)))

    try:
        return dict(take(kind, advance))
    except LianyiError as fault:
        log.warning("what was imported was not taken over: %s", fault.say("en"))
        return {"fault": {"zh": fault.say("zh"), "en": fault.say("en")}}
    except Exception:
        log.exception("what was imported was not taken over")
        return {"fault": _both(OUR_FAULT)}


def _tried(follow: Callable[[dt.datetime], object], at: dt.datetime) -> None:
    """Do what follows an import; a failure is logged, for the facts are written whatever comes of it."""
    try:
        follow(at)
    except (LianyiError, OSError):
        log.exception("what follows an import failed")


def _file(workspace: Workspace, public_id: str, name: str) -> Path:
    return folder_of(workspace, public_id) / name


def _look(head: Preview) -> dict[str, Any]:
    return {
        "kind": head.kind,
        "unsure": head.unsure,
        "names": list(head.names),
        # What names a person is not kept, not even as an example.
        "rows": [[veiled(name, cell) for name, cell in zip(head.names, row, strict=True)] for row in head.rows],
        "uses": [{"field": use.field, "shown": use.shown, "why": _both(use.why) if use.why else None} for use in head.uses],
        "encoding": head.encoding,
        "sheet": head.sheet,
    }


def _both(text: Text) -> dict[str, str]:
    return {"zh": text.zh, "en": text.en}
