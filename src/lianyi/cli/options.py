"""Options that several verbs share, and the workspace they act on."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import click

from lianyi.cli.speech import say
from lianyi.kernel.clock import Window, add_months, date_of, day_of, parse_day, period_start
from lianyi.stream import workspace as workspaces
from lianyi.stream.engines.base import Engine
from lianyi.stream.opening import opened
from lianyi.stream.workspace import Workspace

MIN_DAYS_FOR_MONTHS = 60
Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def opened_workspace(path: Path | None = None, *, brand: str = "") -> Workspace:
    """The workspace this run acts on; made with the defaults, and this brand's name, when it is not there."""
    context = click.get_current_context()
    chosen = path or (context.find_object(dict) or {}).get("workspace") or os.environ.get("LIANYI_HOME") or "lianyi-data"
    return workspaces.create(Path(chosen), brand=brand)


def asked(*, snapshot: int | None = None, workspace: Workspace | None = None) -> AbstractContextManager[tuple[Workspace, Engine]]:
    """The workspace and an engine on its newest (or a named) snapshot; NoFacts when there is nothing to ask."""
    return _asked(snapshot, workspace or opened_workspace())


@contextmanager
def _asked(version: int | None, workspace: Workspace) -> Iterator[tuple[Workspace, Engine]]:
    with opened(workspace, version) as engine:
        yield workspace, engine


def window_options(*, required: bool) -> Decorator:
    """`--from` and `--to`: business days, the second excluded."""

    def added(function: Callable[..., Any]) -> Callable[..., Any]:
        function = click.option("--to", "end", required=required, metavar="DATE", help=say("到哪天（不含）", "up to this day, excluded"))(
            function
        )
        return click.option("--from", "start", required=required, metavar="DATE", help=say("从哪天", "from this day"))(function)

    return added


def chosen_window(start: str | None, end: str | None, engine: Engine, *, months: int | None = None) -> Window:
    """The window asked for; what is not said is taken from the data.

    months : without dates, the last so many complete calendar months that the data holds; None or too little data: all of it
    """
    first, last = engine.snapshot.first_day, engine.snapshot.last_day
    if first is None or last is None:
        raise ValueError("an empty snapshot has no window")
    if start is None and end is None and months is not None:
        complete = period_start(last + 1, "month")
        if complete - first >= MIN_DAYS_FOR_MONTHS:
            return Window(max(day_of(add_months(date_of(complete), -months)), period_start(first, "month")), complete)
    from_day = first if start is None else parse_day(start)
    return Window(from_day, max(last + 1, from_day + 1) if end is None else parse_day(end))


json_option = click.option("--json", "as_json", is_flag=True, help=say("以 JSON 输出", "print JSON"))
snapshot_option = click.option(
    "--snapshot",
    type=int,
    default=None,
    metavar="N",
    help=say("用某个历史快照（默认最新）", "use an earlier snapshot (default: the newest)"),
)
