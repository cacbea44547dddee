"""The RFM explorer: eight segments of buyers, and the map of recency against frequency."""

from collections import Counter

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.analyse.segments.rfm import Rfm, rfm
from lianyi.insight.report import pictures
from lianyi.kernel.clock import Window
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine
from lianyi.stream.workspace import Workspace
from lianyi.web.console.explorers.drawing import drawn
from lianyi.web.console.explorers.shown import Chosen, Column, Drawing, Explorer, Shown, Table, figure, plain_figure
from lianyi.web.ui.templatetags.words import spoken

CELL = {"wide": (148, 50), "narrow": (62, 44)}
LEFT, TOP, BOTTOM = 34, 8, 34
FREQUENT = Text(zh="次数 →", en="orders →")
RECENT = Text(zh="最近 →", en="recent →")


def show(engine: Engine, workspace: Workspace, window: Window, chosen: Chosen) -> Shown:
    """The buyers of a window by segment."""
    found = rfm(engine, window)
    segments = Table(
        "segments",
        Text(zh="分群", en="Segments"),
        (
            Column(Text(zh="分群", en="Segment")),
            Column(Text(zh="人数", en="Buyers"), "count"),
            Column(Text(zh="占比", en="Share"), "ratio"),
            Column(Text(zh="订单", en="Orders"), "count"),
            Column(Text(zh="净销售额", en="Net sales"), "money"),
            Column(Text(zh="占净销售额", en="Of net sales"), "ratio"),
            Column(Text(zh="怎样对待", en="What to do")),
        ),
        tuple((s.name, s.buyers, s.share, s.orders, s.net_fen, s.net_share, s.says) for s in found.sizes),
    )
    bars = tuple(pictures.Bar(s.name.say(spoken()), float(s.net_fen)) for s in found.sizes if s.buyers)
    cells = _cells(found)
    grid = Table(
        "map",
        Text(zh="最近与次数", en="Recency and orders"),
        (
            Column(Text(zh="最近得分", en="Recency score"), "count"),
            Column(Text(zh="次数得分", en="Orders score"), "count"),
            Column(Text(zh="人数", en="Buyers"), "count"),
        ),
        tuple((r, f, n) for (r, f), n in sorted(cells.items(), reverse=True)),
    )
    note = Text(
        zh="右上角：最近买过、买得多。5 分最好；切点取本期五分位。",
        en="Top right: bought lately and often. 5 is best; cut points are this window's quintiles.",
    )
    return Shown(
        found.explain().say(spoken()),
        (
            plain_figure(Text(zh="买家", en="Buyers"), found.n, "count"),
            figure(Text(zh="重要价值占比", en="Share of champions"), found.champions, "ratio"),
        ),
        (
            Drawing(
                Text(zh="各分群带来的净销售额", en="Net sales by segment"), drawn(pictures.Ranking("money", bars)) if bars else "", segments
            ),
            Drawing(Text(zh="最近与次数的分布", en="Where buyers stand"), _map(cells), grid, note),
        ),
    )


def _cells(found: Rfm) -> Counter[tuple[int, int]]:
    if found.cuts is None:
        return Counter()
    return Counter(zip(found.buyers.column("r").to_pylist(), found.buyers.column("f").to_pylist(), strict=True))


def _map(cells: Counter[tuple[int, int]]) -> SafeString:
    """Five by five, recency upwards and orders to the right; depth of the colour is how many stand there."""
    if not cells:
        return SafeString("")
    return mark_safe("".join(_grid(cells, name) for name in CELL))  # noqa: S308 - drawn and escaped by us


def _grid(cells: Counter[tuple[int, int]], name: str) -> SafeString:
    wide, tall = CELL[name]
    most = max(cells.values())
    boxes = []
    for r in range(1, 6):
        for f in range(1, 6):
            n = cells[r, f]
            depth = 0.06 + 0.86 * (n / most) ** 0.5 if n else 0.03
            x, y = LEFT + (f - 1) * wide, TOP + (5 - r) * tall
            tone = "high" if depth > 0.62 else "low"
            boxes.append((x + 1, y + 1, wide - 2, tall - 2, f"{depth:.2f}", tone, x + wide / 2, y + tall / 2 + 5, f"{n:,}" if n else ""))
    width, height = LEFT + 5 * wide + 2, TOP + 5 * tall + BOTTOM
    ticks = [(LEFT + (k - 0.5) * wide, height - 16, k) for k in range(1, 6)] + [
        (LEFT - 12, TOP + (5.5 - k) * tall + 5, k) for k in range(1, 6)
    ]
    return format_html(
        '<svg class="grid {}" viewBox="0 0 {} {}" width="{}" height="{}" aria-hidden="true" focusable="false">{}{}<text class="axis" x="{}" y="{}">{}</text>'
        '<text class="axis" transform="translate(10 {}) rotate(-90)">{}</text></svg>',
        name,
        width,
        height,
        width,
        height,
        format_html_join(
            "",
            '<rect x="{}" y="{}" width="{}" height="{}" rx="3" fill-opacity="{}"/><text class="{}" x="{}" y="{}">{}</text>',
            boxes,
        ),
        format_html_join("", '<text class="tick" x="{}" y="{}">{}</text>', ticks),
        LEFT + 2.5 * wide,
        height - 1,
        FREQUENT.say(spoken()),
        TOP + 2.5 * tall,
        RECENT.say(spoken()),
    )


EXPLORER = Explorer("rfm", "grid-3x3", (), show)
