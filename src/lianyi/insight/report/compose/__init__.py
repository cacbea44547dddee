"""From an evaluation to the document that every format renders."""

from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.report.compose.appendix import appendix
from lianyi.insight.report.compose.conclusions import conclusions
from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.compose.front import front
from lianyi.insight.report.compose.opening import method, purpose, sources
from lianyi.insight.report.compose.references import references
from lianyi.insight.report.compose.results import results
from lianyi.insight.report.document import Document
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import LANGUAGES


def compose(evaluation: Evaluation, *, language: str = "zh") -> Document:
    """The report of an evaluation in one language: front page, five parts, appendix.

    language : zh | en
    Raises     UnknownName for another language.
    Cost       microseconds a figure; nothing is computed, only worded and arranged.
    """
    if language not in LANGUAGES:
        raise UnknownName(what="language", given=language, allowed=list(LANGUAGES))
    context = Context.of(evaluation, language)
    words = context.words
    named = bool(evaluation.brand.strip())
    first, last = front(context), appendix(context)
    sections = (purpose(context), sources(context), method(context), results(context), conclusions(context))
    return Document(
        language=language,
        currency=evaluation.currency,
        level=evaluation.level,
        brand=evaluation.brand,
        title=words("report.title", brand=evaluation.brand) if named else words("report.title_plain"),
        subtitle=context.formatter.window(*evaluation.window),
        facts=_facts(context),
        made_at=evaluation.made_at,
        snapshot=evaluation.snapshot,
        front=first,
        sections=sections,
        appendix=last,
        references=references(context, (first, *sections, last)),
        footer=(
            words("report.made", made=context.formatter.day(evaluation.made_at), version=evaluation.version),
            words("report.reproduce", snapshot=evaluation.snapshot),
        ),
    )


def _facts(context: Context) -> tuple[tuple[str, str], ...]:
    words, evaluation, formatter = context.words, context.evaluation, context.formatter
    facts = [(words("fact.window"), formatter.window(*evaluation.window))]
    if evaluation.baseline_window is not None:
        facts.append((words("fact.baseline"), formatter.window(*evaluation.baseline_window)))
    facts.append((words("fact.scope"), context.scope()))
    facts.append((words("fact.horizon"), formatter.day(evaluation.horizon) if evaluation.horizon else words("value.unknown")))
    return tuple(facts)
