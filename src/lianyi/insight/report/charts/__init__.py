"""Pictures as Vega-Lite specifications, one file a kind, and as SVG.

A specification is a plain dict made for a slot of a given width, so that text is never scaled; the same dict may be
drawn by a browser. SVG comes from vl-convert: about 20 ms each, and 0.7 s once for its start.
"""

from functools import lru_cache

import vl_convert

from lianyi.insight.report.charts.cohorts import cohorts
from lianyi.insight.report.charts.funnel import funnel
from lianyi.insight.report.charts.ranking import ranking
from lianyi.insight.report.charts.split import split
from lianyi.insight.report.charts.theme import COLOURS, FONT, PAGE, Slot, Spec
from lianyi.insight.report.charts.trend import trend
from lianyi.insight.report.charts.waterfall import waterfall
from lianyi.insight.report.pictures import Cohorts, Funnel, Picture, Ranking, Split, Trend, Waterfall

__all__ = ["COLOURS", "Slot", "Spec", "specification", "svg"]


def specification(picture: Picture, slot: Slot) -> Spec:
    """The Vega-Lite specification of a picture for a slot."""
    match picture:
        case Trend():
            return trend(picture, slot)
        case Ranking():
            return ranking(picture, slot)
        case Waterfall():
            return waterfall(picture, slot)
        case Cohorts():
            return cohorts(picture, slot)
        case Funnel():
            return funnel(picture, slot)
        case Split():
            return split(picture, slot)


UNMEASURED = "lianyi"
"""A font that no machine has: the renderer then measures no text, which is two thirds of its work. Every place in a chart is ours."""


@lru_cache(maxsize=256)
def svg(picture: Picture, slot: Slot) -> str:
    """The picture drawn, as a standalone SVG in the light colours of the theme; drawn once for each slot, then remembered."""
    asked = specification(picture, slot)
    drawn = vl_convert.vegalite_to_svg({**asked, "config": {**asked["config"], "font": UNMEASURED}})
    return str(drawn).replace(f'font-family="{UNMEASURED}"', f'font-family="{FONT}"').replace(f'xlink:href="{PAGE}', 'xlink:href="')
