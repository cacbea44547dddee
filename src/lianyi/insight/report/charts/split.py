"""Parts of a whole over time, stacked; the unfinished period is drawn pale."""

from lianyi.insight.report.charts.theme import (
    COLOURS,
    LABEL,
    OPACITIES,
    Slot,
    Spec,
    axis,
    fitted,
    frame,
    rows,
    text_width,
    thinned,
    ticks,
    x,
    y,
)
from lianyi.insight.report.pictures import Split


def split(picture: Split, slot: Slot) -> Spec:
    """The specification of a stacked area; the first part lies at the bottom and is the strongest."""
    count = len(picture.periods)
    floors = [0.0] * count
    bands: list[tuple[str, float, list[dict[str, float]]]] = []
    for k, part in enumerate(picture.parts):
        points = []
        for i, value in enumerate(part.values):
            top = floors[i] + max(value or 0.0, 0.0)
            points.append({"i": float(i), "a": floors[i], "b": top})
            floors[i] = top
        bands.append((part.name, OPACITIES[min(k, len(OPACITIES) - 1)], points))
    marks = ticks(0.0, max(floors), 3 if slot.narrow else 5)
    domain, across = [marks[0], marks[-1]], [0.0, float(count - 1)]
    names = [slot.tick(mark, picture.unit) for mark in marks]
    left = max(text_width(name, 11) for name in names) + 14
    right = min(max(text_width(name) for name, _, _ in bands) + 16, 90 if slot.narrow else 140)
    labels = slot.formatter.ticks(picture.periods, picture.grain)
    shown = thinned(labels, slot.width - left - right + 30)
    open_from = _open_from(picture)
    layers: list[Spec] = [
        {
            "data": rows([{"i": 0, "b": 0}]),
            "mark": {"type": "point", "opacity": 0, "color": COLOURS["line"]},
            "encoding": {
                "x": x("i", across, axis=axis([float(i) for i in shown], [labels[i] for i in shown], orient="bottom")),
                "y": y("b", domain, axis=axis(marks, names, grid=True, orient="left")),
            },
        }
    ]
    for _, opacity, points in bands:
        layers.append(_area(points[:open_from], opacity, across, domain))
        if open_from < count:
            layers.append(_area(points[open_from - 1 :], opacity * 0.4, across, domain))
    placed = [{"i": across[1], "v": (points[-1]["a"] + points[-1]["b"]) / 2, "t": fitted(name, right - 10)} for name, _, points in bands]
    layers.append(
        {
            "data": rows(list(placed)),
            "mark": {
                "type": "text",
                "align": "left",
                "baseline": "middle",
                "dx": 9,
                "fontSize": LABEL,
                "fontWeight": 600,
                "fill": COLOURS["ink-2"],
            },
            "encoding": {"x": x("i", across), "y": y("v", domain), "text": {"field": "t", "type": "nominal"}},
        }
    )
    return frame(slot, 180 if slot.narrow else slot.height(230), layers, left=left, right=right, top=12, bottom=30, axes=True)


def _open_from(picture: Split) -> int:
    """Index from which the trailing periods are unfinished; at least 1, the length when all are finished."""
    count = len(picture.periods)
    while count > 1 and not all(part.complete[count - 1] for part in picture.parts):
        count -= 1
    return count


def _area(points: list[dict[str, float]], opacity: float, across: list[float], domain: list[float]) -> Spec:
    return {
        "data": rows(list(points)),
        "mark": {"type": "area", "fill": COLOURS["accent"], "fillOpacity": opacity, "stroke": COLOURS["paper"], "strokeWidth": 1},
        "encoding": {"x": x("i", across), "y": y("a", domain), "y2": {"field": "b"}},
    }
