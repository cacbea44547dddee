"""Parts one to three: why the evaluation was made, on what data, and how."""

from lianyi.insight.evaluate.result import Figure
from lianyi.insight.report.compose.conclusions import grade_pairs
from lianyi.insight.report.compose.context import Context, anchor_of, slug
from lianyi.insight.report.compose.references import asked
from lianyi.insight.report.document import (
    Block,
    CheckLine,
    ChecksList,
    Column,
    Facts,
    Heading,
    Interval,
    Label,
    MethodCard,
    Paragraph,
    Period,
    Quantity,
    Row,
    Section,
    Table,
)

VERDICT_TONES = {"on_track": "good", "miss": "bad"}


def purpose(context: Context) -> Section:
    """What is evaluated, against what, and the targets."""
    words, evaluation, formatter = context.words, context.evaluation, context.formatter
    window = formatter.window(*evaluation.window)
    blocks: list[Block] = [
        Paragraph(
            words("purpose.what", brand=evaluation.brand, scope=context.scope(), window=window)
            if evaluation.brand.strip()
            else words("purpose.what_plain", scope=context.scope(), window=window)
        )
    ]
    if evaluation.baseline_window is not None:
        kind = evaluation.baseline_kind if evaluation.baseline_kind in ("previous", "year") else "given"
        blocks.append(
            Paragraph(words("purpose.baseline", kind=words(f"baseline.{kind}"), window=formatter.window(*evaluation.baseline_window)))
        )
    aimed = [f for f in evaluation.figures if f.target is not None]
    if aimed:
        blocks += [Heading("targets", words("purpose.targets")), _targets(context, aimed)]
    else:
        blocks.append(Paragraph(words("purpose.no_targets")))
    return Section("purpose", "", words("part.purpose"), tuple(blocks))


def _targets(context: Context, figures: list[Figure]) -> Table:
    words = context.words
    columns = (
        Column("metric", words("col.metric"), "text"),
        Column("value", words("col.now"), "mixed"),
        Column("target", words("col.target"), "mixed"),
        Column("attainment", words("col.attainment"), "share"),
        Column("verdict", words("col.verdict"), "text"),
    )
    rows = tuple(
        Row(
            {
                "metric": Label(context.say(f.name), anchor_of(f.metric)),
                "value": context.value(f),
                "target": Quantity(f.target, context.unit(f.metric, f.unit)),
                "attainment": Quantity(f.attainment, "share"),
                "verdict": Label(
                    (words.of("verdict", f.verdict) if f.verdict else None) or words("verdict.undecided"),
                    tone=VERDICT_TONES.get(f.verdict or "", "muted"),
                ),
            }
        )
        for f in figures
    )
    return Table("targets-table", words("purpose.targets"), columns, rows, stacks=True)


def sources(context: Context) -> Section:
    """What data there was, and whether it can be trusted."""
    words, evaluation = context.words, context.evaluation
    blocks: list[Block] = []
    if evaluation.sources:
        total = sum(source.rows for source in evaluation.sources)
        blocks.append(Paragraph(words("sources.intro", n=len(evaluation.sources), rows=f"{total:,}")))
        blocks.append(_sources(context))
    else:
        blocks.append(Paragraph(words("sources.none")))
    blocks.append(Heading("checks", words("sources.checks"), words("sources.checks_intro" if evaluation.checks else "sources.no_checks")))
    if evaluation.checks:
        blocks.append(
            ChecksList(
                "checks-list",
                tuple(
                    CheckLine(
                        f"check-{slug(c.id)}",
                        context.say(c.name),
                        c.status,
                        words.of("check", c.status) or c.status,
                        context.say(c.detail),
                        None if c.share is None else Quantity(c.share, "share"),
                        c.sql,
                        asked(context, c.command),
                    )
                    for c in evaluation.checks
                ),
            )
        )
    return Section("sources", "", words("part.sources"), tuple(blocks))


