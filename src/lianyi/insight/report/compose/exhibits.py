"""Exhibits: a table with a meaning, drawn where its shape allows, shown as a table where it does not."""

from lianyi.insight.evaluate.result import Exhibit
from lianyi.insight.report.compose import readings
from lianyi.insight.report.compose.context import Context, slug
from lianyi.insight.report.compose.tables import table
from lianyi.insight.report.compose.takeaways import takeaway
from lianyi.insight.report.document import Block, Chart, Heading, Table
from lianyi.insight.report.periods import grain_of
from lianyi.insight.report.pictures import Bar, Cohorts, Funnel, Line, Picture, Ranking, Split, Trend, Waterfall

MOST_BARS = 15
INTERVAL_KEYS = {"low", "high", "lower", "upper", "lo", "hi"}


def exhibit_blocks(context: Context, exhibit: Exhibit) -> list[Block]:
    """An exhibit as blocks: a chart with its table, or the table alone."""
    title, anchor = context.say(exhibit.title), f"exhibit-{slug(exhibit.id)}"
    if not exhibit.rows:
        return []
    shown = table(
        context, f"{anchor}-table", title, exhibit.columns, exhibit.rows, censored=exhibit.kind == "cohorts", totals=exhibit.kind == "split"
    )
    said = context.say(exhibit.note) if exhibit.note else ""
    picture = picture_of(context, exhibit)
    if picture is None:
        return [Heading(anchor, title, said), shown]
    note = " ".join(part for part in (readings.marks(context, picture), said) if part)
    says = readings.says(context, picture)
    return [
        Chart(
            anchor,
            title,
            says,
            readings.alt(context, title, picture),
            picture,
            _fold(shown),
            note,
            exhibit.sql,
            context.asked(exhibit.command),
            takeaway(context, title, picture, says),
        )
    ]


def _fold(shown: Table) -> Table:
    return Table(shown.id, shown.title, shown.columns, shown.rows, shown.note, shown.stacks, folded=True)


def picture_of(context: Context, exhibit: Exhibit) -> Picture | None:
    """The picture of an exhibit, or None where its rows do not carry one.

    The first text or date column names the row; numbers are read in column order, see `Exhibit`.
    """
    drawers = {"series": _trend, "ranking": _ranking, "cohorts": _cohorts, "funnel": _funnel, "waterfall": _waterfall, "split": _split}
    drawer = drawers.get(exhibit.kind)
    return None if drawer is None else drawer(context, exhibit)


def _named(exhibit: Exhibit, *units: str) -> str | None:
    return next((key for key, _, unit in exhibit.columns if unit in units), None)


def _numbers(exhibit: Exhibit) -> list[tuple[str, str]]:
    return [(key, unit) for key, _, unit in exhibit.columns if unit not in ("text", "date")]


def _lines(context: Context, exhibit: Exhibit, unit: str) -> tuple[Line, ...]:
    at = _named(exhibit, "date") or ""
    grain = grain_of(tuple(str(row[at]) for row in exhibit.rows))
    complete = tuple(bool(row.get("complete", context.complete(str(row[at]), grain))) for row in exhibit.rows)
    return tuple(
        Line(
            context.say(name),
            tuple(_value(row.get(key)) for row in exhibit.rows),
            complete,
            role="baseline" if key.startswith("baseline") else "now",
        )
        for key, name, own in exhibit.columns
        if own == unit and key not in INTERVAL_KEYS
    )


def _value(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _trend(context: Context, exhibit: Exhibit) -> Picture | None:
    at, numbers = _named(exhibit, "date"), _numbers(exhibit)
    if at is None or not numbers or len(exhibit.rows) < 2:
        return None
    starts = tuple(str(row[at]) for row in exhibit.rows)
    unit = numbers[0][1]
    return Trend(starts, grain_of(starts), unit, _lines(context, exhibit, unit))


def _split(context: Context, exhibit: Exhibit) -> Picture | None:
    at, numbers = _named(exhibit, "date"), _numbers(exhibit)
    if at is None or len(numbers) < 2 or len(exhibit.rows) < 2:
        return None
    starts = tuple(str(row[at]) for row in exhibit.rows)
    parts = _lines(context, exhibit, numbers[0][1])
    return Split(starts, grain_of(starts), numbers[0][1], parts) if len(parts) >= 2 else None


def _ranking(context: Context, exhibit: Exhibit) -> Picture | None:
    name, numbers = _named(exhibit, "text"), [(k, u) for k, u in _numbers(exhibit) if k not in INTERVAL_KEYS]
    if name is None or not numbers:
        return None
    key, unit = numbers[0]
    low, high = (next((k for k, _ in _numbers(exhibit) if k in keys), None) for keys in (("low", "lower", "lo"), ("high", "upper", "hi")))
    bars = tuple(
        Bar(context.name(row[name]), float(row[key]), _value(row.get(low)) if low else None, _value(row.get(high)) if high else None)
        for row in exhibit.rows
        if row.get(name) is not None and _value(row.get(key)) is not None
    )
    return Ranking(context.unit(key, unit), bars[:MOST_BARS]) if bars else None


def _cohorts(_: Context, exhibit: Exhibit) -> Picture | None:
    start = _named(exhibit, "date")
    size = next((key for key, _, unit in exhibit.columns if unit == "count"), None)
    shares = [key for key, _, unit in exhibit.columns if unit in ("share", "ratio")]
    while shares and all(row.get(shares[-1]) is None for row in exhibit.rows):
        shares.pop()  # periods that no cohort has reached yet
    if start is None or not shares:
        return None
    starts = tuple(str(row[start]) for row in exhibit.rows)
    return Cohorts(
        starts,
        grain_of(starts),
        tuple(int(row[size]) if size and row.get(size) is not None else None for row in exhibit.rows),
        tuple(range(len(shares))),
        tuple(tuple(_value(row.get(key)) for key in shares) for row in exhibit.rows),
    )


def _funnel(context: Context, exhibit: Exhibit) -> Picture | None:
    name, numbers = _named(exhibit, "text"), _numbers(exhibit)
    if name is None or not numbers:
        return None
    key, unit = numbers[0]
    steps = tuple((context.name(row[name]), value) for row in exhibit.rows if (value := _value(row.get(key))) is not None)
    return Funnel(unit, steps) if steps and steps[0][1] > 0 else None


def _waterfall(context: Context, exhibit: Exhibit) -> Picture | None:
    name, numbers = _named(exhibit, "text"), _numbers(exhibit)
    if name is None or not numbers or len(exhibit.rows) < 3:
        return None
    key, unit = numbers[0]
    rows = [(context.name(row[name]), _value(row.get(key)) or 0.0) for row in exhibit.rows]
    return Waterfall(unit, rows[0], tuple(rows[1:-1]), rows[-1])
