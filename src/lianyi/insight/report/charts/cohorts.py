"""Retention of cohorts as a heat map: depth of one hue is the share; what is not over yet is hatched, never pale."""

from lianyi.insight.report.charts.theme import COLOURS, SMALL, Slot, Spec, frame, rows, text_width, x
from lianyi.insight.report.pictures import Cohorts

SMALL_N = 30
LIGHT, DARK = 0.08, 0.95
MID, DEEP = 0.58, 0.8  # where black and white text are equally readable on the accent: on a dark page, on a light one


def cohorts(picture: Cohorts, slot: Slot) -> Spec:
    """The specification of the heat map. The first period, always 100%, is left out; the cohort's size stands in its place."""
    offsets = picture.offsets[1:] if picture.offsets and picture.offsets[0] == 0 and len(picture.offsets) > 1 else picture.offsets
    skip = len(picture.offsets) - len(offsets)
    labels = slot.formatter.ticks(picture.starts, picture.grain)
    sizes = ["" if size is None else f"{size:,}" for size in picture.sizes]
    name_room = max(text_width(label, SMALL) for label in labels) + 8
    size_room = max(text_width(size, SMALL) for size in sizes) + 12
    left = name_room + size_room
    cell = (slot.width - left - 4) / len(offsets)
    tall = 24 if slot.narrow else slot.height(28)
    known = [share for row in picture.shares for share in row[skip:] if share is not None]
    top = max(known, default=1.0) or 1.0
    written = cell >= 19
    data = []
    for r, row in enumerate(picture.shares):
        for c, share in enumerate(row[skip:]):
            depth = 0.0 if share is None else LIGHT + (DARK - LIGHT) * max(share, 0.0) / top
            data.append(
                {
                    "p": c,
                    "q": c + 1,
                    "a": r,
                    "b": r + 1,
                    "c": COLOURS["hatch" if share is None else "accent"],
                    "o": 1 if share is None else round(depth, 3),
                    "t": _percent(share, cell) if written and share is not None else "",
                    "ink": COLOURS["cell-high" if depth > DEEP else "cell-mid" if depth > MID else "cell-low"],
                    "x": c + 0.5,
                    "y": r + 0.5,
                }
            )
    across, down = [0.0, float(len(offsets))], [0.0, float(len(labels))]
    flipped = {"domain": down, "reverse": True, "nice": False, "zero": False}
    vertical = {"type": "quantitative", "scale": flipped}
    named = [
        {"x": 0, "y": r + 0.5, "n": label, "s": size, "c": COLOURS["bad" if (picture.sizes[r] or SMALL_N) < SMALL_N else "ink-3"]}
        for r, (label, size) in enumerate(zip(labels, sizes, strict=True))
    ]
    heads = [{"x": c + 0.5, "y": 0, "n": str(offset)} for c, offset in enumerate(offsets)]
    place = {"x": x("x", across), "y": {"field": "y", **vertical}}
    layers: list[Spec] = [
        {
            "data": rows(data),
            "mark": {"type": "rect", "stroke": COLOURS["paper"], "strokeWidth": 2},
            "encoding": {
                "x": x("p", across),
                "x2": {"field": "q"},
                "y": {"field": "a", **vertical},
                "y2": {"field": "b"},
                "fill": {"field": "c", "type": "nominal", "scale": None},
                "fillOpacity": {"field": "o", "type": "quantitative", "scale": None},
            },
        },
        {
            "data": rows([cell_ for cell_ in data if cell_["t"]]),
            "mark": {"type": "text", "baseline": "middle", "fontSize": 10 if slot.narrow else SMALL},
            "encoding": {**place, "text": {"field": "t", "type": "nominal"}, "color": {"field": "ink", "type": "nominal", "scale": None}},
        },
        {
            "data": rows(named),
            "mark": {"type": "text", "align": "right", "baseline": "middle", "dx": -size_room, "fontSize": SMALL, "fill": COLOURS["ink-2"]},
            "encoding": {**place, "text": {"field": "n", "type": "nominal"}},
        },
        {
            "data": rows(named),
            "mark": {"type": "text", "align": "right", "baseline": "middle", "dx": -8, "fontSize": SMALL},
            "encoding": {**place, "text": {"field": "s", "type": "nominal"}, "color": {"field": "c", "type": "nominal", "scale": None}},
        },
        {
            "data": rows(heads),
            "mark": {"type": "text", "baseline": "bottom", "dy": -5, "fontSize": SMALL, "fill": COLOURS["ink-3"]},
            "encoding": {**place, "text": {"field": "n", "type": "nominal"}},
        },
    ]
    return frame(slot, tall * len(labels), layers, left=left, right=4, top=22, bottom=4)


def _percent(share: float, cell: float) -> str:
    return f"{share:.1%}" if cell >= 46 else f"{share * 100:.0f}"
