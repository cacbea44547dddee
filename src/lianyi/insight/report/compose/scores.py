"""The scores of the methods, where they differ, and how far the experts agree."""

from lianyi.insight.report.compose import readings
from lianyi.insight.report.compose.context import Context, slug
from lianyi.insight.report.compose.index import index_blocks
from lianyi.insight.report.compose.opening import method_cards, method_lines
from lianyi.insight.report.document import EXPERTS, Block, Chart, Heading, MethodCards, Paragraph
from lianyi.insight.report.pictures import Bar, Ranking

MOST_PAIRS = 4  # beyond that, the sentence before says how many


def scorecard(context: Context) -> list[Block]:
    """Every score, the disagreement between the methods, the experts' agreement, and the index."""
    scored = tuple(card for card in method_cards(context) if card.score is not None)
    blocks: list[Block] = []
    if scored:
        words = context.words
        blocks += [
            Heading("scorecard", words("results.scorecard"), words("results.scorecard_note"), rule=True),
            MethodCards("scores", scored, brief=True),
            *_disagreement(context),
            *_experts(context),
        ]
    return [*blocks, *index_blocks(context)]


def method_anchor(id_: str) -> str:
    """Where a method's card stands."""
    return f"method-{slug(id_)}"


def _disagreement(context: Context) -> list[Block]:
    """What the methods say against each other: never averaged, so it has to be said."""
    agreement = context.evaluation.agreement
    if agreement is None:
        return []
    anchors = tuple(dict.fromkeys(method_anchor(id_) for id_ in (agreement.highest, agreement.lowest)))
    said: list[Block] = [Paragraph(context.say(agreement.says), anchors)]
    names = {method.id: context.say(method.name) for method in context.evaluation.methods}
    if 0 < len(agreement.apart) <= MOST_PAIRS:
        pairs = context.words.listed(
            context.words("results.apart_pair", one=names.get(a, a), other=names.get(b, b)) for a, b in agreement.apart
        )
        said.append(Paragraph(context.words("results.apart", pairs=pairs)))
    return said


def _experts(context: Context) -> list[Block]:
    """How far the experts agree, and how they scored each criterion."""
    method = next((m for m in context.evaluation.methods if m.concordance is not None), None)
    if method is None or method.concordance is None:
        return []
    scores = sorted(((score, context.say(name)) for name, score, _, _ in method.lines if score is not None), key=lambda pair: -pair[0])
    bars = tuple(Bar(name, score) for score, name in scores)
    title, anchor = context.words("results.experts"), method_anchor(method.id)
    said = context.words("results.experts_says", says=context.say(method.concordance.says))
    if not bars:
        return [Heading(EXPERTS, title), Paragraph(said, (anchor,))]
    picture = Ranking("score", bars)
    return [
        Chart(
            EXPERTS,
            title,
            said,
            readings.alt(context, title, picture),
            picture,
            method_lines(context, method, table_id="experts-table"),
            context.words("results.experts_note"),
            method.sql,
            context.asked(method.command),
            said.rstrip("。. "),
        )
    ]
