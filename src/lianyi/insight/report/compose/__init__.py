"""From an evaluation to the document that every format renders."""

import dataclasses
from collections.abc import Callable

from lianyi.insight.evaluate.result import Evaluation
from lianyi.insight.report.compose.appendix import appendix
from lianyi.insight.report.compose.conclusions import conclusions
from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.compose.front import front
from lianyi.insight.report.compose.opening import method, purpose, sources
from lianyi.insight.report.compose.references import references
from lianyi.insight.report.compose.results import results
from lianyi.insight.report.compose.review import review
from lianyi.insight.report.document import Document, Section
from lianyi.insight.report.templates import template as named_template
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import LANGUAGES, Text

PARTS: dict[str, Callable[[Context], Section]] = {
    "purpose": purpose,
    "sources": sources,
    "method": method,
    "results": results,
    "review": review,
    "conclusions": conclusions,
    "appendix": appendix,
}
"""What builds each part that a template may name."""
SCOPED = {"campaign": Text(zh="活动", en="campaign"), "partner": Text(zh="合作方", en="partner")}


class WrongScope(BadInput):
    """A template is for one campaign or partner, and the evaluation is of something else."""

    code = "wrong_scope"
    message = Text(
        zh="“%(template)s”要的是一个%(wanted)s的评估，这份是 %(scope)s。",
        en="“%(template)s” wants the evaluation of one %(wanted)s; this is one of %(scope)s.",
    )
    remedy = Text(
        zh="用 lianyi report --template %(id)s --%(id)s 编号 重新评估。", en="Evaluate it: lianyi report --template %(id)s --%(id)s ID"
    )


def compose(evaluation: Evaluation, *, language: str = "zh", template: str = "full") -> Document:
    """The report of an evaluation in one language, with the parts of a template: front page, parts, appendix.

    language : zh | en
    template : full | monthly | quarterly | campaign | partner, see `templates`
    Raises     UnknownName for another language or template, WrongScope where the template is for one campaign or partner and the evaluation not.
    Cost       microseconds a figure; nothing is computed, only worded and arranged.
    """
    if language not in LANGUAGES:
        raise UnknownName(what="language", given=language, allowed=list(LANGUAGES))
    chosen = named_template(template)
    if chosen.period in SCOPED and not evaluation.scope.startswith(f"{chosen.period}:"):
        wanted = SCOPED[chosen.period]
        raise WrongScope(template=chosen.name, wanted=wanted, scope=evaluation.scope, id=chosen.period)
    context = Context.of(evaluation, language, chosen)
    words, shown = context.words, context.evaluation
    first = front(context)
    *sections, last = (PARTS[name](context) for name in context.template.parts)
    numbered = tuple(dataclasses.replace(part, number=words.of("number", str(k)) or str(k)) for k, part in enumerate(sections, 1))
    last = dataclasses.replace(last, number=words.of("number", "a") or "")
    return Document(
        language=language,
        currency=shown.currency,
        level=shown.level,
        brand=shown.brand,
        title=_title(context),
        subtitle=context.formatter.window(*shown.window),
        facts=_facts(context),
        made_at=shown.made_at,
        snapshot=shown.snapshot,
        front=first,
        sections=numbered,
        appendix=last,
        references=references(context, (first, *numbered, last)),
        charts_on_slides=context.template.charts,
        footer=(
            words("report.made", made=context.formatter.day(shown.made_at), version=shown.version),
            words("report.reproduce", snapshot=shown.snapshot),
        ),
    )


def _title(context: Context) -> str:
    brand = context.evaluation.brand
    text = context.template.title if brand.strip() else context.template.title_plain
    return text.say(context.language, brand=brand, period=context.period(), scope=context.scope())


def _facts(context: Context) -> tuple[tuple[str, str], ...]:
    words, evaluation, formatter = context.words, context.evaluation, context.formatter
    facts = [(words("fact.window"), formatter.window(*evaluation.window))]
    if evaluation.baseline_window is not None:
        facts.append((words("fact.baseline"), formatter.window(*evaluation.baseline_window)))
    facts.append((words("fact.scope"), context.scope()))
    facts.append((words("fact.horizon"), formatter.day(evaluation.horizon) if evaluation.horizon else words("value.unknown")))
    return tuple(facts)
