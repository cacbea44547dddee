"""`lianyi report`: the report of a stored evaluation again, in any format and language, without computing anything."""

import json
import time
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

import click

from lianyi.cli.speech import say, tell
from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.evaluate.stored import NotAnEvaluation, from_json
from lianyi.insight.report import FORMATS, write
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text

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
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
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


@click.command(
    "report",
    help=say(
        "用已有的 evaluation.json 再出报告：换格式、换语言，不重新计算。",
        "Make the report of an evaluation.json again, in another format or language, without computing anything.",
    ),
)
@click.argument("stored", type=click.Path(path_type=Path, exists=True), metavar="EVALUATION")
@format_option
@click.option(
    "--language",
    "report_language",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help=say("报告语言", "language of the report"),
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=None,
    metavar="DIR",
    help=say("写到哪个目录（默认与评估同处）", "where to write (default: beside the evaluation)"),
)
def command(stored: Path, formats: tuple[str, ...], report_language: str, out: Path | None) -> None:
    path = stored / STORED if stored.is_dir() else stored
    folder = out or path.parent
    save(opened(path), folder, formats, language=report_language, stored=folder.resolve() != path.parent.resolve())
    for name in formats:
        tell(Text(zh="报告：%(path)s", en="Report: %(path)s"), path=(folder / f"report.{name}").resolve())


def opened(path: Path) -> Evaluation:
    """The evaluation stored in a file. Raises NotAnEvaluation."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as fault:
        raise NotAnEvaluation(why=str(fault)) from None


def save(made: Evaluation, out: Path, formats: Iterable[str], *, language: str, stored: bool = True) -> None:
    """Write the report, and the evaluation itself where it is not `stored` there; the files appear together or not at all.

    Raises CannotWrite, PdfExtraMissing.
    """
    aside = out.with_name(f".{out.name}.{time.time_ns()}")
    try:
        aside.mkdir(parents=True)
        if stored:
            (aside / STORED).write_text(json.dumps(made.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
        write(made, aside, formats, language=language)
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
