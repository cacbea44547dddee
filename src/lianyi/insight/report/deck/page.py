"""One slide being filled: text boxes, tables, marks. Sizes and places are points."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.dml.color import RGBColor
from pptx.enum.dml import MSO_THEME_COLOR
from pptx.enum.lang import MSO_LANGUAGE_ID
from pptx.enum.shapes import MSO_SHAPE
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Pt

from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.charts.theme import text_width
from lianyi.insight.report.deck.master import EAST_ASIAN, INNER, LATIN, MARGIN, TITLE_HEIGHT, TITLE_SIZE

_Rgb: Any = RGBColor  # the library publishes types for some of its calls only
SMALLEST_TITLE = 18
LEADING = 1.22
_THEME = {COLOURS["ink"]: MSO_THEME_COLOR.TEXT_1, COLOURS["accent"]: MSO_THEME_COLOR.ACCENT_1, COLOURS["bad"]: MSO_THEME_COLOR.ACCENT_2}
PILLS = {
    "high": (COLOURS["bad-wash"], COLOURS["bad"]),
    "good": (COLOURS["accent-wash"], COLOURS["accent"]),
    "fail": (COLOURS["bad-wash"], COLOURS["bad"]),
    "ok": (COLOURS["accent-wash"], COLOURS["accent"]),
}


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of text in one look."""

    text: str
    size: float = 12
    colour: str = COLOURS["ink"]
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """Where something stands."""

    left: float
    top: float
    width: float
    height: float


Line = Sequence[Run]


class Page:
    """One slide on our layout, with a title that is a finding."""

    def __init__(self, made: Any, language: str, title: str, kicker: str, footer: str) -> None:
        self.slide = made.slides.add_slide(made.slide_layouts[0])
        self.language = MSO_LANGUAGE_ID.SIMPLIFIED_CHINESE if language == "zh" else MSO_LANGUAGE_ID.ENGLISH_UK
        frame = self.slide.shapes.title.text_frame
        frame.word_wrap = True
        run = frame.paragraphs[0].add_run()
        run.text = title
        run.font.language_id = self.language
        size = title_size(title)
        if size != TITLE_SIZE:
            run.font.size = Pt(size)
        self.text(Box(MARGIN, 24, INNER, 16), [[Run(kicker, 11, COLOURS["accent"], bold=True)]])
        self._foot(made, footer)

    def _foot(self, made: Any, footer: str) -> None:
        """Footer and page number as placeholders of the layout, so that the master moves them."""
        for shape in made.slide_layouts[0].placeholders:
            kind = str(shape.placeholder_format.type)
            if "FOOTER" in kind or "SLIDE_NUMBER" in kind:
                element = copy.deepcopy(shape._element)  # noqa: SLF001 - the library copies only title and body
                element.nvSpPr.cNvPr.set("id", str(self.slide.shapes._next_shape_id))  # noqa: SLF001
                self.slide.shapes._spTree.append(element)  # noqa: SLF001
        for shape in self.slide.placeholders:
            if "FOOTER" in str(shape.placeholder_format.type):
                shape.text_frame.text = footer
                shape.text_frame.paragraphs[0].runs[0].font.language_id = self.language

    # ---- text ----

    def text(self, box: Box, lines: Sequence[Line], *, align: Any = PP_ALIGN.LEFT, anchor: Any = MSO_ANCHOR.TOP, gap: float = 2) -> Any:
        """Paragraphs in a box without borders or inner margins."""
        shape = self.slide.shapes.add_textbox(Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height))
        self.fill_frame(shape.text_frame, lines, align=align, anchor=anchor, gap=gap)
        return shape

    def fill_frame(
        self, frame: Any, lines: Sequence[Line], *, align: Any = PP_ALIGN.LEFT, anchor: Any = MSO_ANCHOR.TOP, gap: float = 2
    ) -> None:
        """Paragraphs into a text frame."""
        frame.word_wrap = True
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        frame.vertical_anchor = anchor
        for k, line in enumerate(lines):
            paragraph = frame.paragraphs[0] if k == 0 else frame.add_paragraph()
            paragraph.alignment = align
            paragraph.space_after = Pt(gap)
            for piece in line:
                run = paragraph.add_run()
                run.text = piece.text
                font = run.font
                font.size, font.bold = Pt(piece.size), piece.bold
                font.language_id = self.language
                coloured(font.color, piece.colour)

    def pill(self, left: float, top: float, text: str, kind: str) -> float:
        """A small rounded mark; returns its width."""
        ground, ink = PILLS.get(kind, (COLOURS["wash"], COLOURS["ink-2"]))
        width = text_width(text, 9) + 14
        shape = self.slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE, Pt(left), Pt(top), Pt(width), Pt(16))
        shape.adjustments[0] = 0.2
        plain(shape, ground)
        self.fill_frame(shape.text_frame, [[Run(text, 9, ink)]], align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE, gap=0)
        return width

    def rule(self, left: float, top: float, width: float, colour: str = COLOURS["line"], weight: float = 0.75) -> None:
        """A horizontal line."""
        line = self.slide.shapes.add_connector(1, Pt(left), Pt(top), Pt(left + width), Pt(top))
        line.shadow.inherit = False
        line.line.width = Pt(weight)
        coloured(line.line.color, colour)

    def strip(self, box: Box, colour: str) -> Any:
        """A filled rectangle without an outline."""
        shape = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, Pt(box.left), Pt(box.top), Pt(box.width), Pt(box.height))
        plain(shape, colour)
        return shape

    def number(self, left: float, top: float, text: str) -> None:
        """A rank in a ring."""
        shape = self.slide.shapes.add_shape(MSO_SHAPE.OVAL, Pt(left), Pt(top), Pt(20), Pt(20))
        shape.shadow.inherit = False
        shape.fill.background()
        shape.line.width = Pt(1.25)
        coloured(shape.line.color, COLOURS["accent"])
        self.fill_frame(
            shape.text_frame, [[Run(text, 10, COLOURS["accent"], bold=True)]], align=PP_ALIGN.CENTER, anchor=MSO_ANCHOR.MIDDLE, gap=0
        )

    # ---- tables ----

    def table(
        self,
        box: Box,
        widths: Sequence[float],
        heads: Sequence[Run],
        rows: Sequence[Sequence[Sequence[Line]]],
        *,
        right: Sequence[int] = (),
        row_height: float = 24,
    ) -> Any:
        """A plain table: headings, thin lines between rows; every cell is paragraphs of runs. `right`: columns set to the right."""
        frame = self.slide.shapes.add_table(
            len(rows) + 1, len(widths), Pt(box.left), Pt(box.top), Pt(box.width), Pt(row_height * (len(rows) + 1))
        )
        table = frame.table
        bare(frame)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Pt(width)
        for row in table.rows:
            row.height = Pt(row_height)
        table.rows[0].height = Pt(20)
        for r, line in enumerate([[[[head]] for head in heads], *rows]):
            for c, paragraphs in enumerate(line):
                cell = table.cell(r, c)
                self.fill_frame(cell.text_frame, paragraphs, align=PP_ALIGN.RIGHT if c in right else PP_ALIGN.LEFT, gap=1)
                cell.margin_left, cell.margin_right = Pt(0 if c == 0 else 8), Pt(0)
                cell.margin_top, cell.margin_bottom = Pt(4), Pt(4)
                cell.vertical_anchor = MSO_ANCHOR.BOTTOM if r == 0 else MSO_ANCHOR.TOP
                bordered(cell, COLOURS["muted"] if r == 0 else COLOURS["line"])
        return table

    def notes(self, text: str) -> None:
        """What the speaker sees: definitions and sources."""
        frame = self.slide.notes_slide.notes_text_frame
        frame.text = text
        for paragraph in frame.paragraphs:
            for run in paragraph.runs:
                run.font.language_id = self.language


