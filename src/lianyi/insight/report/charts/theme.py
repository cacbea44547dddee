"""The one look of every chart, and the few layout rules all of them share.

Colours are named roles; each has one hex value that occurs nowhere else, so that a page can turn it into its own variable
(light, dark, print) by replacing text, while the SVG still stands by itself.
"""

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.formats import Formatter

COLOURS = {
    "ink": "#16212a",
    "ink-2": "#495762",
    "ink-3": "#66737e",
    "line": "#dfe5e9",
    "paper": "#fefefe",
    "accent": "#0b5f70",
    "bad": "#a8432a",
    "muted": "#9aa7b1",
    "cell-low": "#000001",
    "cell-mid": "#000002",
    "cell-high": "#fffffd",
    "hatch": "#e8edf1",
    "wash": "#f4f7f8",
    "accent-wash": "#e6f1f3",
    "bad-wash": "#faeee9",
}
FONT = "'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', 'Source Han Sans SC', system-ui, sans-serif"
SMALL, LABEL = 11, 12
PAGE = "https://page.invalid"
"""Stands before a link while a picture is drawn: the drawer would put an address of its own before a path."""
FULL_WIDTH = 860
OPACITIES = (1.0, 0.5, 0.28, 0.16)
"""Parts of a whole in one hue."""

Spec = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Slot:
    """The room a chart is drawn for: total width in pixels, and who reads it."""

    width: int
    formatter: Formatter

    @property
    def narrow(self) -> bool:
        return self.width < 500

    def height(self, full: int) -> int:
        """The height of a chart that is `full` pixels high at the widest slot, so that its shape stays the same on paper."""
        return round(full * min(1.0, max(0.7, self.width / FULL_WIDTH)))

    def tick(self, value: float, unit: str) -> str:
        """A tick's label, without the zeros that precision would leave."""
        return re.sub(r"(\.\d*?)0+(?=\D|$)", lambda m: "" if m[1] == "." else m[1], self.short(value, unit))

    def short(self, value: float, unit: str, *, delta: bool = False) -> str:
        return self.formatter.short(Quantity(value, unit, delta=delta))


def frame(
    slot: Slot, height: int, layers: list[Spec], *, left: int = 8, right: int = 8, top: int = 8, bottom: int = 8, axes: bool = False
) -> Spec:
    """A whole specification: `height` is the inner height; the outer width is exactly the slot's.

    The padding is ours, not measured, so the drawing is the same on a machine without Chinese fonts.
    """
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v6.json",
        "width": slot.width - left - right,
        "height": height,
        "autosize": {"type": "none"},
        "padding": {"left": left, "right": right, "top": top, "bottom": bottom},
        "layer": layers,
        "config": {
            "background": None,
            "font": FONT,
            "view": {"stroke": None},
            "axis": {
                "disable": not axes,
                "domain": False,
                "ticks": False,
                "grid": False,
                "labelColor": COLOURS["ink-3"],
                "labelFontSize": SMALL,
                "title": None,
                "labelPadding": 8,
                "labelLimit": 0,
            },
            "text": {"fontSize": LABEL, "fill": COLOURS["ink-2"], "limit": 0},
            "scale": {"round": False},
            "customFormatTypes": False,
        },
    }


def rows(values: list[dict[str, Any]]) -> Spec:
    """Inline data."""
    return {"values": values}


def axis(scale_values: list[float], labels: list[str], *, grid: bool = False, **more: Any) -> Spec:
    """An axis with exactly these ticks and labels."""
    known, named = json.dumps(scale_values), json.dumps(labels, ensure_ascii=False)
    return {
        "values": scale_values,
        "tickCount": len(scale_values),  # else the renderer drops ticks where it thinks them dense
        "labelExpr": f"{named}[indexof({known}, datum.value)]",
        "grid": grid,
        "gridColor": COLOURS["line"],
        "labelOverlap": False,
        "title": None,
        **more,
    }


def text_width(text: str, size: int = LABEL) -> int:
    """Width of a text in pixels, by the widths of its characters: Chinese ones are square, others narrower."""
    return math.ceil(size * sum(_width(c) for c in text))


def _width(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    if character.isupper():
        return 0.7
    return 0.32 if character in " .,:;|!'il()" else 0.6


def fitted(text: str, width: int, size: int = LABEL) -> str:
    """A text cut to a width, with an ellipsis where it was cut.

    >>> fitted("烟酰胺焕亮精华", 60), fitted("short", 60)
    ('烟酰胺焕…', 'short')
    """
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text + "…"


def wrapped(text: str, width: int, size: int = LABEL) -> str:
    """A text in at most two lines of a width, parted by a line break: at a space or bracket where one is near, the second line cut where it must be.

    >>> wrapped("客单价（每笔）", 60), wrapped("Value per order", 80), wrapped("短", 60)
    ('客单价\\n（每笔）', 'Value per\\norder', '短')
    """
    if text_width(text, size) <= width:
        return text
    longest = max(k for k in range(1, len(text)) if k == 1 or text_width(text[:k], size) <= width)
    breaks = [k for k in range(1, longest + 1) if text[k] in " （(" or text[k - 1] in "、，/"]
    at = breaks[-1] if breaks else longest
    return f"{text[:at].rstrip()}\n{fitted(text[at:].lstrip(), width, size)}"


def ticks(low: float, high: float, count: int = 5) -> list[float]:
    """Round tick values that span a range, zero among them when the range holds it.

    >>> ticks(0, 214), ticks(0.16, 0.21)
    ([0, 50, 100, 150, 200, 250], [0.16, 0.17, 0.18, 0.19, 0.2, 0.21])
    """
    if high <= low:
        high = low + (abs(low) or 1)
    raw = (high - low) / count
    power = 10 ** math.floor(math.log10(raw))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= raw * 0.99)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(i * step, 10) for i in range(first, last + 1)]


def thinned(labels: tuple[str, ...], width: float) -> list[int]:
    """Indices of the labels that fit side by side into a width, counted back from the last."""
    if not labels:
        return []
    widest = max(text_width(label, SMALL) for label in labels) + 10
    step = max(1, math.ceil(len(labels) * widest / max(width, 1)))
    return sorted(range(len(labels) - 1, -1, -step))


def x(field: str, domain: list[float], **more: Any) -> Spec:
    """A horizontal position on a fixed domain; charts do not let the grammar choose scales."""
    return {"field": field, "type": "quantitative", "scale": {"domain": domain, "nice": False, "zero": False}, **more}


def y(field: str, domain: list[float], **more: Any) -> Spec:
    """A vertical position on a fixed domain."""
    return {"field": field, "type": "quantitative", "scale": {"domain": domain, "nice": False, "zero": False}, **more}
