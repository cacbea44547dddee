"""SVG for a page: the page's own colours and font, nothing that asks for another resource."""

import re
from collections.abc import Iterable

from markupsafe import Markup, escape

from lianyi.insight.report.charts import COLOURS, Slot, svg
from lianyi.insight.report.document import Chart, Interval, Spark
from lianyi.insight.report.formats import Formatter

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
    for role, colour in COLOURS.items():
        text = text.replace(colour, "url(#hatch)" if role == "hatch" else f"var(--{role})")
    return Markup(text.replace("<svg", f'<svg class="{name}" aria-hidden="true" focusable="false"', 1))


def sparkline(spark: Spark, alt: str, *, width: int = 120, height: int = 32) -> Markup:
    """A series as a small line; an unfinished last period is dashed, its point open."""
    known = [value for _, value, _ in spark.points if value is not None]
    low, high = min(known), max(known)
    span = (high - low) or 1.0
    step = (width - 8) / max(len(spark.points) - 1, 1)
    place = [
        None if value is None else (4 + i * step, height - 4 - (height - 8) * (value - low) / span)
        for i, (_, value, _) in enumerate(spark.points)
    ]
    solid: list[str] = []
    dashed: list[str] = []
    for i in range(1, len(place)):
        before, here = place[i - 1], place[i]
        if before is None or here is None:
            continue
        complete = spark.points[i][2] and spark.points[i - 1][2]
        (solid if complete else dashed).append(f"M{before[0]:.1f} {before[1]:.1f}L{here[0]:.1f} {here[1]:.1f}")
    last, end = next((i, point) for i, point in reversed(list(enumerate(place))) if point is not None)
    parts = [
        Markup(
            '<svg class="spark" role="img" aria-label="{}" viewBox="0 0 {} {}" width="{}" height="{}" preserveAspectRatio="xMinYMid meet">'
        ).format(alt, width, height, width, height),
        _path(solid, "solid"),
        _path(dashed, "dashed"),
        Markup('<circle cx="{}" cy="{}" r="2.75" class="{}"/></svg>').format(
            f"{end[0]:.1f}", f"{end[1]:.1f}", "end" if spark.points[last][2] else "end open"
        ),
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
