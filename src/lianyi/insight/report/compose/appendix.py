"""The appendix: how each method scores, every series, every definition."""

from collections.abc import Iterator
from itertools import count

from lianyi.insight.analyse.cards import cards
from lianyi.insight.evaluate.result import Figure
from lianyi.insight.report.compose.context import Context, anchor_of
from lianyi.insight.report.compose.opening import method_cards
from lianyi.insight.report.compose.results import series_table
from lianyi.insight.report.document import Block, Definition, Definitions, Heading, MethodCards, Recipe, Recipes, Section


def appendix(context: Context) -> Section:
    """The appendix as a section."""
    words = context.words
    blocks: list[Block] = []
    methods = method_cards(context)
    if methods:
        blocks += [Heading("methods", words("appendix.methods")), MethodCards("method-cards", methods)]
    used = _recipes(context)
    if used:
        blocks += [Heading("recipes", words("appendix.recipes"), words("appendix.recipes_intro")), Recipes("recipe-cards", used)]
    periods = series_table(context)
    if periods:
        blocks += [Heading("periods", words("results.by_period")), periods]
    if context.evaluation.figures:
        codes = count(1)
        entries = tuple(_definition(context, figure, codes) for figure in context.evaluation.figures)
        blocks += [
            Heading("definitions", words("appendix.definitions"), words("appendix.definitions_intro")),
            Definitions("definitions-list", _facts(context), entries),
        ]
    return Section("appendix", "", words("part.appendix"), tuple(blocks))


def _recipes(context: Context) -> tuple[Recipe, ...]:
    """The method card of every analysis whose result the report shows, in the order in which they are met."""
    evaluation = context.evaluation
    commands = [
        "" if evaluation.decomposition is None else evaluation.decomposition.command,
        *(exhibit.command for exhibit in evaluation.exhibits),
        *(finding.evidence.command for finding in evaluation.findings),
    ]
    names = dict.fromkeys(words[1] for command in commands if len(words := command.split()) > 1 and words[0] == "analyse")
    return tuple(
        Recipe(f"recipe-{name}", context.say(known.name), context.say(known.answers), known.pairs(context.language))
        for name in names
        if (known := cards().get(name)) is not None
    )


def _facts(context: Context) -> tuple[tuple[str, str], ...]:
    words, evaluation, formatter = context.words, context.evaluation, context.formatter
    return (
        (words("fact.window"), formatter.window(*evaluation.window)),
        (words("fact.horizon"), formatter.day(evaluation.horizon) if evaluation.horizon else words("value.unknown")),
        (words("fact.zone"), evaluation.time_zone),
        (words("fact.currency"), evaluation.currency),
        (words("fact.level"), formatter.level(evaluation.level)),
        (words("fact.snapshot"), evaluation.snapshot),
    )


def _definition(context: Context, figure: Figure, codes: Iterator[int]) -> Definition:
    known = figure.value is not None
    return Definition(
        anchor=anchor_of(figure.metric),
        metric=figure.metric,
        name=context.say(figure.name),
        says=context.say(figure.says),
        value=context.value(figure),
        interval=context.interval(figure),
        n=figure.n,
        eligible=figure.eligible,
        excluded=figure.excluded,
        version=figure.version,
        status_says=context.words(f"value.{figure.status}"),
        sql=figure.sql,
        code=f"M{next(codes)}" if known else "",
        command=context.asked(f"measure {figure.metric}") if known else "",
        doubt="" if figure.doubt is None else context.say(figure.doubt),
    )
