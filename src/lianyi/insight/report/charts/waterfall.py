"""From the level before to the level now, one step a factor; bars hang from one another."""

from lianyi.insight.report.charts.theme import COLOURS, LABEL, Slot, Spec, fitted, frame, rows, text_width, wrapped, x, y
from lianyi.insight.report.pictures import Waterfall

LINE = 16  # from one line of a name to the next
CUT_BELOW = 0.15
"""When all movement is under this share of the levels, the bars are cut at the foot (and marked so), or nothing could be seen."""


def _bars(picture: Waterfall, slot: Slot) -> list[dict[str, object]]:
    running = picture.start[1]
    bars: list[dict[str, object]] = [_bar(picture.start[0], 0.0, running, slot.short(running, picture.unit), "level")]
    for name, effect in picture.steps:
        bars.append(_bar(name, running, running + effect, slot.short(effect, picture.unit, delta=True), "up" if effect >= 0 else "down"))
        running += effect
    bars.append(_bar(picture.end[0], 0.0, picture.end[1], slot.short(picture.end[1], picture.unit), "level"))
    return bars


def _bar(name: str, start: float, end: float, text: str, kind: str) -> dict[str, object]:
    colour = {"level": COLOURS["ink-2"], "up": COLOURS["accent"], "down": COLOURS["bad"]}[kind]
    return {"n": name, "a": start, "b": end, "t": text, "kind": kind, "c": colour, "top": max(start, end), "low": min(start, end)}


def waterfall(picture: Waterfall, slot: Slot) -> Spec:
    """The specification of a waterfall: upright on a wide slot, lying on a narrow one or where there are too many steps for their numbers."""
    bars = _bars(picture, slot)
    tops = [float(str(bar["top"])) for bar in bars]
    steps = [float(str(bar["low"])) for bar in bars if bar["kind"] != "level"]
    levels = [picture.start[1], picture.end[1]]
    high, low = max(tops), min([0.0, *steps])
    foot = min([*steps, *levels])
    cut = foot > 0 and (high - foot) < CUT_BELOW * high
    if cut:
        low = foot - 1.5 * (high - foot)
        for bar in bars:
            if bar["kind"] == "level":
                bar["a"] = low
    span = high - low or 1
    tight = max(text_width(str(bar["t"]), LABEL + 1) for bar in bars) > (slot.width - 16) / len(bars)
    if slot.narrow or tight:  # side by side the numbers would run into each other
        return _lying(bars, slot, [low, high], span)
    return _upright(bars, slot, [low, high], span, cut=cut)


def _upright(bars: list[dict[str, object]], slot: Slot, domain: list[float], span: float, *, cut: bool) -> Spec:
    domain = [domain[0] - (0.12 * span if domain[0] < 0 else 0), domain[1] + 0.1 * span]
    count = len(bars)
    across = [0.0, float(count)]
    room = (slot.width - 16) / count
    for i, bar in enumerate(bars):
        bar.update(left=i + 0.16, right=i + 0.84, mid=i + 0.5, foot=domain[0], n=wrapped(str(bar["n"]), int(room) - 6))
    joints = [{"p": i + 0.84, "q": i + 1.16, "v": bar["b"]} for i, bar in enumerate(bars[:-1])]
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "cornerRadius": 1},
            "encoding": {
                "x": x("left", across),
                "x2": {"field": "right"},
                "y": y("a", domain),
                "y2": {"field": "b"},
                "color": {"field": "c", "type": "nominal", "scale": None},
            },
        },
        {
            "data": rows(joints),
            "mark": {"type": "rule", "stroke": COLOURS["muted"], "strokeWidth": 1},
            "encoding": {"x": x("p", across), "x2": {"field": "q"}, "y": y("v", domain)},
        },
        {
            "mark": {"type": "text", "dy": -9, "fontWeight": 600, "fontSize": LABEL + 1, "fill": COLOURS["ink"]},
            "encoding": {"x": x("mid", across), "y": y("top", domain), "text": {"field": "t", "type": "nominal"}},
        },
        {
            "mark": {"type": "text", "dy": 16, "fontSize": LABEL, "fill": COLOURS["ink-2"], "lineBreak": "\n", "lineHeight": LINE},
            "encoding": {"x": x("mid", across), "y": y("foot", domain), "text": {"field": "n", "type": "nominal"}},
        },
    ]
    if cut:
        at = domain[0] + 0.1 * span
        marks = [{"p": bar["left"], "q": bar["right"], "v": at, "w": at + 0.02 * span} for bar in bars if bar["kind"] == "level"]
        layers.append(
            {
                "data": rows(marks),
                "mark": {"type": "rule", "stroke": COLOURS["paper"], "strokeWidth": 4},
                "encoding": {"x": x("p", across), "x2": {"field": "q"}, "y": y("v", domain), "y2": {"field": "w"}},
            }
        )
    spec = frame(slot, slot.height(230), layers, left=8, right=8, top=8, bottom=28 + LINE * max(str(bar["n"]).count("\n") for bar in bars))
    spec["data"] = rows(bars)
    return spec


def _lying(bars: list[dict[str, object]], slot: Slot, domain: list[float], span: float) -> Spec:
    step, thick = 44, 12
    room = max(text_width(str(bar["t"])) for bar in bars) + 12
    inner = slot.width - 16
    domain = [domain[0], domain[1] + span * room / max(inner - room, 60)]
    down = [0.0, float(len(bars) * step)]
    flipped = {"domain": down, "reverse": True, "nice": False, "zero": False}
    for i, bar in enumerate(bars):
        centre = i * step + step * 0.66
        bar.update(
            p=centre - thick / 2, q=centre + thick / 2, mid=centre, head=i * step + 12, edge=domain[0], n=fitted(str(bar["n"]), inner)
        )
    vertical = {"type": "quantitative", "scale": flipped}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "cornerRadius": 1},
            "encoding": {
                "x": x("a", domain),
                "x2": {"field": "b"},
                "y": {"field": "p", **vertical},
                "y2": {"field": "q"},
                "color": {"field": "c", "type": "nominal", "scale": None},
            },
        },
        {
            "mark": {"type": "text", "align": "left", "baseline": "middle", "dx": 7, "fontWeight": 600, "fill": COLOURS["ink"]},
            "encoding": {"x": x("top", domain), "y": {"field": "mid", **vertical}, "text": {"field": "t", "type": "nominal"}},
        },
        {
            "mark": {"type": "text", "align": "left", "baseline": "middle", "fill": COLOURS["ink-2"]},
            "encoding": {"x": x("edge", domain), "y": {"field": "head", **vertical}, "text": {"field": "n", "type": "nominal"}},
        },
    ]
    spec = frame(slot, len(bars) * step, layers, left=8, right=8, top=4, bottom=4)
    spec["data"] = rows(bars)
    return spec
