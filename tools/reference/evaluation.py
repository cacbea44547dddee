"""The shape of `evaluation.json`, from the classes it is written from."""

import dataclasses
import inspect
import re
import types
import typing
from typing import Any

from lianyi.insight.evaluate import result
from lianyi.insight.evaluate.result import SCHEMA, Evaluation, Statement
from lianyi.kernel.text import Text
from tools.reference.markdown import code, page, table

INTRO = f"""`{SCHEMA}`. `lianyi evaluate` writes it beside the report; `lianyi report FOLDER` makes the report again from it. Within version 1 fields are added, never renamed, taken
away or given another meaning; a reader should pass over fields it does not know. Texts for people are `{{"zh": "...", "en": "..."}}`; money is whole minor units (fen, pence);
ratios are unrounded; dates are ISO and windows leave out their last day; a number that is not there is `null` beside a status or sentence that says why, never 0.

The file is one object: `schema`, and the fields of [Evaluation](#evaluation). All fields are written; *read without it* says whether `lianyi report` still takes a file
that lacks one."""
KINDS = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def render() -> str:
    """The page: every class in the order in which it is met, with its words and a table of its fields."""
    return page("The shape of evaluation.json", INTRO, *(_section(kind) for kind in _met()))


def _met() -> list[type[Any]]:
    """The classes of the file, each before those it holds."""
    found: dict[type[Any], None] = {Evaluation: None}
    queue: list[type[Any]] = [Evaluation]
    while queue:
        for hint in typing.get_type_hints(queue.pop(0)).values():
            for kind in _classes(hint):
                if kind not in found:
                    found[kind] = None
                    queue.append(kind)
    return list(found)


def _classes(hint: Any) -> list[type[Any]]:
    if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint not in (Text, Statement):
        return [hint]
    return [kind for inner in typing.get_args(hint) for kind in _classes(inner)]


def _section(kind: type[Any]) -> str:
    hints = typing.get_type_hints(kind, vars(result))
    rows = []
    for field in dataclasses.fields(kind):
        bare = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        rows.append([code(field.name), _words(hints[field.name]), "no" if bare else "yes"])
    return f"## {kind.__name__}\n\n{_says(kind)}\n\n{table(['field', 'holds', 'read without it'], rows)}"


def _says(kind: type[Any]) -> str:
    """The class's own words: the first paragraph as it stands, the notes on fields as a list."""
    first, *rest = inspect.cleandoc(kind.__doc__ or "").split("\n\n")
    notes: list[str] = []
    for line in "\n".join(rest).splitlines():
        if re.match(r"[a-z_]+(, [a-z_]+)*\s*:", line):
            notes.append(re.sub(r"\s+:\s*", ": ", line, count=1))
        elif notes:
            notes[-1] += " " + line.strip()
    return "\n\n".join([" ".join(first.split()), *(["\n".join(f"- {note}" for note in notes)] if notes else [])]).replace("|", "\\|")


def _words(hint: Any) -> str:
    origin, inside = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join("null" if kind is type(None) else _words(kind) for kind in inside)
    if origin is tuple:
        if len(inside) == 2 and inside[1] is Ellipsis:
            return f"list of {_words(inside[0])}"
        return "[" + ", ".join(_words(kind) for kind in inside) + "]"
    if origin is dict:
        return f"object of {_words(inside[1])}"
    if hint is Text:
        return "zh, en"
    if hint is Any:
        return "any cell"
    return KINDS.get(hint) or f"[{hint.__name__}](#{hint.__name__.lower()})"
