"""docs/reference/cli.md and cli.zh-CN.md: every command and option, from the command tree itself.

Help is worded in the language of the run, so each page is rendered by a process of its own.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from lianyi.cli.app import app
from lianyi.cli.speech import language, say
from tools.reference.markdown import code, page, table

ROOT = Path(__file__).resolve().parents[2]


def children(group: click.Group) -> dict[str, click.Command]:
    """The commands of a group, in its order, loaded."""
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None and not command.hidden}


def verbs() -> dict[str, click.Command]:
    """The verbs of `lianyi`."""
    return children(app)


def render(spoken: str) -> str:
    """The page in one language."""
    environment = {**os.environ, "LIANYI_LANG": spoken, "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run([sys.executable, "-m", "tools.reference.commands"], env=environment, cwd=ROOT, capture_output=True, check=True)
    return ran.stdout.decode("utf-8")


def rendered_here() -> str:
    """The page in the language of this process."""
    return page(say("命令一览", "Commands"), *described("lianyi", app))


def described(name: str, command: click.Command) -> list[str]:
    """A command and all below it."""
    context = click.Context(command, info_name=name)
    parts = [f"## {name}", (command.help or "").replace("\b\n", ""), "    " + " ".join([name, *command.collect_usage_pieces(context)])]
    rows = [option(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]
    if rows:
        parts.append(table([say("选项", "option"), say("取值", "takes"), say("含义", "meaning")], rows))
    if isinstance(command, click.Group):
        below = children(command)
        parts.append(table([say("命令", "command"), ""], [[code(child), short(below[child])] for child in below]))
        for child, found in below.items():
            parts += described(f"{name} {child}", found)
    return parts


def short(command: click.Command) -> str:
    """The first sentence or line of a command's help."""
    return re.split(r"(?<=[。；])|(?<=[.;]) ", (command.help or "").partition("\n")[0], maxsplit=1)[0].rstrip("；;")


def option(parameter: click.Parameter) -> list[str]:
    """One option or argument as a row: how it is written, what it takes, what it does."""
    if isinstance(parameter, click.Option):
        written = ", ".join(parameter.opts + parameter.secondary_opts)
        takes = "" if parameter.is_flag else parameter.metavar or choices(parameter.type)
        meaning = (parameter.help or "") + (say("（必填）", " (required)") if parameter.required else "")
        return [code(written), takes, meaning]
    return [code(parameter.metavar or parameter.human_readable_name), "", say("必填", "required") if parameter.required else ""]


def choices(kind: "click.ParamType[Any]") -> str:
    """What a parameter takes."""
    return " / ".join(str(choice) for choice in kind.choices) if isinstance(kind, click.Choice) else kind.name.upper()


if __name__ == "__main__":
    if language() != os.environ.get("LIANYI_LANG"):
        sys.exit("run through tools.reference")
    sys.stdout.write(rendered_here())
