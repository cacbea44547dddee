"""Dates and times as people and programs write them, decided for a column as a whole, read in SQL."""

from dataclasses import dataclass
from typing import Protocol
from zoneinfo import ZoneInfo

from lianyi.stream.engines.duckdb import quoted
from lianyi.stream.intake.zones import to_local, to_utc

FIRST_US, LAST_US = 0, 4_102_444_800_000_000  # 1970 to 2099: beyond it a date is a mistake
_WIDE, _NARROW = "０１２３４５６７８９：／－．", "0123456789:/-."
_OFFSET = r"\d:\d\d.*?\s*(Z|UTC|GMT|[+-]\d\d(:?\d\d)?)$"
_PARTS = r"^\d{1,2}[/.\-]\d{1,2}[/.\-](\d{4}|\d{2})(\D|$)"
_PLAIN = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}([ T]\d{1,2}:\d{1,2}(:\d{1,2}(\.\d+)?)?)?$"


class Asking(Protocol):
    """What answers one row of SQL."""

    def __call__(self, sql: str, /) -> tuple[object, ...]: ...


@dataclass(frozen=True, slots=True)
class DateColumn:
    """How one column writes its dates.

    instant   : SQL of the UTC instant (microseconds), null where unreadable
    day       : SQL of the business day
    order     : dmy | mdy where days and months could be taken for each other, else ""
    ambiguous : rows that would be a date either way, with nothing in the column to tell
    """

    instant: str
    day: str
    order: str
    ambiguous: int


def date_column(text: str, source: str, ask: Asking, zone: ZoneInfo, *, order: str = "", default_order: str = "dmy") -> DateColumn:
    """Look at a whole column and decide how its dates are read.

    text   : SQL of the cleaned cell; source : the relation it is in
    order  : dmy | mdy where known; otherwise decided by the column, and by `default_order` when it cannot be
    """
    plain = f"CASE WHEN regexp_matches({text}, {quoted(_PLAIN)}) THEN epoch_us(TRY_CAST({text} AS TIMESTAMP)) END"
    filled, simple, low, high = ask(f"SELECT count({text}), count({plain}), min({plain}), max({plain}) FROM {source}")
    if filled == simple:
        local = plain
        utc = to_utc("us", zone, _within(low), _within(high))
        return DateColumn(_let(local, utc), f"CAST(floor({_let(local, 'us')} / 86400000000) AS INTEGER)", "", 0)
    said = f"translate({text}, {quoted(_WIDE)}, {quoted(_NARROW)})"
    first = f"TRY_CAST(regexp_extract({said}, '^(\\d{{1,2}})[/.\\-](\\d{{1,2}})', 1) AS INTEGER)"
    second = f"TRY_CAST(regexp_extract({said}, '^(\\d{{1,2}})[/.\\-](\\d{{1,2}})', 2) AS INTEGER)"
    parts = f"regexp_matches({said}, {quoted(_PARTS)})"
    counted, days_first, days_second, either = ask(
        f"SELECT count(*), count(*) FILTER ({first} > 12), count(*) FILTER ({second} > 12), count(*) FILTER ({first} <= 12 AND {second} <= 12 AND {first} <> {second})"
        f" FROM {source} WHERE {parts}"
    )
    ambiguous = 0
    if not order and counted:
        if days_first and not days_second:
            order = "dmy"
        elif days_second and not days_first:
            order = "mdy"
        else:
            order = default_order
            ambiguous = _int(either)
    explicit, local = _explicit(said), _local(said, order or default_order)
    low, high = ask(f"SELECT min({local}), max({local}) FROM {source}")
    utc = to_utc("us", zone, _within(low), _within(high))
    instant = f"coalesce({explicit}, {_let(local, utc)})"
    low, high = ask(f"SELECT min({explicit}), max({explicit}) FROM {source}")
    own = to_local("us", zone, _within(low), _within(high))
    day = f"CAST(floor(coalesce({_let(explicit, own)}, {_let(local, 'us')}) / 86400000000) AS INTEGER)"
    return DateColumn(instant, day, order if counted else "", ambiguous)


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0


def _within(us: object) -> int:
    """A bound of the span for which offsets are looked up: no wider than the years that count as dates."""
    return min(max(_int(us), FIRST_US), LAST_US)


def _let(value: str, body: str) -> str:
    """SQL of `body` with us standing for `value`, computed once and only in range."""
    return f"list_transform([{value}], lambda us: CASE WHEN us >= {FIRST_US - 86_400_000_000} AND us < {LAST_US} THEN {body} END)[1]"


