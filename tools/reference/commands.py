"""docs/reference/cli.md: every command and option, from the command tree itself."""

from typing import Any

import click

from lianyi import cli
from tools.reference.markdown import code, page, table


def root_command() -> click.Group | None:
    """The `lianyi` command, or None while there is none."""
    entry = getattr(cli, "main", None)
    if isinstance(entry, click.Group):
        return entry
    return next((found for found in vars(cli).values() if isinstance(found, click.Group)), None)


def render() -> str | None:
    """The page, or None while there is no command."""
    root = root_command()
    if root is None:
        return None
    return page("命令一览 · Commands", *described("lianyi", root))


def described(name: str, command: click.Command) -> list[str]:
    """A command and all below it."""
    context = click.Context(command, info_name=name)
    parts = [f"## {name}", (command.help or "").replace("\b\n", ""), "    " + " ".join([name, *command.collect_usage_pieces(context)])]
    rows = [option(parameter) for parameter in command.params if not getattr(parameter, "hidden", False)]
    if rows:
        parts.append(table(["option", "", ""], rows))
    if isinstance(command, click.Group):
        for below in sorted(command.commands):
            if not command.commands[below].hidden:
                parts += described(f"{name} {below}", command.commands[below])
    return parts


def option(parameter: click.Parameter) -> list[str]:
    """One option or argument as a row: how it is written, what it takes, what it does."""
    written = (
        parameter.human_readable_name if isinstance(parameter, click.Argument) else ", ".join(parameter.opts + parameter.secondary_opts)
    )
    takes = "" if getattr(parameter, "is_flag", False) else getattr(parameter, "metavar", None) or choices(parameter.type)
    explained = [getattr(parameter, "help", None) or ""]
    if parameter.required and not isinstance(parameter, click.Argument):
        explained.append("(required)")
    return [code(written), takes, " ".join(part for part in explained if part)]


def choices(kind: "click.ParamType[Any]") -> str:
    """What a parameter takes."""
    return " / ".join(str(choice) for choice in kind.choices) if isinstance(kind, click.Choice) else kind.name