def title_size(title: str, width: float = INNER) -> int:
    """The largest size, in points, at which a title takes no more than two lines.

    >>> title_size("净销售额 ¥1,363万，较去年同期 +12.5%"), title_size("字" * 90)
    (24, 18)
    """
    for size in range(TITLE_SIZE, SMALLEST_TITLE, -1):
        if text_width(title, size) <= 2 * width - size * 2 and 2 * size * LEADING <= TITLE_HEIGHT:
            return size
    return SMALLEST_TITLE


def lines_of(text: str, width: float, size: float) -> int:
    """How many lines a text takes in a box."""
    return max(1, -(-text_width(text, round(size)) // max(1, int(width))))


def coloured(target: Any, colour: str) -> None:
    """A colour by its place in the theme where it has one, so that a changed theme changes it."""
    if colour in _THEME:
        target.theme_color = _THEME[colour]
    else:
        target.rgb = _Rgb.from_string(colour[1:].upper())


def plain(shape: Any, colour: str) -> None:
    """Filled, without outline or shadow."""
    shape.shadow.inherit = False
    shape.fill.solid()
    coloured(shape.fill.fore_color, colour)
    shape.line.fill.background()


def bare(frame: Any) -> None:
    """A table without the library's banded style."""
    properties = frame._element.graphic.graphicData.tbl.tblPr  # noqa: SLF001
    for name in ("firstRow", "bandRow"):
        properties.set(name, "0")
    style = properties.find(qn("a:tableStyleId"))
    if style is not None:
        style.text = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid"


def bordered(cell: Any, colour: str) -> None:
    """A thin line under a cell and no other."""
    properties = cell._tc.get_or_add_tcPr()  # noqa: SLF001
    line = parse_xml(
        f'<a:lnB {nsdecls("a")} w="9525" cap="flat" cmpd="sng" algn="ctr"><a:solidFill><a:srgbClr val="{colour[1:].upper()}"/></a:solidFill></a:lnB>'
    )
    properties.insert(0, line)


def typeface(element: Any) -> None:
    """Latin and East-Asian typefaces into a run's properties: charts do not take them from the theme everywhere."""
    for tag, face in (("a:latin", LATIN), ("a:ea", EAST_ASIAN)):
        for old in element.findall(qn(tag)):
            element.remove(old)
        element.append(parse_xml(f'<{tag} {nsdecls("a")} typeface="{face}"/>'))
