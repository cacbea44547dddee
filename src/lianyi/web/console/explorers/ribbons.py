"""The ways through sessions as a sankey: one column a step, ribbons as thick as the sessions that take them."""

from collections import defaultdict
from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lianyi.insight.report.charts.theme import fitted, text_width
from lianyi.kernel.text import Text
from lianyi.web.console.explorers.drawing import event_name
from lianyi.web.ui.templatetags.words import spoken

WIDTH, HEIGHT, BAR, GAP, TOP = 860, 380, 10, 10, 26
MOST_NODES = 6
OTHER, LEFT = "\0other", "\0left"
NAMES = {OTHER: Text(zh="其他", en="other"), LEFT: Text(zh="离开", en="left")}
Link = tuple[int, str, str | None, int]


def folded(links: Sequence[Link], most: int = MOST_NODES) -> dict[tuple[int, str, str], int]:
    """Links between the largest events of each step; the others are taken together, leaving keeps its own place.

    >>> folded([(0, "a", "b", 3), (0, "a", None, 1)])
    {(0, 'a', 'b'): 3, (0, 'a', '\\x00left'): 1}
    """
    size: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for step, source, target, n in links:
        size[step][source] += n
        if target is not None:
            size[step + 1][target] += 0
    arriving: dict[tuple[int, str], int] = defaultdict(int)
    for step, _, target, n in links:
        if target is not None:
            arriving[step + 1, target] += n
    kept = {
        step: set(sorted(names, key=lambda name: (-max(names[name], arriving[step, name]), name))[:most]) for step, names in size.items()
    }
    found: dict[tuple[int, str, str], int] = defaultdict(int)
    for step, source, target, n in links:
        begin = source if source in kept[step] else OTHER
        end = LEFT if target is None else target if target in kept[step + 1] else OTHER
        found[step, begin, end] += n
    return dict(found)


def ribbons_svg(links: Sequence[Link], goal: str) -> SafeString:
    """The sankey, for a wide page; a narrow one shows the beginnings as a list instead."""
    flows = folded(links)
    columns: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    into: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for (step, begin, end), n in flows.items():
        columns[step][begin] += n
        into[step + 1][end] += n
    for step, names in into.items():
        for name, n in names.items():
            columns[step][name] = max(columns[step][name], n)
    tallest = max(sum(names.values()) for names in columns.values())
    last = max(columns)
    room = max(text_width(_name(name)) for name in columns[last]) + 16
    across = (WIDTH - BAR - min(room, 130)) / max(1, last)
    places: dict[tuple[int, str], tuple[float, float]] = {}
    for step, names in columns.items():
        scale = (HEIGHT - GAP * MOST_NODES) / tallest
        y = float(TOP)
        for name in sorted(names, key=lambda name: (name == LEFT, name == OTHER, -names[name], name)):
            places[step, name] = (y, max(1.5, names[name] * scale))
            y += places[step, name][1] + GAP
    scale = (HEIGHT - GAP * MOST_NODES) / tallest
    out: dict[tuple[int, str], float] = defaultdict(float)
    came: dict[tuple[int, str], float] = defaultdict(float)
    bands = []
    for (step, begin, end), n in sorted(
        flows.items(), key=lambda item: (item[0][0], places[item[0][0], item[0][1]][0], places[item[0][0] + 1, item[0][2]][0])
    ):
        thick = n * scale
        y1 = places[step, begin][0] + out[step, begin] + thick / 2
        y2 = places[step + 1, end][0] + came[step + 1, end] + thick / 2
        out[step, begin] += thick
        came[step + 1, end] += thick
        x1, x2 = step * across + BAR, (step + 1) * across
        middle = (x1 + x2) / 2
        way = f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}"
        tone = "leaving" if end == LEFT else "reaching" if end == goal else ""
        bands.append((tone, way, f"{max(thick, 0.75):.1f}", f"{_name(begin)} → {_name(end)}: {n:,}"))
    bars = []
    for (step, name), (y, tall) in places.items():
        x = step * across
        label = fitted(_name(name), int(across - BAR - 14)) if step < last else fitted(_name(name), 122)
        tone = "leaving" if name == LEFT else "reaching" if name == goal else ""
        show = label if tall >= 9 else ""
        bars.append((tone, f"{x:.1f}", f"{y:.1f}", BAR, f"{tall:.1f}", f"{x + BAR + 5:.1f}", f"{y + min(tall / 2, 40) + 4:.1f}", show))
    bottom = round(max(y + tall for y, tall in places.values()) + 8)
    return format_html(
        '<svg class="ribbons wide" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">{}{}{}</svg>',
        WIDTH,
        bottom,
        WIDTH,
        bottom,
        format_html_join(
            "", '<text class="step" x="{}" y="14">{}</text>', ((f"{step * across:.1f}", _step(step)) for step in sorted(columns))
        ),
        format_html_join("", '<path class="{}" d="{}" stroke-width="{}"><title>{}</title></path>', bands),
        format_html_join("", '<rect class="{}" x="{}" y="{}" width="{}" height="{}" rx="2"/><text x="{}" y="{}">{}</text>', bars),
    )


def _name(name: str) -> str:
    return NAMES[name].say(spoken()) if name in NAMES else event_name(name)


def _step(step: int) -> str:
    return Text(zh="第 %(k)s 步", en="step %(k)s").say(spoken(), k=step + 1)
