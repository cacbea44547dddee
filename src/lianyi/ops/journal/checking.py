"""What must always be true, as checks: `lianyi check` runs them, and tests run them after every crash.

An app lists its own in a module `invariants` as INVARIANTS. A number may be stated by several apps, each for its own rows.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec

from django.apps import apps

from lianyi.kernel.text import Text
from lianyi.stream.log.table import EventLog

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Scope:
    """What a check may look at beside the database. log : the stream; at : the moment of checking."""

    log: EventLog
    at: dt.datetime


@dataclass(slots=True)
class Found:
    """What a check saw. checked : how many things it looked at; wrong : how many of them; examples : some of these, in words."""

    checked: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def fault(self, says: str) -> None:
        """One thing that is wrong."""
        self.wrong += 1
        if len(self.examples) < SHOWN:
            self.examples.append(says)

    def expect(self, holds: object, says: str) -> None:
        """One thing looked at, and what is wrong with it unless it holds."""
        self.checked += 1
        if not holds:
            self.fault(says)


@dataclass(frozen=True, slots=True)
class Invariant:
    """One statement and the check of it.

    number : in the list of invariants
    alarm  : a lag, not a fault: something is late
    """

    number: int
    says: Text
    check: Callable[[Scope, Found], None]
    alarm: bool = False


@dataclass(frozen=True, slots=True)
class Checked:
    """An invariant after its check. app : whose it is."""

    app: str
    invariant: Invariant
    found: Found

    @property
    def status(self) -> str:
        """ok | empty (there was nothing to look at) | late | broken."""
        if self.found.wrong:
            return "late" if self.invariant.alarm else "broken"
        return "ok" if self.found.checked else "empty"


def invariants() -> list[tuple[str, Invariant]]:
    """Every app's invariants, with the app, in the order of their numbers."""
    found: list[tuple[str, Invariant]] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.invariants"
        if config.name.startswith("lianyi.") and find_spec(name) is not None:
            found += [(config.label, one) for one in import_module(name).INVARIANTS]
    return sorted(found, key=lambda pair: pair[1].number)


def check_all(scope: Scope, *, numbers: Iterable[int] = ()) -> Iterator[Checked]:
    """Run the checks (or only those of these numbers), one after another. Cost: a few passes over every table."""
    wanted = set(numbers)
    for app, invariant in invariants():
        if not wanted or invariant.number in wanted:
            found = Found()
            invariant.check(scope, found)
            yield Checked(app, invariant, found)