def _sources(context: Context) -> Table:
    words = context.words
    noted = any(source.note for source in context.evaluation.sources)
    columns = (
        Column("name", words("col.source"), "text"),
        Column("rows", words("col.rows"), "count", total="sum"),
        Column("first", words("col.first"), "date"),
        Column("last", words("col.last"), "date"),
        *((Column("note", words("col.note"), "text"),) if noted else ()),
    )
    rows = tuple(
        Row(
            {
                "name": Label(context.say(s.name)),
                "rows": Quantity(s.rows, "count"),
                "first": Period(s.first_day, "day") if s.first_day else None,
                "last": Period(s.last_day, "day") if s.last_day else None,
                "note": Label(context.say(s.note)) if s.note else None,
            }
        )
        for s in context.evaluation.sources
    )
    return Table("sources-table", words("sources.table"), columns, rows, stacks=True)


def method(context: Context) -> Section:
    """The rules of counting, the grades, and which of the methods could be used."""
    words, evaluation, formatter = context.words, context.evaluation, context.formatter
    counting = (
        words("method.count", zone=evaluation.time_zone, horizon=formatter.day(evaluation.horizon))
        if evaluation.horizon
        else words("method.count_open", zone=evaluation.time_zone)
    )
    rules = [counting, words("method.money"), words("method.interval", level=formatter.level(evaluation.level))]
    if evaluation.decomposition is not None:
        rules.append(words("method.change"))
    blocks: list[Block] = [Paragraph(rule) for rule in rules]
    usable = sum(m.status == "evaluable" for m in evaluation.methods)
    if evaluation.methods:
        blocks.append(Heading("seven", words("method.seven"), words("method.seven_intro", all=len(evaluation.methods), usable=usable)))
        blocks.append(_method_states(context))
    else:
        blocks.append(Paragraph(words("method.none")))
    blocks += [Heading("grades", words("method.grades")), Facts(grade_pairs(context, "grade"))]
    blocks += [Heading("data-grades", words("method.data_grades")), Facts(grade_pairs(context, "data_grade"))]
    return Section("method", "", words("part.method"), tuple(blocks))


def _method_states(context: Context) -> Table:
    words = context.words
    columns = (
        Column("name", words("col.method"), "text"),
        Column("state", words("col.state"), "text"),
        Column("why", words("col.note"), "text"),
    )
    rows = tuple(
        Row(
            {
                "name": Label(context.say(m.name), f"method-{slug(m.id)}"),
                "state": Label(words("method.state_ok"), tone="good")
                if m.status == "evaluable"
                else Label(words("method.state_not"), tone="muted"),
                "why": Label(
                    context.say(m.says)
                    if m.status == "evaluable"
                    else words("method.needs", needs=words.listed(context.say(n) for n in m.needs))
                ),
            }
        )
        for m in context.evaluation.methods
    )
    return Table("methods-table", words("method.seven"), columns, rows, stacks=True)


def method_cards(context: Context) -> tuple[MethodCard, ...]:
    """Every method, in the order of the evaluation."""
    words = context.words
    columns = (
        Column("line", words("col.line"), "text"),
        Column("score", words("col.score"), "score"),
        Column("weight", words("col.weight"), "share"),
        Column("why", words("col.why"), "text"),
    )
    return tuple(
        MethodCard(
            id=f"method-{slug(m.id)}",
            name=context.say(m.name),
            says=context.say(m.says),
            score=None if m.score is None else Quantity(m.score, "score"),
            interval=None if m.interval is None else Interval(*m.interval, "score"),
            grade=m.grade,
            grade_says=(words.of("data_grade", m.grade) or "") if m.grade else "",
            lines=Table(
                f"lines-{slug(m.id)}",
                context.say(m.name),
                columns,
                tuple(
                    Row(
                        {
                            "line": Label(context.say(name)),
                            "score": Quantity(score, "score", because=words("value.no_data")),
                            "weight": Quantity(weight, "share"),
                            "why": Label(context.say(why)),
                        }
                    )
                    for name, score, weight, why in m.lines
                ),
                stacks=True,
            )
            if m.lines
            else None,
            needs=tuple(context.say(n) for n in m.needs),
        )
        for m in context.evaluation.methods
    )
