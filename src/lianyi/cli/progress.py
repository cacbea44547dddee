"""A progress line for work that takes longer than two seconds, where someone is watching."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

PATIENCE_SECONDS = 2.0
Report = Callable[[float, str], None]


@contextmanager
def shown(label: str) -> Iterator[Report]:
    """Hands out `report(share_done, detail)`; nothing is drawn before two seconds, nor where standard error is no terminal."""
    if not sys.stderr.isatty():
        yield lambda share, detail: None
        return
    started = time.monotonic()
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
    )
    bar = Progress(*columns, console=Console(stderr=True), transient=True)
    task = bar.add_task(label, total=1.0, detail="")

    def report(share: float, detail: str) -> None:
        if time.monotonic() - started >= PATIENCE_SECONDS:
            bar.start()
            bar.update(task, completed=share, detail=detail)

    try:
        yield report
    finally:
        bar.stop()
