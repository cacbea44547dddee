"""What is missing, sorted by the file that would bring it."""

import tomllib
from functools import cache
from importlib import resources

from lianyi.insight.evaluate.result import NO_DATA
from lianyi.insight.report.compose.context import Context, anchor_of
from lianyi.insight.report.document import Gap, Gaps, Label


@cache
def file_of_input() -> dict[str, str]:
    """Kind of file by input name, from `inputs.toml`."""
    raw = tomllib.loads(resources.files("lianyi.insight.report").joinpath("inputs.toml").read_text(encoding="utf-8"))
    return {name: kind for kind, names in raw.items() for name in names}


def gaps(context: Context, block_id: str) -> Gaps | None:
    """Figures without data, grouped by the file that brings the first input each of them lacks; most figures first."""
    wanted: dict[str, dict[str, None]] = {}
    figures: dict[str, list[Label]] = {}
    for figure in context.evaluation.figures:
        if figure.status != NO_DATA:
            continue
        names = [name.split("@")[0] for name in figure.missing] or [""]
        kind = file_of_input().get(names[0], names[0])
        wanted.setdefault(kind, {}).update(dict.fromkeys(name for name in names if file_of_input().get(name, name) == kind))
        figures.setdefault(kind, []).append(Label(context.say(figure.name), anchor_of(figure.metric)))
    if not figures:
        return None
    kinds = sorted(figures, key=lambda kind: -len(figures[kind]))
    return Gaps(
        block_id,
        tuple(
            Gap(
                context.words.listed(context.input_name(name) for name in wanted[kind]) or context.words("value.unknown"),
                context.words.of("unlocks", kind) or "",
                tuple(figures[kind]),
            )
            for kind in kinds
        ),
    )
