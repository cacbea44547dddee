"""Which slides a report becomes, and in what order: everything on the first, then what was found, why, what to do, how sure."""

from lianyi.insight.report.deck import slides
from lianyi.insight.report.deck.telling import Telling
from lianyi.insight.report.document import EXPERTS, INDEX, Actions, Cards, Chart, ChecksList, Document, IndexCard, MethodCards


def deck(document: Document) -> bytes:
    """The document as a presentation: 16:9, at most fifteen slides, native charts and tables, notes with definitions and sources.

    Cost: some tens of milliseconds a slide.
    """
    telling = Telling(document)
    if telling.first(Cards) is None:
        slides.nothing(telling)
        return telling.saved()
    slides.executive(telling)
    slides.findings(telling)
    if telling.first(MethodCards, lambda block: not block.brief) is not None:
        slides.methods(telling)
    own = [telling.first(IndexCard), telling.first(Chart, lambda chart: chart.id == EXPERTS)]
    if own[0] is not None:
        slides.index(telling)
    if own[1] is not None:
        slides.experts(telling)
    rest = [chart for chart in telling.every(Chart) if chart.id not in (EXPERTS, INDEX)]
    for chart in chosen(rest, document.charts_on_slides - sum(block is not None for block in own)):
        slides.chart(telling, chart)
    if telling.first(Actions, lambda block: not block.brief and bool(block.actions)) is not None:
        slides.actions(telling)
    if telling.first(ChecksList) is not None:
        slides.checks(telling)
    slides.definitions(telling)
    slides.sources(telling)
    return telling.saved()


def chosen(charts: list[Chart], most: int) -> list[Chart]:
    """The charts that get a slide, in reading order: one of every kind first, then the earliest of the rest."""
    kinds: set[type] = set()
    first: list[Chart] = []
    rest: list[Chart] = []
    for chart in charts:
        (rest if type(chart.picture) in kinds else first).append(chart)
        kinds.add(type(chart.picture))
    kept = [*first, *rest][:most]
    return [chart for chart in charts if chart in kept]
