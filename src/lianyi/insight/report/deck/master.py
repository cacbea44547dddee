"""The master of the slides: 16:9, our colours and typefaces in the theme, one layout with title, footer and page number."""

import re
from typing import Any

from pptx import Presentation
from pptx.opc.constants import RELATIONSHIP_TYPE
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Pt

from lianyi.insight.report.charts import COLOURS

WIDTH, HEIGHT = 960, 540  # points, 16:9
MARGIN = 44
INNER = WIDTH - 2 * MARGIN
TITLE_TOP, TITLE_HEIGHT = 44, 62
BODY_TOP = 122
FOOT_TOP = 510
BODY_HEIGHT = FOOT_TOP - BODY_TOP - 8
TITLE_SIZE = 24
LATIN, EAST_ASIAN = "Arial", "Microsoft YaHei"
"""Typefaces that PowerPoint, Keynote and WPS have; where one is absent the reader's system puts its own in place."""

_THEME_COLOURS = {
    "dk1": COLOURS["ink"],
    "lt1": "#ffffff",
    "dk2": COLOURS["ink-2"],
    "lt2": COLOURS["wash"],
    "accent1": COLOURS["accent"],
    "accent2": COLOURS["bad"],
    "accent3": COLOURS["ink-2"],
    "accent4": "#5f97a3",
    "accent5": "#a6c5cc",
    "accent6": COLOURS["muted"],
    "hlink": COLOURS["accent"],
    "folHlink": COLOURS["ink-2"],
}


def blank() -> Any:
    """An empty presentation on our master."""
    made = Presentation()
    made.slide_width, made.slide_height = Pt(WIDTH), Pt(HEIGHT)
    for layout in [layout for layout in made.slide_layouts if layout.name != "Title Only"]:
        made.slide_layouts.remove(layout)
    _theme(made)
    master, [layout] = made.slide_master, list(made.slide_layouts)
    _place(master.placeholders)
    _place(layout.placeholders)
    for shape in [
        shape for shape in master.placeholders if shape.placeholder_format.type is not None and "BODY" in str(shape.placeholder_format.type)
    ]:
        shape.left, shape.top, shape.width, shape.height = Pt(MARGIN), Pt(BODY_TOP), Pt(INNER), Pt(BODY_HEIGHT)
    _styles(master)
    _rule(master)
    return made


def _theme(made: Any) -> None:
    """Colours and typefaces of the theme, so that whatever is added by hand looks like the rest."""
    part = made.slide_master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = part.blob.decode("utf-8")
    scheme = "".join(f'<a:{name}><a:srgbClr val="{colour[1:].upper()}"/></a:{name}>' for name, colour in _THEME_COLOURS.items())
    text = re.sub(r"<a:clrScheme.*?</a:clrScheme>", f'<a:clrScheme name="Lianyi">{scheme}</a:clrScheme>', text, flags=re.DOTALL)
    fonts = "".join(
        f'<a:{kind}Font><a:latin typeface="{LATIN}"/><a:ea typeface="{EAST_ASIAN}"/><a:cs typeface=""/>'
        f'<a:font script="Hans" typeface="{EAST_ASIAN}"/></a:{kind}Font>'
        for kind in ("major", "minor")
    )
    text = re.sub(r"<a:fontScheme.*?</a:fontScheme>", f'<a:fontScheme name="Lianyi">{fonts}</a:fontScheme>', text, flags=re.DOTALL)
    plain = "<a:effectStyle><a:effectLst/></a:effectStyle>" * 3  # no shadow under anything
    text = re.sub(r"<a:effectStyleLst>.*?</a:effectStyleLst>", f"<a:effectStyleLst>{plain}</a:effectStyleLst>", text, flags=re.DOTALL)
    part._blob = text.replace('name="Office Theme"', 'name="Lianyi"', 1).encode("utf-8")  # noqa: SLF001 - the library has no door to the theme


def _place(placeholders: Any) -> None:
    """Title above, footer below on the left, page number on the right; no date."""
    for shape in list(placeholders):
        kind = str(shape.placeholder_format.type)
        if "TITLE" in kind:
            shape.left, shape.top, shape.width, shape.height = Pt(MARGIN), Pt(TITLE_TOP), Pt(INNER), Pt(TITLE_HEIGHT)
        elif "FOOTER" in kind:
            shape.left, shape.top, shape.width, shape.height = Pt(MARGIN), Pt(FOOT_TOP), Pt(INNER - 80), Pt(18)
        elif "SLIDE_NUMBER" in kind:
            shape.left, shape.top, shape.width, shape.height = Pt(WIDTH - MARGIN - 70), Pt(FOOT_TOP), Pt(70), Pt(18)
        elif "DATE" in kind:
            shape._element.getparent().remove(shape._element)  # noqa: SLF001


def _styles(master: Any) -> None:
    """Type of the title and of the footer."""
    style = master._element.find(qn("p:txStyles")).find(qn("p:titleStyle"))  # noqa: SLF001
    level = style.find(qn("a:lvl1pPr"))
    level.set("algn", "l")
    run = level.find(qn("a:defRPr"))
    run.set("sz", str(TITLE_SIZE * 100))
    run.set("b", "1")
    for shape in master.placeholders:
        body = shape._element.txBody.find(qn("a:bodyPr"))  # noqa: SLF001
        for side in ("lIns", "rIns", "tIns", "bIns"):
            body.set(side, "0")
        kind = str(shape.placeholder_format.type)
        if "TITLE" in kind:
            body.set("anchor", "t")
        if "FOOTER" in kind or "SLIDE_NUMBER" in kind:
            level = shape._element.txBody.find(qn("a:lstStyle")).find(qn("a:lvl1pPr"))  # noqa: SLF001
            level.set("algn", "l" if "FOOTER" in kind else "r")
            run = level.find(qn("a:defRPr"))
            run.set("sz", "900")
            fill = run.find(qn("a:solidFill"))
            run.replace(fill, parse_xml(f'<a:solidFill {nsdecls("a")}><a:srgbClr val="{COLOURS["ink-3"][1:].upper()}"/></a:solidFill>'))


def _rule(master: Any) -> None:
    """A thin line above the footer, on the master itself."""
    shape = parse_xml(
        f'<p:cxnSp {nsdecls("p", "a")}><p:nvCxnSpPr><p:cNvPr id="90" name="Rule"/><p:cNvCxnSpPr/><p:nvPr userDrawn="1"/></p:nvCxnSpPr>'
        f'<p:spPr><a:xfrm><a:off x="{Pt(MARGIN)}" y="{Pt(FOOT_TOP - 4)}"/><a:ext cx="{Pt(INNER)}" cy="0"/></a:xfrm>'
        f'<a:prstGeom prst="line"><a:avLst/></a:prstGeom><a:ln w="{Emu(6350)}"><a:solidFill><a:srgbClr val="{COLOURS["line"][1:].upper()}"/>'
        "</a:solidFill></a:ln></p:spPr></p:cxnSp>"
    )
    master.shapes._spTree.append(shape)  # noqa: SLF001
