"""The composite index: one score with its formula, its weights, and how far its order can be trusted."""

from lianyi.insight.evaluate.result import Index, IndexPart
from lianyi.insight.report.cells import Interval, Label, Period, Quantity
from lianyi.insight.report.compose import readings
from lianyi.insight.report.compose.context import Context, anchor_of
from lianyi.insight.report.document import INDEX, Block, Chart, Column, Heading, IndexCard, Paragraph, Row, Sentence, Table
from lianyi.insight.report.periods import grain_of
from lianyi.insight.report.pictures import Line, Trend
from lianyi.kernel.numbers import percent

ANCHOR = "index"
FEW_PERIODS = 6  # of more, hardly any other weights leave every single place as it was: tau tells more
HASH_SHOWN = 12


def index_blocks(context: Context) -> list[Block]:
    """The index at a glance, its course, what each way of weighting would give, and other ways of ranking; nothing without one."""
    index = context.evaluation.index
    if index is None or index.score is None:
        return []
    words = context.words
    blocks: list[Block] = [Heading("index-head", context.say(index.name), words("index.intro")), _card(context, index)]
    course = _course(context, index)
    if course is not None:
        blocks.append(course)
    if any(part.by_method for part in index.parts):
        blocks += [Paragraph(words("index.weights_says")), _weights(context, index)]
    if index.ways:
        blocks += [Paragraph(words("index.ways_says")), _ways(context, index)]
    return blocks


def index_sentence(context: Context) -> Sentence | None:
    """The index in one sentence, for the first page."""
    index = context.evaluation.index
    if index is None or index.score is None:
        return None
    words, formatter = context.words, context.formatter
    ends = "" if index.interval is None else words("index.ends", ends=formatter.interval(Interval(*index.interval, "score")))
    score = formatter.full(Quantity(index.score, "score"))
    name = context.say(index.name)
    if index.before is None:
        return Sentence(words("index.sentence", name=name, score=score, ends=ends), (ANCHOR,))
    before = formatter.full(Quantity(index.before, "score"))
    return Sentence(words("index.sentence_before", name=name, score=score, before=before, ends=ends), (ANCHOR,))


def _card(context: Context, index: Index) -> IndexCard:
    words = context.words
    change = None if index.before is None or index.score is None else index.score - index.before
    tone = "plain" if not change else "good" if change > 0 else "bad"
    facts = [(words("index.known"), percent(index.known))]
    if index.same_order is not None and len(index.periods) <= FEW_PERIODS:
        facts.append(
            (
                words("index.order"),
                words("index.order_says", share=percent(index.same_order), n=len(index.periods), draws=f"{index.draws:,}"),
            )
        )
    frozen = "index.frozen" if index.frozen else "index.fitted"
    facts.append((words("index.weights"), words(frozen, hash=index.weights_hash[:HASH_SHOWN])))
    facts.append((words("col.grade"), f"{index.grade} · {words.of('grade', index.grade) or ''}"))
    return IndexCard(
        id=ANCHOR,
        name=context.say(index.name),
        score=Quantity(index.score, "score"),
        interval=None if index.interval is None else Interval(*index.interval, "score"),
        before=None if index.before is None else Quantity(index.before, "score"),
        change=None if change is None else Quantity(change, "score", delta=True, tone=tone),
        interval_says=words("index.shaken", draws=f"{index.draws:,}"),
        facts=tuple(facts),
        formula=context.say(index.formula),
        notes=tuple(context.say(note) for note in index.notes),
        parts=_parts(context, index),
    )


def _value(context: Context, part: IndexPart, value: float | None) -> Quantity:
    figure = context.evaluation.figure(part.id)
    unit = context.unit(part.id, figure.unit) if figure is not None else "count"
    return Quantity(value, unit, because=context.words("value.no_data") if value is None else "")


