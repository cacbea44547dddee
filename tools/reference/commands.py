"""docs/reference/cli.md and cli.zh-CN.md: every command and option, from the command tree itself.

Help is worded in the language of the run, so each page is rendered by a process of its own.
"""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import click

from lianyi.cli.app import VERBS, app
from lianyi.cli.speech import language, say
from tools.reference.markdown import code, page, table

ROOT = Path(__file__).resolve().parents[2]


def verbs() -> dict[str, click.Command]:
    """The verbs that can be run today; one that is announced but whose module is still to come is left out."""
    context = click.Context(app, info_name="lianyi")
    found = {}
    for verb, (module, _) in VERBS.items():
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as absent:
            if absent.name != module:
                raise
            continue
        command = app.get_command(context, verb)
        if command is not None:
            found[verb] = command
    return found


def render(spoken: str) -> str:
    """The page in one language."""
    environment = {**os.environ, "LIANYI_LANG": spoken, "PYTHONIOENCODING": "utf-8"}
    ran = subprocess.run([sys.executable, "-m", "tools.reference.commands"], env=environment, cwd=ROOT, capture_output=True, check=True)
    return ran.stdout.decode("utf-8")


def rendered_here() -> str:
    """The page in the language of this process."""
    parts = described("lianyi", app)
    parts.append(table([say("命令", "verb"), ""], [[code(verb), VERBS[verb][1]] for verb in verbs()]))
    for verb, command in verbs().items():
        parts += described(f"lianyi {verb}", command)
    return page(say("命令一览", "Commands"), *parts)


def described(name: str, command: click.Command) -> list[str]:
    """A command and, but for the root, all below it."""
    context = click.Context(command, info_name=name)
    parts = [f"## {name}", (command.help or "").replace("\b\n", ""), "    " + " ".join([name, *command.collect_usage_pieces(context)])]
    rows = [option(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]
    if rows:
        parts.append(table([say("选项", "option"), say("取值", "takes"), say("含义", "meaning")], rows))
    if isinstance(command, click.Group) and command is not app:
        for below, child in sorted(command.commands.items()):
            if not child.hidden:
                parts += described(f"{name} {below}", child)
    return parts


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
