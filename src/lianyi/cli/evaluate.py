"""`lianyi evaluate`: evaluate, and write the report."""

import time
from collections.abc import Sequence
from pathlib import Path

import click

from lianyi.cli.options import asked, chosen_window, opened_workspace, snapshot_option, window_options
from lianyi.cli.progress import shown
from lianyi.cli.reporting import evaluated, format_option, language_option, save, usual_formats
from lianyi.cli.speech import language, say, tell
from lianyi.insight.evaluate.evaluate import LEVEL
from lianyi.insight.evaluate.result import Evaluation
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text
from lianyi.stream.intake import import_files
from lianyi.stream.intake.faults import ColumnMissing
from lianyi.stream.log.cite import cite
from lianyi.stream.workspace import Workspace


@click.command(
    "evaluate",
    help=say(
        "评估一段时间的效益，写出 evaluation.json 和各种格式的报告。不给区间则取最近十二个完整月。",
        "Evaluate a window and write evaluation.json and the report in several formats. Without a window: the last twelve complete months.",
    ),
)
@window_options(required=False)
@click.option(
    "--baseline", default="previous", show_default=True, metavar="previous|year|FROM:TO", help=say("与哪段时间比较", "what to compare with")
)
@click.option("--targets", type=click.Path(path_type=Path), help=say("目标表（先导入）", "a table of targets, imported first"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("evaluation"),
    show_default=True,
    metavar="DIR",
    help=say("写到哪个目录", "where to write"),
)
@format_option
@language_option
@click.option(
    "--level", type=click.FloatRange(0.5, 0.999), default=LEVEL, show_default=True, help=say("区间的置信水平", "level of the intervals")
)
@snapshot_option
def command(
    start: str | None,
    end: str | None,
    baseline: str,
    targets: Path | None,
    out: Path,
    formats: tuple[str, ...],
    report_language: str | None,
    level: float,
    snapshot: int | None,
) -> None:
    workspace = opened_workspace()
    if targets is not None:
        _import_targets(workspace, targets, start, end)
    made = report(
        workspace,
        start=start,
        end=end,
        baseline=baseline,
        out=out,
        formats=formats,
        language=report_language,
        level=level,
        snapshot=snapshot,
    )
    for text in made.summary:
        click.echo(text.say(language()))
    tell(Text(zh="报告：%(path)s", en="Report: %(path)s"), path=(out / "report.html").resolve())


def _import_targets(workspace: Workspace, targets: Path, start: str | None, end: str | None) -> None:
    """Bring in a table of targets; one without a period of its own is meant for the window evaluated."""
    now = time.time_ns() // 1000
    try:
        import_files(workspace, [targets], kind="targets", received_t=now)
    except ColumnMissing:
        if start is None or end is None:
            raise
        import_files(workspace, [targets], kind="targets", constants={"from_day": start, "to_day": end}, received_t=now)


def report(
    workspace: Workspace,
    *,
    start: str | None,
    end: str | None,
    baseline: str,
    out: Path,
    language: str | None,
    formats: Sequence[str] | None = None,
    level: float = LEVEL,
    snapshot: int | None = None,
) -> Evaluation:
    """Evaluate and write evaluation and report, in every format that can be written here unless told; all files appear together or none."""
    with shown(say("评估", "Evaluating")) as progress, asked(snapshot=snapshot, workspace=workspace) as (_, engine):
        window: Window = chosen_window(start, end, engine, months=12)
        made = evaluated(workspace, engine, window, baseline=baseline, level=level)
        progress(0.6, say("写报告", "writing the report"))
        save(made, out, formats or usual_formats(), language=language or workspace.language)
        # Maintenance keeps the files of a version that a report rests on, so that the report can be made again.
        cite(workspace, engine.snapshot.version)
    return made
