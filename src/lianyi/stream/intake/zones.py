"""Wall-clock time to instants in SQL, by the zone database's own transitions, cut to the years that the data spans."""

import datetime as dt
from zoneinfo import ZoneInfo

from lianyi.kernel.clock import US_PER_SECOND

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def transitions(zone: ZoneInfo, first_us: int, last_us: int) -> tuple[int, list[tuple[int, int]]]:
    """The offset (microseconds east of UTC) before `first_us`, and every (UTC instant, new offset) up to `last_us`.

    >>> transitions(ZoneInfo("Asia/Shanghai"), 1704038400_000000, 1704038400_000000)
    (28800000000, [])
    """
    day = 86_400
    low, high = first_us // US_PER_SECOND - 2 * day, last_us // US_PER_SECOND + 2 * day
    initial = before = _offset(zone, low)
    found = []
    second = low
    while second < high:
        after = _offset(zone, min(second + day, high))
        if after != before:
            left, right = second, min(second + day, high)
            while right - left > 1:
                middle = (left + right) // 2
                if _offset(zone, middle) == before:
                    left = middle
                else:
                    right = middle
            after = _offset(zone, right)
            found.append((right * US_PER_SECOND, after * US_PER_SECOND))
            before, second = after, right
        else:
            second += day
    return initial * US_PER_SECOND, found


def _offset(zone: ZoneInfo, second: int) -> int:
    offset = (_EPOCH + dt.timedelta(seconds=second)).astimezone(zone).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def to_utc(local: str, zone: ZoneInfo, first_us: int, last_us: int) -> str:
    """SQL for the UTC instant of a wall-clock time (both microseconds).

    A time that occurs twice is the first of the two; one that is skipped moves forward by the gap: what zoneinfo does with fold=0.
    first_us, last_us : the span of the wall-clock times
    """
    initial, found = transitions(zone, first_us, last_us)
    if not found:
        return f"({local} - {initial})"
    before = initial
    cases = []
    for instant, after in found:
        cases.append(f"WHEN {local} < {instant + max(before, after)} THEN {local} - {before}")
        before = after
    return f"CASE {' '.join(cases)} ELSE {local} - {before} END"


def to_local(t: str, zone: ZoneInfo, first_us: int, last_us: int) -> str:
    """SQL for the wall-clock time of a UTC instant (both microseconds)."""
    before, found = transitions(zone, first_us, last_us)
    if not found:
        return f"({t} + {before})"
    cases = []
    for instant, after in found:
        cases.append(f"WHEN {t} < {instant} THEN {t} + {before}")
        before = after
    return f"CASE {' '.join(cases)} ELSE {t} + {before} END"
