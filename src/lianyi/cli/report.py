"""`lianyi report`: a report by a template, evaluated now or from a stored evaluation without computing anything."""

import json
from pathlib import Path

import click

from lianyi.cli.options import asked, chosen_window, opened_workspace, snapshot_option, window_options
from lianyi.cli.progress import shown
from lianyi.cli.reporting import STORED, evaluated, format_option, language_option, save
from lianyi.cli.speech import language, say, tell
from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.evaluate.scoped import life_of
from lianyi.insight.evaluate.stored import NotAnEvaluation, from_json
from lianyi.insight.report.templates import Template, template, templates
from lianyi.kernel.clock import Window, add_months, date_of, day_of, period_start
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.log.cite import cite

MONTHS = {"month": 1, "quarter": 3, "partner": 1}


class ScopeMissing(BadInput):
    """A template for one campaign or partner was chosen without naming it."""

    code = "scope_missing"
    message = Text(zh="“%(template)s”要指明是哪一个。", en="“%(template)s” wants to know which one.")
    remedy = Text(zh="加上 --%(kind)s 编号。", en="Add --%(kind)s ID.")


class PeriodUnknown(BadInput):
    """A campaign's days are not in its table and were not given."""

    code = "period_unknown"
    message = Text(zh="活动表里没有 %(id)s 的起止日期。", en="The table of campaigns holds no days for %(id)s.")
    remedy = Text(
        zh="用 --from 和 --to 指明区间，或补全活动表。", en="Name the window with --from and --to, or fill in the table of campaigns."
    )


@click.command(
    "report",
    help=say(
        "按模板出报告：月报、季报、活动报告、合作方报告或完整评估。给出已有的 evaluation.json（或它所在的目录）则不重新计算，只换格式、语言或模板。",
        "A report by a template: month, quarter, campaign, partner or the full evaluation. Given an evaluation.json (or its folder) nothing is "
        "computed; format, language and template may change.",
    ),
)
@click.argument("stored", type=click.Path(path_type=Path, exists=True), metavar="[EVALUATION]", required=False)
@click.option(
    "--template",
    "name",
    type=click.Choice(list(templates())),
    default="full",
    show_default=True,
    help=" · ".join(f"{one.id} {say(one.name.zh, one.name.en)}" for one in templates().values()),
)
@click.option(
    "--period",
    default=None,
    metavar="2026-10",
    help=say(
        "期间：2026-10、2026-Q3 或 2026（默认最近一个完整的期间）", "the period: 2026-10, 2026-Q3 or 2026 (default: the last complete one)"
    ),
)
@click.option("--campaign", default=None, metavar="ID", help=say("活动编号（活动报告）", "the campaign, for its report"))
@click.option("--partner", default=None, metavar="ID", help=say("合作方编号（合作方报告）", "the partner, for their report"))
@window_options(required=False)
@click.option(
    "--baseline",
    default=None,
    metavar="previous|year|FROM:TO",
    help=say("与哪段时间比较（默认由模板定）", "what to compare with (default: the template's)"),
)
@format_option
@language_option
@click.option("--out", type=click.Path(path_type=Path), default=None, metavar="DIR", help=say("写到哪个目录", "where to write"))
@snapshot_option
def command(
    stored: Path | None,
    name: str,
    period: str | None,
    campaign: str | None,
    partner: str | None,
    start: str | None,
    end: str | None,
    baseline: str | None,
    formats: tuple[str, ...],
    report_language: str | None,
    out: Path | None,
    snapshot: int | None,
) -> None:
    if stored is not None:
        path = stored / STORED if stored.is_dir() else stored
        folder = out or path.parent
        save(
            opened(path), folder, formats, language=report_language or "zh", template=name, stored=folder.resolve() != path.parent.resolve()
        )
    else:
        chosen = template(name)
        scope = _scope(chosen, campaign, partner)
        workspace = opened_workspace()
        with shown(say("评估", "Evaluating")) as progress, asked(snapshot=snapshot, workspace=workspace) as (_, engine):
            window = _window(chosen, engine, scope, period=period, start=start, end=end)
            made = evaluated(workspace, engine, window, scope=scope, baseline=baseline or chosen.baseline)
            progress(0.6, say("写报告", "writing the report"))
            folder = out or Path(f"{name}-{_label(chosen, window, scope)}")
            save(made, folder, formats, language=report_language or workspace.language, template=name)
            cite(workspace, engine.snapshot.version)
        for text in made.summary:
            click.echo(text.say(language()))
    for form in formats:
        tell(Text(zh="报告：%(path)s", en="Report: %(path)s"), path=(folder / f"report.{form}").resolve())


def opened(path: Path) -> Evaluation:
    """The evaluation stored in a file. Raises NotAnEvaluation."""
    try:
        return from_json(json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as fault:
        raise NotAnEvaluation(why=str(fault)) from None


def _scope(chosen: Template, campaign: str | None, partner: str | None) -> str:
    """What the template is about: the brand, or the one campaign or partner named."""
    if chosen.period not in ("campaign", "partner"):
        return "brand"
    id_ = campaign if chosen.period == "campaign" else partner
    if id_ is None:
        raise ScopeMissing(template=chosen.name, kind=chosen.period)
    return f"{chosen.period}:{id_}"


def _window(chosen: Template, engine: Engine, scope: str, *, period: str | None, start: str | None, end: str | None) -> Window:
    """The window asked for, else the campaign's own days, else the last complete period of the template's kind."""
    if period is not None:
        return Window.named(period)
    if start is not None or end is not None or chosen.period == "days":
        return chosen_window(start, end, engine, months=12)
    if chosen.period == "campaign":
        window = life_of(engine, scope).window
        if window is None:
            raise PeriodUnknown(id=scope.partition(":")[2])
        return window
    last = engine.snapshot.last_day
    if last is None:
        return chosen_window(start, end, engine)
    months = MONTHS[chosen.period]
    after = period_start(last + 1, "quarter" if months == 3 else "month")
    return Window(day_of(add_months(date_of(after), -months)), after)


def _label(chosen: Template, window: Window, scope: str) -> str:
    """A folder's name for what is reported on."""
    if scope != "brand":
        kept = "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in scope.partition(":")[2])
        return kept if chosen.period == "campaign" else f"{kept}-{window.start.isoformat()[:7]}"
    if chosen.period == "quarter":
        return f"{window.start.year}-Q{(window.start.month - 1) // 3 + 1}"
    return window.start.isoformat()[:7] if chosen.period == "month" else f"{window.start.isoformat()}-{window.end.isoformat()}"
