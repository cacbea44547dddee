"""An evaluation that was asked for in the console: computed, written into the workspace, noted as done."""

import datetime as dt
import json
from collections.abc import Callable
from functools import lru_cache
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from lianyi.insight.evaluate.evaluate import evaluate
from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.evaluate.stored import from_json
from lianyi.insight.report import FORMATS, write
from lianyi.kernel.actor import Actor
from lianyi.kernel.clock import Window, day_of
from lianyi.kernel.errors import LianyiError, NotThere
from lianyi.kernel.text import Text
from lianyi.ops.review import selectors, services
from lianyi.stream.intake import list_imports
from lianyi.stream.log.cite import cite
from lianyi.stream.opening import opened
from lianyi.stream.workspace import Workspace

FOLDER = "evaluations"
STORED = "evaluation.json"
OUR_FAULT = Text(
    zh="评估没有完成，是我们的问题；记录在服务器日志里。",
    en="The evaluation was not finished; that is our fault, and the server's log says more.",
)


def evaluate_period(workspace: Workspace, *, public_id: str, now: Callable[[], dt.datetime]) -> bool:
    """Carry out an evaluation that waits; False when it is someone else's already.

    now : the clock; read at the start and at the end
    Whatever goes wrong is noted where the person who asked will see it, and what is not ours to explain is raised again.
    """
    if not services.begin_review(public_id=public_id):
        return False
    review = selectors.get_review(public_id)
    try:
        window = Window(day_of(review.from_on), day_of(review.to_on))
        made = _evaluated(workspace, window, review.baseline, now())
        services.note_progress(public_id=public_id, percent=70)
        _keep(workspace, public_id, made, now)
    except LianyiError as fault:
        services.fail_review(public_id=public_id, at=now(), fault=Text(zh=fault.say("zh"), en=fault.say("en")))
    except Exception:
        services.fail_review(public_id=public_id, at=now(), fault=OUR_FAULT)
        raise
    return True


def keep_evaluation(workspace: Workspace, made: Evaluation, *, key: str, actor: Actor, at: dt.datetime, baseline: str = "previous") -> str:
    """Put an evaluation that was made elsewhere, such as on the command line, where the console shows it; answers its public id.

    Again with the same key it is left as it is. Raises NotAllowed.
    """
    start, end = (dt.date.fromisoformat(day) for day in made.window)
    public_id = services.ask_review(key=key, actor=actor, at=at, from_on=start, to_on=end, baseline=baseline)
    if services.begin_review(public_id=public_id):
        _keep(workspace, public_id, made, lambda: at)
    return public_id


def folder_of(workspace: Workspace, public_id: str) -> Path:
    """Where an evaluation's files are."""
    return workspace.path / FOLDER / public_id


def stored_evaluation(workspace: Workspace, public_id: str) -> Evaluation:
    """An evaluation's result. Raises NotThere when its files are gone."""
    path = folder_of(workspace, public_id) / STORED
    if not path.is_file():
        raise NotThere(what=Text(zh="评估结果", en="result of this evaluation"), given=public_id)
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, written_ns: int) -> Evaluation:
    """A stored result. It is never changed, so those read last are kept; a file written anew is another one."""
    return from_json(json.loads(path.read_text(encoding="utf-8")))


def report_file(workspace: Workspace, public_id: str, form: str, language: str) -> Path:
    """The report in a form and language, written when it is asked for the first time. Raises NotThere, UnknownName, PdfExtraMissing."""
    folder = folder_of(workspace, public_id) / language
    path = folder / f"report.{form}"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        template = selectors.get_review(public_id).template or "full"
        write(stored_evaluation(workspace, public_id), folder, [form], language=language, template=template)
    return path


def forms() -> tuple[str, ...]:
    """Forms a report can be had in here; PDF only where its optional part is installed."""
    return tuple(form for form in FORMATS if form != "pdf" or find_spec("typst"))


def _evaluated(workspace: Workspace, window: Window, baseline: str, at: dt.datetime) -> Evaluation:
    with opened(workspace) as engine:
        return evaluate(
            engine,
            window,
            brand=workspace.brand,
            time_zone=workspace.zone_name,
            currency=workspace.currency,
            made_at=at.astimezone(workspace.zone),
            version=version("lianyi"),
            baseline=baseline,
            imports=[record.report for record in list_imports(workspace)],
        )


def _keep(workspace: Workspace, public_id: str, made: Evaluation, now: Callable[[], dt.datetime]) -> None:
    """Write a result and its report, keep the facts it cites from being cleared away, and note it as done."""
    _write(workspace, public_id, made)
    cite(workspace, int(made.snapshot))
    services.finish_review(public_id=public_id, at=now(), snapshot=made.snapshot, summary=_summary(made))


def _write(workspace: Workspace, public_id: str, made: Evaluation) -> None:
    folder = folder_of(workspace, public_id)
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{STORED}"
    aside.write_text(json.dumps(made.to_json(), ensure_ascii=False), encoding="utf-8")
    aside.replace(folder / STORED)
    report_file(workspace, public_id, "html", workspace.language)


def _summary(made: Evaluation) -> dict[str, Any]:
    """What lists and the cockpit show of an evaluation."""
    return {
        "methods": [{"id": method.id, "score": method.score, "grade": method.grade} for method in made.methods],
        "findings": len(made.findings),
        "high": sum(finding.severity == "high" for finding in made.findings),
        "suggestions": len(made.suggestions),
        "says": [{"zh": text.zh, "en": text.en} for text in made.summary],
    }
