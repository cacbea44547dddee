"""Making a report from the command line: what is shared by the verbs that do it."""

import datetime as dt
import json
import time
from collections.abc import Iterable
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

import click

from lianyi.cli.speech import say
from lianyi.insight.evaluate.evaluate import LEVEL, evaluate
from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.evaluate.scoped import evaluate_scope
from lianyi.insight.report import FORMATS, write
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.intake import list_imports
from lianyi.stream.workspace import Workspace

STORED = "evaluation.json"


class CannotWrite(BadInput):
    """The report folder cannot be written."""

    code = "cannot_write"
    message = Text(zh="写不进 %(path)s：%(why)s。", en="Cannot write to %(path)s: %(why)s.")
    remedy = Text(zh="用 --out 指定另一个目录。", en="Name another folder with --out.")


def usual_formats() -> tuple[str, ...]:
    """Every format that can be written here: the PDF only where its optional part is installed."""
    return tuple(name for name in FORMATS if name != "pdf" or find_spec("typst"))


def _chosen(_: click.Context, __: click.Parameter, value: str | None) -> tuple[str, ...]:
    if value is None:
        return usual_formats()
    names = tuple(dict.fromkeys(name.strip() for name in value.split(",") if name.strip()))
    if not names or any(name not in FORMATS for name in names):
        raise click.BadParameter(say("可用：", "known: ") + ", ".join(FORMATS))
    return names


format_option = click.option(
    "--format",
    "formats",
    default=None,
    callback=_chosen,
    metavar="A,B",
    help=say("格式：", "formats: ") + ", ".join(FORMATS) + say("（默认全部能写的）", " (default: all that can be written)"),
)
language_option = click.option(
    "--language",
    "report_language",
    type=click.Choice(["zh", "en"]),
    default=None,
    help=say("报告语言（默认为工作区设置）", "language of the report (default: the workspace's)"),
)


def evaluated(
    workspace: Workspace, engine: Engine, window: Window, *, scope: str = "brand", baseline: str = "previous", level: float = LEVEL
) -> Evaluation:
    """The evaluation of the brand, or of one campaign or partner, made now."""
    told = {
        "brand": workspace.brand,
        "time_zone": workspace.zone_name,
        "currency": workspace.currency,
        "made_at": dt.datetime.now(workspace.zone),
        "version": version("lianyi"),
        "baseline": baseline,
        "imports": [record.report for record in list_imports(workspace)],
        "level": level,
    }
    return evaluate(engine, window, **told) if scope == "brand" else evaluate_scope(engine, window, scope, **told)


def save(made: Evaluation, out: Path, formats: Iterable[str], *, language: str, template: str = "full", stored: bool = True) -> None:
    """Write the report, and the evaluation itself unless told not to; the files appear together or not at all.

    Raises CannotWrite, PdfExtraMissing, WrongScope.
    """
    aside = out.with_name(f".{out.name}.{time.time_ns()}")
    try:
        aside.mkdir(parents=True)
        if stored:
            (aside / STORED).write_text(json.dumps(made.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        write(made, aside, formats, language=language, template=template)
        out.mkdir(parents=True, exist_ok=True)
        for file in sorted(aside.iterdir()):
            file.replace(out / file.name)
    except OSError as fault:
        raise CannotWrite(path=str(out), why=fault.strerror or str(fault)) from None
    finally:
        for file in aside.glob("*"):
            file.unlink()
        if aside.is_dir():
            aside.rmdir()
