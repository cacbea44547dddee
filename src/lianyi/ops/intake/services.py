"""An upload's way: received, checked, said what it means, imported or dropped."""

import datetime as dt
import secrets
from collections.abc import Mapping
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import NotThere, Refusal
from lianyi.kernel.text import Text
from lianyi.ops.intake.models import OPEN, RememberedMapping, Upload
from lianyi.ops.intake.selectors import signature_of
from lianyi.ops.journal.commands import execute

UPLOAD = Text(zh="上传", en="upload")


class UploadBusy(Refusal):
    """What is asked for does not fit where the upload is on its way."""

    code = "upload_busy"
    message = Text(zh="这个文件正在处理，或者已经导入过了。", en="This file is being worked on, or was imported already.")
    remedy = Text(zh="请刷新页面看它的状态。", en="Reload the page to see where it is.")


def receive_upload(*, key: str, actor: Actor, at: dt.datetime, name: str, size_bytes: int) -> str:
    """Note a file that was brought in; answers its public id. It then waits to be checked. Raises NotAllowed."""
    actor.require("intake.write")

    def do() -> dict[str, str]:
        upload = Upload.objects.create(
            public_id=secrets.token_hex(6), name=name, size_bytes=size_bytes, uploaded_by=actor.id, uploaded_at=at
        )
        return {"upload": upload.public_id}

    payload = {"name": name, "size_bytes": size_bytes}
    return str(execute(key=key, name="intake.receive", actor=actor, at=at, payload=payload, do=do)["upload"])


def choose_mapping(*, key: str, actor: Actor, at: dt.datetime, public_id: str, choices: Mapping[str, Any]) -> None:
    """Say what the columns mean; the file then waits to be checked again. Raises NotAllowed, UploadBusy."""
    actor.require("intake.write")

    def do() -> dict[str, str]:
        _move(public_id, OPEN, "waiting", choices=dict(choices), progress=0)
        return {"upload": public_id}

    execute(key=key, name="intake.choose", actor=actor, at=at, payload={"upload": public_id, "choices": dict(choices)}, do=do)


def ask_import(*, key: str, actor: Actor, at: dt.datetime, public_id: str) -> None:
    """Import a file that was checked, and remember what its columns mean. Raises NotAllowed, UploadBusy."""
    actor.require("intake.write")

    def do() -> dict[str, str]:
        _move(public_id, ("ready",), "queued", progress=0)
        upload = Upload.objects.get(public_id=public_id)
        RememberedMapping.objects.update_or_create(
            signature=signature_of(upload.look.get("names", [])), defaults={"choices": upload.choices, "used_at": at}
        )
        return {"upload": public_id}

    execute(key=key, name="intake.import", actor=actor, at=at, payload={"upload": public_id}, do=do)


def drop_upload(*, key: str, actor: Actor, at: dt.datetime, public_id: str) -> None:
    """Let an upload go; nothing of it was imported. Raises NotAllowed, UploadBusy."""
    actor.require("intake.write")

    def do() -> dict[str, str]:
        _move(public_id, OPEN, "dropped", ended_at=at)
        return {"upload": public_id}

    execute(key=key, name="intake.drop", actor=actor, at=at, payload={"upload": public_id}, do=do)


def begin_check(*, public_id: str) -> bool:
    """Take a waiting upload in hand; False when someone else did."""
    return bool(Upload.objects.filter(public_id=public_id, state="waiting").update(state="checking", progress=1))


def note_look(*, public_id: str, look: Mapping[str, Any], choices: Mapping[str, Any]) -> None:
    """What the head of the file shows."""
    Upload.objects.filter(public_id=public_id, state="checking").update(look=dict(look), choices=dict(choices))


def finish_check(*, public_id: str, report: Mapping[str, Any]) -> None:
    """The file can be imported as it is understood now."""
    Upload.objects.filter(public_id=public_id, state="checking").update(state="ready", progress=100, report=dict(report), fault={})


def refuse_check(*, public_id: str, fault: Text) -> None:
    """The file cannot be imported as it is understood now."""
    found = {"zh": fault.zh, "en": fault.en}
    Upload.objects.filter(public_id=public_id, state="checking").update(state="unusable", progress=0, report={}, fault=found)


def begin_import(*, public_id: str) -> bool:
    """Take a queued import in hand; False when someone else did."""
    return bool(Upload.objects.filter(public_id=public_id, state="queued").update(state="importing", progress=1))


def note_progress(*, public_id: str, percent: int) -> None:
    """How far a check or an import is; anything else is left as it is."""
    Upload.objects.filter(public_id=public_id, state__in=["checking", "importing"]).update(progress=max(1, min(99, percent)))


def finish_import(*, public_id: str, at: dt.datetime, report: Mapping[str, Any]) -> None:
    """The file is in the history."""
    Upload.objects.filter(public_id=public_id, state="importing").update(
        state="done", progress=100, report=dict(report), fault={}, ended_at=at
    )


def fail_import(*, public_id: str, at: dt.datetime, fault: Text) -> None:
    """The import was not carried out; nothing of the file is in the history."""
    found = {"zh": fault.zh, "en": fault.en}
    Upload.objects.filter(public_id=public_id, state="importing").update(state="failed", progress=0, fault=found, ended_at=at)


def _move(public_id: str, states: tuple[str, ...], to: str, **more: Any) -> None:
    if not Upload.objects.filter(public_id=public_id, state__in=states).update(state=to, **more):
        if not Upload.objects.filter(public_id=public_id).exists():
            raise NotThere(what=UPLOAD, given=public_id)
        raise UploadBusy
