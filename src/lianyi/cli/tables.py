"""Tables on a terminal; Chinese characters are two columns wide."""

import unicodedata
from collections.abc import Sequence

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
