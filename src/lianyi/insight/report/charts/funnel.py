"""Steps of a funnel as bars of the first step's length, with what each step keeps of the one before."""

from lianyi.insight.report.charts.theme import COLOURS, LABEL, Slot, Spec, fitted, frame, rows, text_width, x
from lianyi.insight.report.pictures import Funnel
from lianyi.kernel.numbers import percent


def funnel(picture: Funnel, slot: Slot) -> Spec:
    """The specification of a funnel."""
    first = picture.steps[0][1]
    step, thick = (54, 20) if slot.narrow else (slot.height(52), slot.height(26))
    left = 8 if slot.narrow else min(max(text_width(name) for name, _ in picture.steps) + 20, 220)
    domain = [0.0, first]
    down = [0.0, float(len(picture.steps) * step)]
    data = []
    before: float | None = None
    for i, (name, count) in enumerate(picture.steps):
        centre = i * step + (step * 0.62 if slot.narrow else thick / 2 + 4)
        kept = "" if not before else f"↓ {percent(count / before)}"
        written = slot.short(count, picture.unit)
        data.append(
            {
                "n": fitted(name, slot.width // 2) if slot.narrow else fitted(name, left - 12),
                "v": count,
                "zero": 0,
                "full": first,
                "a": centre - thick / 2,
                "b": centre + thick / 2,
                "m": centre,
                "head": i * step + 12 if slot.narrow else centre,
                "t": f"{written} · {percent(count / first)}" if i else written,
                "k": kept,
                "between": i * step + (12 if slot.narrow else -7),
            }
        )
        before = count
    vertical = {"type": "quantitative", "scale": {"domain": down, "reverse": True, "nice": False, "zero": False}}
    wide_text = max(text_width(str(row["t"])) for row in data) + 14
    right = 8 if slot.narrow else wide_text
    layers: list[Spec] = [
        {
            "mark": {"type": "rect", "fill": COLOURS["line"], "cornerRadius": 2, "opacity": 0.55},
            "encoding": {"x": x("zero", domain), "x2": {"field": "full"}, "y": {"field": "a", **vertical}, "y2": {"field": "b"}},
        },
        {
            "mark": {"type": "rect", "fill": COLOURS["accent"], "cornerRadius": 2},
            "encoding": {"x": x("zero", domain), "x2": {"field": "v"}, "y": {"field": "a", **vertical}, "y2": {"field": "b"}},
        },
        {
            "mark": {
                "type": "text",
                "align": "left" if slot.narrow else "right",
                "baseline": "middle",
                "dx": 0 if slot.narrow else -12,
                "fontSize": LABEL + (0 if slot.narrow else 1),
                "fill": COLOURS["ink"],
            },
            "encoding": {"x": x("zero", domain), "y": {"field": "head", **vertical}, "text": {"field": "n", "type": "nominal"}},
        },
        {
            "mark": {
                "type": "text",
                "align": "right" if slot.narrow else "left",
                "baseline": "middle",
                "dx": 0 if slot.narrow else 10,
                "fontWeight": 600,
                "fill": COLOURS["ink-2"],
            },
            "encoding": {"x": x("full", domain), "y": {"field": "head", **vertical}, "text": {"field": "t", "type": "nominal"}},
        },
    ]
    kept_mark = {
        "type": "text",
        "align": "center" if slot.narrow else "left",
        "baseline": "middle",
        "dx": 0 if slot.narrow else 4,
        "fill": COLOURS["ink-3"],
        "fontSize": LABEL,
    }
    layers.append(
        {
            "transform": [{"calculate": "datum.full * 0.5" if slot.narrow else "0", "as": "kx"}],
            "mark": kept_mark,
            "encoding": {"x": x("kx", domain), "y": {"field": "between", **vertical}, "text": {"field": "k", "type": "nominal"}},
        }
    )
    spec = frame(
        slot, len(picture.steps) * step - (0 if slot.narrow else step - thick - 12), layers, left=left, right=right, top=4, bottom=4
    )
    down[1] = float(spec["height"])
    spec["data"] = rows(data)
    return spec
