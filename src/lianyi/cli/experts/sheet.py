"""`lianyi experts sheet`."""

import datetime as dt
from pathlib import Path

import click

from lianyi.cli.options import asked, chosen_window, opened_workspace, window_options
from lianyi.cli.speech import language, say, tell
from lianyi.insight.evaluate.experts.criteria import bundled, read_criteria
from lianyi.insight.measure import measure
from lianyi.insight.report.xlsx.scoring import write_scoring_sheet
from lianyi.kernel.text import Text
from lianyi.stream.log.table import EventLog


@click.command(
    "sheet",
    help=say(
        "写一份空白打分表（XLSX）：每位专家填一份。给出区间则附上当期数字作参考。",
        "Write an empty scoring sheet (XLSX), one for each expert. With a window its figures are put beside the criteria.",
    ),
)
@window_options(required=False)
@click.option(
    "--review", default=None, metavar="NAME", help=say("这次评审叫什么（默认为区间）", "what this review is called (default: the window)")
)
@click.option("--criteria", type=click.Path(path_type=Path), help=say("自己的评审标准（TOML）", "your own criteria (TOML)"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("scoring-sheet.xlsx"),
    show_default=True,
    metavar="FILE",
    help=say("写到哪里", "where to write"),
)
def command(start: str | None, end: str | None, review: str | None, criteria: Path | None, out: Path) -> None:
    workspace = opened_workspace()
    chosen = bundled() if criteria is None else read_criteria(criteria)
    figures = {}
    name = review
    if EventLog(workspace).snapshot().files:
        with asked(workspace=workspace) as (_, engine):
            window = chosen_window(start, end, engine, months=12)
            name = name or str(window)
            wanted = list(dict.fromkeys(m for c in chosen for m in c.metrics))
            figures = {v.metric: v for v in measure(engine, wanted, window, zone=workspace.zone)}
    today = dt.datetime.now(workspace.zone).date()
    write_scoring_sheet(
        out, chosen, review=name or today.isoformat(), made_on=today, language=language(), currency=workspace.currency, figures=figures
    )
    tell(Text(zh="打分表：%(path)s（%(n)s 项）", en="Scoring sheet: %(path)s (%(n)s criteria)"), path=out.resolve(), n=len(chosen))
