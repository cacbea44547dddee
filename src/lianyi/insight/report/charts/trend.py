"""Lines over time: the window strong, the baseline dashed grey, unfinished periods dashed and open."""

from lianyi.insight.report.charts.theme import COLOURS, LABEL, PAGE, Slot, Spec, axis, fitted, frame, rows, text_width, thinned, ticks, x, y
from lianyi.insight.report.pictures import Line, Trend

MOST_POINTS = 32


def trend(picture: Trend, slot: Slot) -> Spec:
    """The specification of a trend."""
    marks = ticks(*span(picture), 3 if slot.narrow else 5)
    domain = [marks[0], marks[-1]]
    names = [slot.tick(mark, picture.unit) for mark in marks]
    left = max(text_width(name, 11) for name in names) + 14
    right = _label_room(picture, slot)
    height = 190 if slot.narrow else slot.height(250)
    last = max(len(picture.periods) - 1, 1)
    across = [0.0, float(last)]
    labels = slot.formatter.ticks(picture.periods, picture.grain)
    shown = thinned(labels, slot.width - left - right + 30)
    x_axis = axis([float(i) for i in shown], [labels[i] for i in shown], orient="bottom", labelFlush=False)
    y_axis = axis(marks, names, grid=True, orient="left")
    layers: list[Spec] = [
        {
            "data": rows([{"i": 0, "v": marks[0]}]),
            "mark": {"type": "point", "opacity": 0, "color": COLOURS["line"]},
            "encoding": {"x": x("i", across, axis=x_axis), "y": y("v", domain, axis=y_axis)},
        }
    ]
    if picture.level is not None:
        layers += _level(picture.level, across, domain)
    for line in sorted(picture.lines, key=lambda item: item.role == "now"):
        layers += _line(line, across, domain)
    layers.append(_labels(picture, slot, across, domain, height, right))
    return frame(slot, height, layers, left=left, right=right, top=14, bottom=30, axes=True)


def span(picture: Trend) -> tuple[float, float]:
    """The values an axis has to hold. Amounts and counts begin at zero; ratios do where they reach down to half of their largest."""
    known = [v for line in picture.lines for v in line.values if v is not None]
    if picture.level is not None:
        known.append(picture.level)
    low, high = min(known, default=0.0), max(known, default=1.0)
    return (0.0 if low >= 0 and (picture.unit in ("money", "count") or low < 0.5 * high) else low), high


def _label_room(picture: Trend, slot: Slot) -> int:
    widest = max((text_width(text) for text, *_ in _endings(picture, slot)), default=0)
    return min(widest + 14, 116 if slot.narrow else 150)


def _endings(picture: Trend, slot: Slot) -> list[tuple[str, int, float, str]]:
    """(label, index, value, role) at the last known point of each line, and the flat level."""
    found = []
    for line in picture.lines:
        known = [(i, v) for i, v in enumerate(line.values) if v is not None]
        if known:
            i, v = known[-1]
            text = slot.short(v, picture.unit)
            found.append((f"{line.name} {text}" if len(picture.lines) > 1 else text, i, v, line.role))
    if picture.level is not None:
        found.append(
            (
                f"{picture.level_name} {slot.short(picture.level, picture.unit)}"
                if not slot.narrow
                else slot.short(picture.level, picture.unit),
                len(picture.periods) - 1,
                picture.level,
                "baseline",
            )
        )
    return found


def _labels(picture: Trend, slot: Slot, across: list[float], domain: list[float], height: int, right: int) -> Spec:
    """Names at the line ends, moved apart where they would touch."""
    span = domain[1] - domain[0]
    apart = 15 * span / height
    placed: list[dict[str, object]] = []
    previous: float | None = None
    for text, _, value, role in sorted(_endings(picture, slot), key=lambda item: item[2]):
        at = value if previous is None else max(value, previous + apart)
        previous = at
        colour = COLOURS["accent"] if role == "now" else COLOURS["ink-3"]
        placed.append({"i": across[1], "v": at, "t": fitted(text, right - 12), "c": colour})
    return {
        "data": rows(placed),
        "mark": {"type": "text", "align": "left", "dx": 9, "baseline": "middle", "fontSize": LABEL, "fontWeight": 600},
        "encoding": {
            "x": x("i", across),
            "y": y("v", domain),
            "text": {"field": "t", "type": "nominal"},
            "color": {"field": "c", "type": "nominal", "scale": None},
        },
    }


def _level(level: float, across: list[float], domain: list[float]) -> list[Spec]:
    return [
        {
            "data": rows([{"a": across[0], "b": across[1], "v": level}]),
            "mark": {"type": "rule", "stroke": COLOURS["muted"], "strokeWidth": 1.5, "strokeDash": [5, 4]},
            "encoding": {"x": x("a", across), "x2": {"field": "b"}, "y": y("v", domain)},
        }
    ]


def _line(line: Line, across: list[float], domain: list[float]) -> list[Spec]:
    now = line.role == "now"
    colour = COLOURS["accent" if now else "muted"]
    solid: list[dict[str, object]] = []
    dashed: list[dict[str, object]] = []
    run = 0
    for i, value in enumerate(line.values):
        before = line.values[i - 1] if i else None
        if value is None:
            run += 1
            continue
        if before is not None and not (line.complete[i] and line.complete[i - 1]):
            dashed.append({"i": i - 1, "v": before, "j": i, "w": value})
        if not line.complete[i]:
            run += 1
            continue
        solid.append({"i": i, "v": value, "run": run})
    layers: list[Spec] = [
        {
            "data": rows(solid),
            "mark": {
                "type": "line",
                "stroke": colour,
                "strokeWidth": 2.25 if now else 1.5,
                "strokeJoin": "round",
                "strokeCap": "round",
                **({} if now else {"strokeDash": [5, 4]}),
            },
            "encoding": {"x": x("i", across), "y": y("v", domain), "detail": {"field": "run", "type": "nominal"}},
        }
    ]
    if dashed:
        layers.append(
            {
                "data": rows(dashed),
                "mark": {"type": "rule", "stroke": colour, "strokeWidth": 1.75, "strokeDash": [2, 4]},
                "encoding": {"x": x("i", across), "x2": {"field": "j"}, "y": y("v", domain), "y2": {"field": "w"}},
            }
        )
    if now and len(line.values) <= MOST_POINTS:
        points = [
            {
                "i": i,
                "v": v,
                "f": COLOURS["accent" if line.complete[i] else "paper"],
                **({"href": PAGE + line.hrefs[i]} if line.hrefs else {}),
            }
            for i, v in enumerate(line.values)
            if v is not None
        ]
        layers.append(
            {
                "data": rows(points),
                "mark": {"type": "point", "size": 34, "stroke": colour, "strokeWidth": 1.75, "opacity": 1},
                "encoding": {
                    "x": x("i", across),
                    "y": y("v", domain),
                    "fill": {"field": "f", "type": "nominal", "scale": None},
                    **({"href": {"field": "href", "type": "nominal"}} if line.hrefs else {}),
                },
            }
        )
    return layers
