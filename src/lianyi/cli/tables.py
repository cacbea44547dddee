"""Tables on a terminal; Chinese characters are two columns wide."""

import unicodedata
from collections.abc import Sequence

from lianyi.insight.measure import MetricValue, catalogue
from lianyi.kernel.money import major, minor_digits
from lianyi.kernel.numbers import percent, places, plain


def width(text: str) -> int:
    """Columns a text takes on a terminal.

    >>> width("净销售额 GMV")
    12
    """
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def drawn(heading: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> str:
    """Rows under headings, columns aligned; `right` names the columns aligned right.

    >>> print(drawn(["a", "n"], [["x", "1"], ["yy", "10"]], right=[1]))
    a    n
    x    1
    yy  10
    """
    table = [list(heading), *map(list, rows)]
    widths = [max(width(row[i]) for row in table) for i in range(len(heading))]
    lines = []
    for row in table:
        cells = []
        for i, cell in enumerate(row):
            gap = " " * (widths[i] - width(cell))
            cells.append(gap + cell if i in right else cell + gap)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def shown_values(values: Sequence[MetricValue], *, currency: str, language: str) -> str:
    """Metric values as a table for people: name, value, interval, n, and why a value is missing."""
    zh = language != "en"
    entries = catalogue()
    split = any(value.by for value in values)
    timed = any(value.at for value in values)
    heading = ["指标" if zh else "Metric"]
    heading += (["期间" if zh else "Period"] if timed else []) + (["维度" if zh else "Split"] if split else [])
    heading += ["值" if zh else "Value", "区间" if zh else "Interval", "n", "说明" if zh else "Note"]
    rows = []
    for value in values:
        name = entries[value.metric].name.say(language)
        row = [f"{name} {value.metric}" if zh else f"{value.metric}"]
        if timed:
            row.append(str(value.at or ""))
        if split:
            row.append(
                ", ".join(str(member) if member is not None else ("未知" if zh else "unknown") for member in (value.by or {}).values())
            )
        row.append(written(value.value, value.unit, currency))
        row.append(
            ""
            if value.interval is None
            else f"{written(value.interval[0], value.unit, currency)} – {written(value.interval[1], value.unit, currency)}"
        )
        row.append("" if value.n is None else f"{value.n:,}")
        row.append(_why(value, zh=zh))
        rows.append(row)
    first = len(heading) - 4
    return drawn(heading, rows, right=[first, first + 2])


def written(value: float | None, unit: str, currency: str) -> str:
    """A value in full on a terminal: money in major units, ratios as percentages.

    >>> written(123456, "money", "CNY"), written(0.1834, "ratio", "CNY"), written(None, "count", "CNY")
    ('1,234.56', '18.3%', '–')
    """
    if value is None:
        return "–"
    if unit == "money":
        return f"{major(round(value), currency):,.{minor_digits(currency)}f}"
    if unit == "ratio":
        return percent(value)
    return plain(value, min(2, places(value)) if abs(value) < 1000 else 0)


def _why(value: MetricValue, *, zh: bool) -> str:
    if value.status == "no_data":
        return ("缺数据：" if zh else "no data: needs ") + ("、" if zh else ", ").join(
            text.say("zh" if zh else "en") for text in value.missing
        )
    if value.status == "undefined":
        return "无定义：分母为空" if zh else "undefined: nothing to divide by"
    if value.excluded:
        return f"{value.excluded:,} " + ("尚未到观察期，未计入" if zh else "not yet due, left out")
    return ""