def _parts(context: Context, index: Index) -> Table:
    words = context.words
    columns = (
        Column("part", words("col.metric"), "text"),
        Column("weight", words("col.weight"), "share", total="sum"),
        Column("value", words("col.now"), "mixed"),
        Column("floor", words("index.floor"), "mixed"),
        Column("target", words("index.target"), "mixed"),
        Column("score", words("col.score"), "score"),
        Column("before", words("index.before"), "score"),
    )
    rows = tuple(
        Row(
            {
                "part": Label(context.say(part.name), anchor_of(part.id)),
                "weight": Quantity(part.weight, "share"),
                "value": _value(context, part, part.value),
                "floor": _value(context, part, part.floor),
                "target": _value(context, part, part.target),
                "score": Quantity(part.score, "score", because=words("value.no_data") if part.score is None else ""),
                "before": Quantity(part.before, "score", because=words("value.no_data") if part.before is None else ""),
            },
            group=context.say(part.group),
        )
        for part in index.parts
    )
    return Table("index-parts-table", words("index.parts"), columns, rows, stacks=True)


def _weights(context: Context, index: Index) -> Table:
    words = context.words
    ways = tuple(dict.fromkeys(way for part in index.parts for way in part.by_method))
    columns = (
        Column("part", words("col.metric"), "text"),
        Column("weight", words("index.used"), "share", total="sum"),
        *(Column(way, words.of("way", way) or way, "share", total="sum") for way in ways),
    )
    rows = tuple(
        Row(
            {
                "part": Label(context.say(part.name), anchor_of(part.id)),
                "weight": Quantity(part.weight, "share"),
                **{way: Quantity(part.by_method.get(way), "share") for way in ways},
            }
        )
        for part in index.parts
    )
    return Table("index-weights-table", words("index.weights_table"), columns, rows, folded=True)


def _grain(index: Index) -> str:
    return grain_of(tuple(period.at for period in index.periods))


def _ways(context: Context, index: Index) -> Table:
    words, grain = context.words, _grain(index)
    columns = (
        Column("way", words("index.way"), "text"),
        Column("tau", words("index.tau"), "times"),
        Column("first", words("index.first"), "date"),
        Column("moves", words("index.moves"), "date"),
        Column("places", words("index.places"), "count"),
    )
    rows = tuple(
        Row(
            {
                "way": Label(words.of("way", way.method) or way.method),
                "tau": Quantity(way.tau, "times"),
                "first": None if way.first is None else Period(way.first, grain),
                "moves": None if way.moves_most is None else Period(way.moves_most, grain),
                "places": Quantity(way.places, "count"),
            }
        )
        for way in index.ways
    )
    return Table("index-ways-table", words("index.ways_table"), columns, rows, stacks=True)


def _course(context: Context, index: Index) -> Chart | None:
    known = [period for period in index.periods if period.index is not None]
    if len(known) < 2:
        return None
    words, grain = context.words, _grain(index)
    starts = tuple(period.at for period in known)
    picture = Trend(
        starts,
        grain,
        "score",
        (
            Line(words("index.line"), tuple(period.index for period in known), (True,) * len(known)),
            Line(words.of("way", "topsis") or "TOPSIS", tuple(period.topsis for period in known), (True,) * len(known), role="baseline"),
        ),
    )
    columns = (
        Column("at", words("col.period"), "date"),
        Column("index", words("index.line"), "score"),
        Column("interval", words("index.interval"), "interval"),
        Column("topsis", words.of("way", "topsis") or "TOPSIS", "score"),
        Column("rank", words("index.rank"), "count"),
        Column("rank_topsis", words("index.rank_topsis"), "count"),
        Column("first_share", words("index.first_share"), "share"),
    )
    rows = tuple(
        Row(
            {
                "at": Period(period.at, grain),
                "index": Quantity(period.index, "score"),
                "interval": None if period.interval is None else Interval(*period.interval, "score"),
                "topsis": Quantity(period.topsis, "score"),
                "rank": Quantity(period.rank, "count"),
                "rank_topsis": Quantity(period.rank_topsis, "count"),
                "first_share": Quantity(period.first_share, "share"),
            }
        )
        for period in known
    )
    title = words("index.course")
    says = readings.says(context, picture)
    return Chart(
        INDEX,
        title,
        says,
        readings.alt(context, title, picture),
        picture,
        Table("index-periods-table", title, columns, rows, folded=True),
        words("index.course_note"),
        command=context.asked("evaluate"),
        takeaway=says.rstrip("。. ") or title,
    )
