"""`lianyi analyse survey`."""

import json

import click

from lianyi.cli.analyse.estimates import shown
from lianyi.cli.options import asked, chosen_window, json_option, snapshot_option, window_options
from lianyi.cli.speech import language, say
from lianyi.cli.tables import drawn
from lianyi.insight.analyse.survey.survey import MARGINS, survey


@click.command(
    "survey",
    help=say(
        "调研：回收率、NPS、满意度与各题，可按会员构成加权，并检查信度。",
        "Survey: response, NPS, satisfaction and every question; weighted to the members on request; reliability.",
    ),
)
@click.option(
    "--survey", "survey_id", default=None, metavar="ID", help=say("哪次调研（默认区间内全部）", "which survey (default: all of the window)")
)
@click.option(
    "--weight-by", "rake_by", multiple=True, type=click.Choice(MARGINS), help=say("按会员的哪些构成加权", "weight to the members by this")
)
@window_options(required=False)
@snapshot_option
@json_option
def command(
    survey_id: str | None, rake_by: tuple[str, ...], start: str | None, end: str | None, snapshot: int | None, as_json: bool
) -> None:
    with asked(snapshot=snapshot) as (_, engine):
        found = survey(engine, chosen_window(start, end, engine), survey_id=survey_id, rake_by=rake_by)
    if as_json:
        click.echo(json.dumps(found.to_json(), ensure_ascii=False))
        return
    click.echo(found.explain().say(language()))
    means = {q.id for q in found.questions if q.kind == "mean"}
    rows = [[name, *shown(value, share=name not in means)] for name, value in found.figures()]
    if found.respondents:
        click.echo(drawn([say("题目", "Question"), say("值", "Value"), say("区间", "Interval"), "n"], rows, right=[1, 3]))
