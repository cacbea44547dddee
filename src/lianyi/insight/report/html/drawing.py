"""SVG for a page: the page's own colours and font, nothing that asks for another resource."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from lianyi.insight.report.cells import Interval, Spark
from lianyi.insight.report.charts import COLOURS, Slot, svg
from lianyi.insight.report.document import Chart
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.sparks import Place, strokes

WIDE, NARROW = 860, 350
_NOISE = re.compile(r' (?:xmlns(?::xlink)?|version|class|role|aria-[a-z]+|font-family|pointer-events|stroke-miterlimit)="[^"]*"')
_EMPTY = re.compile(r'<path(?: [a-z]+="[^"]*")*? d=""[^>]*/>|<path aria-hidden="true" d="M0,0h0v0h0Z"[^>]*/>')
_LONG = re.compile(r"(\d\.\d{2})\d+")


def drawings(chart: Chart, formatter: Formatter) -> Markup:
    """A chart drawn for a wide and for a narrow page; the style sheet shows the one that fits."""
    wide, narrow = (page_svg(svg(chart.picture, Slot(width, formatter)), name) for width, name in ((WIDE, "wide"), (NARROW, "narrow")))
    return Markup('<div class="drawing" role="img" aria-label="{}">{}{}</div>').format(chart.alt, wide, narrow)


def page_svg(source: str, name: str) -> Markup:
    """A standalone SVG made part of the page: its named colours become the page's variables."""
    text = _LONG.sub(r"\1", _NOISE.sub("", _EMPTY.sub("", source)))
    # The picture is hidden from readers of the screen, who have its table: its links are for the pointer only.
    text = text.replace("<a ", '<a tabindex="-1" ')
    for role, colour in COLOURS.items():
        text = text.replace(colour, "url(#hatch)" if role == "hatch" else f"var(--{role})")
    return Markup(text.replace("<svg", f'<svg class="{name}" aria-hidden="true" focusable="false"', 1))


def sparkline(spark: Spark, alt: str, *, width: int = 120, height: int = 32) -> Markup:
    """A series as a small line; an unfinished last period is dashed, its point open."""
    drawn = strokes(spark)

    def at(place: Place) -> str:
        return f"{4 + (width - 8) * place[0]:.1f} {height - 4 - (height - 8) * place[1]:.1f}"

    def path(pieces: Iterable[tuple[Place, Place]]) -> list[str]:
        return [f"M{at(before)}L{at(here)}" for before, here in pieces]

    x, y = at(drawn.end).split()
    parts = [
        Markup(
            '<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}" preserveAspectRatio="xMinYMid meet">'
        ).format(alt, width, height, width, height),
        _path(path(drawn.solid), "solid"),
        _path(path(drawn.dashed), "dashed"),
        Markup('<circle cx="{}" cy="{}" r="2.75" class="{}"/></svg>').format(x, y, "end open" if drawn.open else "end"),
    ]
    return Markup("").join(parts)


def meter(score: float, interval: Interval | None) -> Markup:
    """A score of 100 as a bar, its interval as a thin line over it. Decoration: the number stands beside it."""
    band = Markup("")
    if interval is not None:
        band = Markup('<line x1="{0:.1f}" x2="{1:.1f}" y1="5" y2="5" class="band"/>').format(interval.low, interval.high)
    bar = Markup('<rect class="track" y="2" width="100" height="6"/><rect class="bar" y="2" width="{:.1f}" height="6"/>').format(
        min(max(score, 0), 100)
    )
    return Markup(
        '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">{}{}</svg>'
    ).format(bar, band)


def _path(pieces: Iterable[str], name: str) -> Markup:
    drawn = "".join(pieces)
    return Markup(f'<path class="{escape(name)}" d="{escape(drawn)}"/>') if drawn else Markup("")
