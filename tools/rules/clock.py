"""No hidden clock: whoever needs "now" is handed it, so that a result can be computed again."""

import ast
from collections.abc import Iterator

from tools.rules.source import Source, Violation, dotted, imported_names

READS_THE_CLOCK = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "django.utils.timezone.now",
    "time.ctime",
    "time.gmtime",
    "time.localtime",
    "time.time",
    "time.time_ns",
}
# The edge of the system, where now comes in; and few places below it, each with its reason.
ALLOWED = {
    "lianyi.flows.jobs": "work that is done aside begins when the worker takes it",
    "lianyi.server.upkeep": "the clock that the worker minds: a round begins now",
    "lianyi.server.__main__": "the server is started at some moment",
    "lianyi.cli": "a command is given at some moment: this is where now enters",
    "lianyi.web.edge.access": "a request arrives at some moment: this is where now enters",
    "lianyi.stream.log.delta": "Delta's protocol wants each file's time of writing; no result is computed from it",
}


def hidden_clock(source: Source) -> Iterator[Violation]:
    """A clock is read at the edge only. Durations (time.monotonic, time.perf_counter) are no clock."""
    if source.within(*ALLOWED):
        return
    names = imported_names(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute | ast.Name) and isinstance(node.ctx, ast.Load):
            name = dotted(node, names)
            if name in READS_THE_CLOCK:
                yield Violation(source.path, node.lineno, "hidden-clock", f"{name} reads a clock; take the moment as an argument")
