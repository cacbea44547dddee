"""Horizontal bars in order, each named and valued in place; thin lines are intervals."""

from lianyi.insight.report.charts.theme import COLOURS, LABEL, PAGE, Slot, Spec, fitted, frame, rows, text_width, x, y
from lianyi.insight.report.pictures import Ranking

NAME = LABEL + 1  # size of a name beside its bar
TONES = {"plain": "accent", "good": "accent", "bad": "bad", "muted": "muted"}


def ranking(picture: Ranking, slot: Slot) -> Spec:
    """The specification of a ranking. On a narrow slot the name stands above its bar."""
    bars = picture.bars
    values = [slot.short(bar.value, picture.unit, delta=picture.delta) for bar in bars]
    room = max(text_width(value) for value in values) + 12
    widest = max(text_width(bar.name, NAME) for bar in bars)
    left = 8 if slot.narrow else min(widest + 16, 230)
    step, thick = (44, 12) if slot.narrow else (slot.height(32), slot.height(16))
    low = min(0.0, *(bar.low if bar.low is not None else bar.value for bar in bars), *(bar.value for bar in bars))
    high = max(0.0, *(bar.high if bar.high is not None else bar.value for bar in bars), *(bar.value for bar in bars))
    if high == low:
        high = low + 1
    negatives = low < 0
    inner = slot.width - left - 8
    free = max(inner - room - (room if negatives else 0), 60)
    domain = [low - (room * (high - low) / free if negatives else 0), high + room * (high - low) / free]
    down = [0.0, float(len(bars) * step)]
    data = []
    for i, (bar, value) in enumerate(zip(bars, values, strict=True)):
        centre = i * step + (step * 0.66 if slot.narrow else step / 2)
        data.append(
            {
                "n": fitted(bar.name, slot.width - 24, LABEL) if slot.narrow else fitted(bar.name, left - 14, NAME),
                "t": value,
                "v": bar.value,
                "zero": 0,
                "a": centre - thick / 2,
                "b": centre + thick / 2,
                "m": centre,
                "top": i * step + 12,
                "left": domain[0],
                "end": max(bar.value, bar.high or 0) if bar.value >= 0 else min(bar.value, bar.low or 0),
                "lo": bar.low,
                "hi": bar.high,
                "c": COLOURS[TONES[bar.tone]],
                "o": 0.55 if bar.tone == "muted" else 1,
                "sign": 1 if bar.value >= 0 else -1,
                **({"href": PAGE + bar.href} if bar.href else {}),
            }
        )
    colour = {"field": "c", "type": "nominal", "scale": None}
    place = {"y": y("m", down, scale={"domain": down, "reverse": True, "nice": False, "zero": False})}
    flipped = {"domain": down, "reverse": True, "nice": False, "zero": False}
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "cornerRadius": 2},
            "encoding": {
                "x": x("zero", domain),
                "x2": {"field": "v"},
                "y": y("a", down, scale=flipped),
                "y2": {"field": "b"},
                "color": colour,
                "opacity": {"field": "o", "type": "quantitative", "scale": None},
                **({"href": {"field": "href", "type": "nominal"}} if any(bar.href for bar in bars) else {}),
            },
        },
        *_intervals(picture, domain, place),
        _names(slot, domain, flipped),
        *(_value(sign, domain, place) for sign in ((1, -1) if any(bar.value < 0 for bar in bars) else (1,))),
    ]
    if negatives:
        spans = [(bar["a"], bar["b"]) for bar in data] if slot.narrow else [(0, down[1])]  # never through a name above its bar
        layers.append(
            {
                "data": rows([{"zero": 0, "a": a, "b": b} for a, b in spans]),
                "mark": {"type": "rule", "stroke": COLOURS["ink-3"], "strokeWidth": 1},
                "encoding": {"x": x("zero", domain), "y": y("a", down, scale=flipped), "y2": {"field": "b"}},
            }
        )
    spec = frame(slot, len(bars) * step, layers, left=left, right=8, top=4, bottom=4)
    spec["data"] = rows(data)
    return spec


def _names(slot: Slot, domain: list[float], flipped: Spec) -> Spec:
    if slot.narrow:
        mark = {"type": "text", "align": "left", "baseline": "middle", "dx": 0, "fontSize": LABEL, "fill": COLOURS["ink"]}
        field = "top"
    else:
        mark = {"type": "text", "align": "right", "baseline": "middle", "dx": -10, "fontSize": NAME, "fill": COLOURS["ink"]}
        field = "m"
    return {
        "mark": mark,
        "encoding": {
            "x": x("left", domain),
            "y": {"field": field, "type": "quantitative", "scale": flipped},
            "text": {"field": "n", "type": "nominal"},
        },
    }


def _value(sign: int, domain: list[float], place: Spec) -> Spec:
    return {
        "transform": [{"filter": f"datum.sign == {sign}"}],
        "mark": {
            "type": "text",
            "align": "left" if sign > 0 else "right",
            "baseline": "middle",
            "dx": 7 * sign,
            "fontSize": LABEL,
            "fontWeight": 600,
            "fill": COLOURS["ink-2"],
        },
        "encoding": {"x": x("end", domain), **place, "text": {"field": "t", "type": "nominal"}},
    }


def _intervals(picture: Ranking, domain: list[float], place: Spec) -> list[Spec]:
    if all(bar.low is None or bar.high is None for bar in picture.bars):
        return []
    only = [{"filter": "datum.lo != null && datum.hi != null"}]
    line: Spec = {
        "transform": only,
        "mark": {"type": "rule", "stroke": COLOURS["ink"], "strokeWidth": 1.5},
        "encoding": {"x": x("lo", domain), "x2": {"field": "hi"}, **place},
    }
    ends: list[Spec] = [
        {
            "transform": only,
            "mark": {"type": "tick", "orient": "vertical", "thickness": 1.5, "size": 9, "color": COLOURS["ink"]},
            "encoding": {"x": x(end, domain), **place},
        }
        for end in ("lo", "hi")
    ]
    return [line, *ends]