def _explicit(said: str) -> str:
    """Values that name their own instant: with an offset, or counted since 1970."""
    stamp = f"replace(regexp_replace(upper({said}), '\\s*(Z|UTC|GMT)$', '+00:00'), 'T', ' ')"
    # DuckDB 1.5 reads an offset only after seconds.
    stamp = f"regexp_replace({stamp}, ' (\\d?\\d:\\d\\d)\\s*([+-])', ' \\1:00\\2')"
    stamp = f"regexp_replace(regexp_replace({stamp}, '\\s*([+-]\\d\\d):?(\\d\\d)$', '\\1:\\2'), '\\s([+-]\\d\\d)$', '\\1')"
    return (
        f"CASE WHEN regexp_full_match({said}, '\\d{{9,10}}(\\.\\d+)?') AND TRY_CAST({said} AS DOUBLE) < 1990000000 THEN CAST(round(TRY_CAST({said} AS DOUBLE) * 1000) AS BIGINT) * 1000"
        f" WHEN regexp_full_match({said}, '1\\d{{12}}') THEN TRY_CAST({said} AS BIGINT) * 1000"
        f" WHEN regexp_full_match({said}, '1\\d{{15}}') THEN TRY_CAST({said} AS BIGINT)"
        f" WHEN regexp_matches({said}, {quoted(_OFFSET)}) THEN epoch_us(TRY_CAST({stamp} AS TIMESTAMPTZ)) END"
    )


def _local(said: str, order: str) -> str:
    """Wall-clock values, as microseconds."""
    marked = f"regexp_replace(regexp_replace(regexp_replace({said}, '[年月]', '-', 'g'), '[日号]', ' ', 'g'), '[时点分]', ':', 'g')"
    marked = f"rtrim(replace(replace({marked}, '秒', ''), '.', CASE WHEN regexp_matches({said}, '^\\d{{4}}\\.\\d{{1,2}}\\.\\d') THEN '-' ELSE '.' END), ' :-')"
    marked = f"regexp_replace({marked}, '\\s+', ' ', 'g')"
    # An hour alone, or a month alone, is completed.
    marked = f"regexp_replace(regexp_replace({marked}, '^(\\d{{4}}[-/]\\d{{1,2}}[-/]\\d{{1,2}} \\d{{1,2}})$', '\\1:00'), '^(\\d{{4}}[-/]\\d{{1,2}})$', '\\1-1')"
    half = ["%I:%M %p", "%I:%M:%S %p"]
    times = ["", " %H:%M", " %H:%M:%S", " %H:%M:%S.%f", *(f" {h}" for h in half)]
    parts = ("%d", "%m") if order == "dmy" else ("%m", "%d")
    dated = [f"{parts[0]}/{parts[1]}/{year}{time}" for year in ("%y", "%Y") for time in times]
    named = [
        f"{date}{time}"
        for date in ("%d %b %Y", "%d-%b-%Y", "%b %d, %Y", "%B %d, %Y", "%d %B %Y", "%b %d %Y", "%Y-%m-%d", "%d-%b-%y")
        for time in (*times, *(t.replace(" ", ", ", 1) for t in times[1:]))
    ]
    slashed = f"regexp_replace({said}, '^(\\d{{1,2}})[/.\\-](\\d{{1,2}})[/.\\-]', '\\1/\\2/')"
    chinese = f"CASE WHEN regexp_matches({marked}, '(下午|晚上) ?(1[01]|0?[1-9]):') THEN 43200000000 ELSE 0 END + epoch_us(TRY_CAST(regexp_replace({marked}, ' ?(上午|下午|早上|晚上) ?', ' ') AS TIMESTAMP))"

    def listed(formats: list[str]) -> str:
        return "[" + ", ".join(quoted(f) for f in formats) + "]"

    return (
        f"CASE WHEN regexp_full_match({said}, '(19|20)\\d{{6}}') THEN epoch_us(try_strptime({said}, '%Y%m%d'))"
        f" WHEN regexp_full_match({said}, '(19|20)\\d{{12}}') THEN epoch_us(try_strptime({said}, '%Y%m%d%H%M%S'))"
        f" WHEN regexp_full_match({said}, '(19|20)\\d{{10}}') THEN epoch_us(try_strptime({said}, '%Y%m%d%H%M'))"
        f" WHEN regexp_full_match({said}, '20\\d{{8}}') THEN epoch_us(try_strptime({said}, '%Y%m%d%H'))"
        f" WHEN regexp_full_match({said}, '[2-7]\\d{{4}}(\\.\\d+)?') THEN (CAST(round(TRY_CAST({said} AS DOUBLE) * 86400) AS BIGINT) - 2209161600) * 1000000"
        f" WHEN regexp_full_match({said}, '\\d+(\\.\\d+)?') OR regexp_matches({said}, {quoted(_OFFSET)}) THEN NULL"
        f" WHEN regexp_matches({said}, {quoted(_PARTS)}) THEN epoch_us(try_strptime({slashed}, {listed(dated)}))"
        f" WHEN regexp_matches({said}, '[A-Za-z]{{3}}|[AaPp][Mm]$') THEN epoch_us(try_strptime(replace({said}, '  ', ' '), {listed(named)}))"
        f" WHEN regexp_matches({said}, '上午|下午|早上|晚上') THEN {chinese}"
        f" WHEN regexp_matches({marked}, '^\\d{{4}}[-/]\\d{{1,2}}[-/]\\d{{1,2}}($|[ T]\\d{{1,2}}:)') THEN epoch_us(TRY_CAST({marked} AS TIMESTAMP)) END"
    )
