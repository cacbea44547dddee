"""Which pairs of windows are held against each other."""

from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.kernel.clock import Window

# In a window longer than a season a fault of the last weeks drowns: its end is looked at by itself too.
LONG_DAYS = 62
RECENT_DAYS, BEFORE_RECENT_DAYS = 28, 56


@dataclass(frozen=True, slots=True)
class Scan:
    """Two windows, before and now."""

    before: Window
    now: Window


def scans_of(before: Window, now: Window) -> tuple[Scan, ...]:
    """The comparison itself, and in a long window its last four weeks against the eight before them.

    >>> [str(scan.now) for scan in scans_of(Window.parse("2023-01-01", "2024-01-01"), Window.parse("2024-01-01", "2025-01-01"))]
    ['2024-01-01..2025-01-01', '2024-12-04..2025-01-01']
    """
    found = [Scan(before, now)]
    if now.days > LONG_DAYS:
        recent = now.to_day - RECENT_DAYS
        found.append(Scan(Window(recent - BEFORE_RECENT_DAYS, recent), Window(recent, now.to_day)))
    return tuple(found)


def ranges_of(scans: Sequence[Scan]) -> tuple[Window, ...]:
    """The days that the scans need, as few windows as hold them without a gap.

    >>> [str(w) for w in ranges_of([Scan(Window(0, 30), Window(30, 60)), Scan(Window(100, 130), Window(465, 495))])]
    ['1970-01-01..1970-03-02', '1970-04-11..1970-05-11', '1971-04-11..1971-05-11']
    """
    merged: list[Window] = []
    for window in sorted(w for scan in scans for w in (scan.before, scan.now)):
        if merged and window.from_day <= merged[-1].to_day:
            merged[-1] = Window(merged[-1].from_day, max(merged[-1].to_day, window.to_day))
        else:
            merged.append(window)
    return tuple(merged)


def equal(scans: Sequence[Scan]) -> tuple[Scan, ...]:
    """The scans with both windows cut to the length of the shorter, ends kept: for what grows with the length of a window."""
    found = []
    for scan in scans:
        days = min(scan.before.days, scan.now.days)
        found.append(Scan(Window(scan.before.to_day - days, scan.before.to_day), Window(scan.now.to_day - days, scan.now.to_day)))
    return tuple(found)
