"""Tables that stand for charts: a heat map of cohorts, as cells one can edit."""

from typing import Any

from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Pt

from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.deck.page import Box, Page, Run, bare, bordered, coloured
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.pictures import Cohorts
from lianyi.kernel.numbers import percent

MOST_ROWS, MOST_COLUMNS = 13, 13
LIGHT, DARK = 0.08, 0.85
PALE = 0.58  # from this depth on white text reads better than black


def cohorts(page: Page, box: Box, picture: Cohorts, formatter: Formatter, heads: tuple[str, str]) -> Any:
    """Shares of each cohort by period, the deeper the colour the higher; what is not over yet is grey and empty.

    heads : names of the first two columns, cohort and size
    The first period, always 100%, is left out; so are the oldest cohorts beyond thirteen.
    """
    skip = 1 if len(picture.offsets) > 1 and picture.offsets[0] == 0 else 0
    offsets = picture.offsets[skip : skip + MOST_COLUMNS]
    first = max(0, len(picture.starts) - MOST_ROWS)
    names = formatter.ticks(picture.starts, picture.grain)[first:]
    rows = [row[skip : skip + MOST_COLUMNS] for row in picture.shares[first:]]
    known = [share for row in rows for share in row if share is not None]
    top = max(known, default=1.0) or 1.0
    height = min(26.0, box.height / (len(rows) + 1))
    frame = page.slide.shapes.add_table(
        len(rows) + 1, len(offsets) + 2, Pt(box.left), Pt(box.top), Pt(box.width), Pt(height * (len(rows) + 1))
    )
    bare(frame)
    table = frame.table
    table.columns[0].width, table.columns[1].width = Pt(84), Pt(56)
    for column in list(table.columns)[2:]:
        column.width = Pt((box.width - 140) / len(offsets))
    for row in table.rows:
        row.height = Pt(height)
    for c, head in enumerate((*heads, *(str(offset) for offset in offsets))):
        _cell(page, table.cell(0, c), head, COLOURS["ink-3"], left=c == 0)
    for r, (name, size, shares) in enumerate(zip(names, picture.sizes[first:], rows, strict=True), 1):
        _cell(page, table.cell(r, 0), name, COLOURS["ink"], left=True)
        _cell(page, table.cell(r, 1), "" if size is None else f"{size:,}", COLOURS["ink-3"])
        for c, share in enumerate(shares, 2):
            _shaded(page, table.cell(r, c), share, top)
    return table


def _shaded(page: Page, cell: Any, share: float | None, top: float) -> None:
    if share is None:
        _cell(page, cell, "", COLOURS["ink-3"], ground=COLOURS["hatch"])
        return
    depth = LIGHT + (DARK - LIGHT) * max(share, 0.0) / top
    _cell(page, cell, percent(share), "#ffffff" if depth > PALE else COLOURS["ink"], ground=_mixed(COLOURS["accent"], depth))


def _mixed(colour: str, depth: float) -> str:
    """A colour on white at a depth.

    >>> _mixed("#000000", 0.5)
    '#808080'
    """
    return "#" + "".join(f"{round(int(colour[i : i + 2], 16) * depth + 255 * (1 - depth)):02x}" for i in (1, 3, 5))


def _cell(page: Page, cell: Any, text: str, colour: str, *, ground: str = "", left: bool = False) -> None:
    page.fill_frame(cell.text_frame, [[Run(text, 9.5, colour)]], align=PP_ALIGN.LEFT if left else PP_ALIGN.CENTER, gap=0)
    cell.margin_left = cell.margin_right = Pt(2)
    cell.margin_top = cell.margin_bottom = Pt(1)
    cell.vertical_anchor = MSO_ANCHOR.MIDDLE
    if ground:
        cell.fill.solid()
        coloured(cell.fill.fore_color, ground)
    bordered(cell, "#ffffff" if ground else COLOURS["line"])
