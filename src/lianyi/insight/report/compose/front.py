"""The first page: what happened, the figures that matter, what deserves attention, what to do."""

from lianyi.insight.evaluate.result import OK, Figure
from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.compose.conclusions import actions, finding_cards
from lianyi.insight.report.compose.context import SMALL_N, Context, anchor_of, slug
from lianyi.insight.report.compose.gaps import gaps
from lianyi.insight.report.compose.index import index_sentence
from lianyi.insight.report.document import Actions, Block, Callout, Card, Cards, FindingCards, Heading, Lead, Paragraph, Section

CARDS, TOP = 6, 3


def headline(context: Context) -> tuple[Figure, ...]:
    """Up to six figures with a value: the preferred ones, then whatever there is."""
    usable = {f.metric: f for f in context.evaluation.figures if f.status == OK and f.value is not None}
    wanted = context.template.headline
    order = [m for m in wanted if m in usable] + [m for m in usable if m not in wanted]
    return tuple(usable[m] for m in order[:CARDS])


def card(context: Context, figure: Figure) -> Card:
    """One figure as a card."""
    unit = context.unit(figure.metric, figure.unit)
    return Card(
        figure.metric,
        anchor_of(figure.metric),
        context.say(figure.name),
        context.value(figure),
        None if figure.baseline is None else Quantity(figure.baseline, unit),
        context.change(figure),
        context.change_share(figure),
        context.tone(figure),
        context.interval(figure),
        figure.n,
        figure.n is not None and figure.n < SMALL_N,
        None if figure.target is None else Quantity(figure.target, unit),
        (context.words.of("verdict", figure.verdict) or "") if figure.verdict else "",
        context.spark(figure),
        "" if figure.doubt is None else context.say(figure.doubt),
    )


def _differs(figure: Figure) -> bool:
    """Whether the change is not the difference of the two values: the window was compared by the days it has."""
    if figure.change is None or figure.value is None or figure.baseline is None:
        return False
    return abs(figure.change - (figure.value - figure.baseline)) > 1e-9 * max(abs(figure.value), abs(figure.baseline))


def front(context: Context) -> Section:
    """The first page as a section."""
    words, evaluation = context.words, context.evaluation
    blocks: list[Block] = []
    figures = headline(context)
    if not figures:
        blocks.append(Callout("note", words("front.nothing_title"), words("front.nothing_text")))
        missing = gaps(context, "front-gaps")
        return Section("top", "", words("report.top"), (*blocks, *([missing] if missing else [])))
    if evaluation.summary:
        index = index_sentence(context)
        blocks.append(Lead((*(context.sentence(text) for text in evaluation.summary), *([] if index is None else [index]))))
    failed = [context.say(check.name) for check in evaluation.checks if check.status == "fail"]
    failing = [f"check-{slug(check.id)}" for check in evaluation.checks if check.status == "fail"]
    if failed:
        blocks.append(
            Callout(
                "warn",
                words("front.caution"),
                words("front.checks_failed", n=len(failed), names=words.listed(failed)),
                rests_on=tuple(failing),
            )
        )
    blocks.append(Heading("headline", words("front.headline")))
    blocks.append(Cards("headline-cards", tuple(card(context, figure) for figure in figures), context.against()))
    if evaluation.baseline_window is None:
        blocks.append(Paragraph(words("front.no_baseline")))
    else:
        sentences = [words("front.changes", against=context.against(), window=context.formatter.window(*evaluation.baseline_window))]
        if any(_differs(figure) for figure in figures):
            sentences.append(words("front.same_days"))
        blocks.append(Paragraph(" ".join(sentences)))
    found = finding_cards(context)
    if found:
        blocks += [Heading("top-findings", words("front.findings")), FindingCards("front-findings", found[:TOP], brief=True)]
    todo = actions(context)
    if todo:
        blocks.append(Heading("top-actions", words("front.actions" if len(todo) >= TOP else "front.actions_few")))
        blocks.append(Actions("front-actions", todo[:TOP], brief=True))
    return Section("top", "", words("report.top"), tuple(blocks))
