"""`lianyi experts`: scoring sheets out, filled sheets back in."""

import click

from lianyi.cli.experts.collect import command as collect
from lianyi.cli.experts.sheet import command as sheet
from lianyi.cli.speech import say


@click.group("experts", help=say("专家评审：发出打分表，收回填好的表。", "Expert review: scoring sheets out, filled sheets back in."))
def command() -> None:
    pass


command.add_command(sheet)
command.add_command(collect)
