"""What is missing, sorted by the file that would bring it."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from lianyi.insight.evaluate.result import NO_DATA
from lianyi.insight.measure.inputs import Input, inputs
from lianyi.insight.report.cells import Label
from lianyi.insight.report.compose.context import Context, anchor_of
from lianyi.insight.report.document import Gap, Gaps
from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text

MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class File:
    """A file that a shop can bring: how to get it, and what it holds."""

    id: str
    says: Text
    events: frozenset[str]
    tables: frozenset[str]
    inputs: frozenset[str]

    def holds(self, wanted: Input) -> int:
        """How much of an input the file supplies: the number of its events and tables that it holds; named ones most of all."""
        if wanted.id in self.inputs:
            return len(wanted.events) + len(wanted.columns) + 1
        return len(self.events & set(wanted.events)) + len(self.tables & {table for table, _ in wanted.columns})


@cache
def files() -> tuple[File, ...]:
    """Every file of `files.toml`, in its order. Raises Broken naming the entry with an unknown key."""
    raw = tomllib.loads(resources.files("lianyi.insight.report").joinpath("files.toml").read_text(encoding="utf-8"))
    found = []
    for id_, entry in raw.items():
        unknown = sorted(set(entry) - {"says", "events", "tables", "inputs"})
        if unknown:
            raise Broken(reason=f"files.toml [{id_}]: unknown key {unknown[0]}")
        found.append(
            File(
                id_,
                Text.of(entry["says"]),
                frozenset(entry.get("events", ())),
                frozenset(entry.get("tables", ())),
                frozenset(entry.get("inputs", ())),
            )
        )
    return tuple(found)


@cache
def file_of(missing: Text) -> File | None:
    """The file that supplies the input worded so; None for an input no file supplies."""
    wanted = next((entry for entry in inputs().values() if entry.says == missing), None)
    if wanted is None:
        return None
    best = max(files(), key=lambda file: file.holds(wanted))
    return best if best.holds(wanted) else None


def gaps(context: Context, block_id: str) -> Gaps | None:
    """Figures without data, grouped by the file that brings the first input each of them lacks; most figures first."""
    wanted: dict[str, dict[str, None]] = {}
    remedies: dict[str, str] = {}
    figures: dict[str, list[Label]] = {}
    for figure in context.evaluation.figures:
        if figure.status != NO_DATA:
            continue
        first = figure.missing[0] if figure.missing else None
        file = file_of(first) if first else None
        key = file.id if file else context.say(first) if first else ""
        remedies[key] = context.say(file.says) if file else ""
        names = [context.say(text) for text in figure.missing if file is None or file_of(text) == file]
        wanted.setdefault(key, {}).update(dict.fromkeys(names))
        figures.setdefault(key, []).append(Label(context.say(figure.name), anchor_of(figure.metric)))
    if not figures:
        return None
    return Gaps(
        block_id,
        tuple(
            Gap(_named(context, tuple(wanted[key])), remedies[key], tuple(figures[key]))
            for key in sorted(figures, key=lambda key: -len(figures[key]))
        ),
    )


def _named(context: Context, names: tuple[str, ...]) -> str:
    """The first few inputs by name, and how many there are."""
    if not names:
        return context.words("value.unknown")
    shown = context.words.listed(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else context.words("conclude.and_more", names=shown, n=len(names))
