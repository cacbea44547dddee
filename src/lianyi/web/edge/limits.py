"""How often something may be asked: a window of time, counted in this process.

Several processes each count for themselves; what must hold across all of them (stock, one prize a person) is held by the database.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from lianyi.kernel.errors import TryLater
from lianyi.web.edge.address import client_address

MOST_KEPT = 50_000
"""Askers remembered at once; the longest idle are forgotten first."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `times` in any `window_seconds`, in two halves: the count of the window before fades out as this one runs."""

    name: str
    times: int
    window_seconds: int


@dataclass
class Counts:
    """How often each asker came, in this window and the one before."""

    seen: OrderedDict[tuple[str, str], tuple[int, int, int]] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def admit(self, limit: Limit, asker: str, now_seconds: float) -> int:
        """Count one more; 0 when admitted, else the seconds after which the next would be."""
        window, share = divmod(now_seconds / limit.window_seconds, 1)
        with self.lock:
            at, before, here = self.seen.pop((limit.name, asker), (int(window), 0, 0))
            if at != int(window):
                before, here = (here, 0) if at == int(window) - 1 else (0, 0)
            refused = before * (1 - share) + here >= limit.times
            self.seen[limit.name, asker] = (int(window), before, here + (not refused))
            while len(self.seen) > MOST_KEPT:
                self.seen.popitem(last=False)
        return max(1, round((1 - share) * limit.window_seconds)) if refused else 0

    def forget(self) -> None:
        """Start counting anew."""
        with self.lock:
            self.seen.clear()


COUNTS = Counts()


def spend(limit: Limit, asker: str) -> None:
    """Count one request of an asker; raises TryLater beyond the limit."""
    wait_seconds = COUNTS.admit(limit, asker, time.monotonic())
    if wait_seconds:
        raise TryLater(retry_after_seconds=wait_seconds)


def limited(limit: Limit, *, methods: tuple[str, ...] = ("POST",)) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A view that may be asked only so often by one address."""

    def around(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def counted(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method in methods:
                spend(limit, client_address(request))
            return view(request, *args, **kwargs)

        return counted

    return around
