"""Parts one to three: why the evaluation was made, on what data, and how."""

from lianyi.insight.evaluate.result import Figure, Method
from lianyi.insight.report.cells import Interval, Label, Period, Quantity
from lianyi.insight.report.compose.conclusions import grade_pairs
from lianyi.insight.report.compose.context import Context, anchor_of, slug
from lianyi.insight.report.document import Block, CheckLine, ChecksList, Column, Facts, Heading, MethodCard, Paragraph, Row, Section, Table

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
        blocks.append(Paragraph(words("sources.intro", n=len(evaluation.sources), rows=f"{total:,}"), ("sources-table",)))
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
                        context.asked(c.command),
                    )
                    for c in evaluation.checks
                ),
            )
        )
    blocks += _doubts(context)
    return Section("sources", "", words("part.sources"), tuple(blocks))


def _doubts(context: Context) -> list[Block]:
    """Figures that are shown but not compared, because the records behind them broke; nothing where all may be."""
    doubted = [f for f in context.evaluation.figures if f.doubt is not None]
    if not doubted:
        return []
    words = context.words
    columns = (
        Column("metric", words("col.metric"), "text"),
        Column("value", words("col.now"), "mixed"),
        Column("grade", words("col.data_grade"), "text"),
        Column("why", words("col.why"), "text"),
    )
    rows = tuple(
        Row(
            {
                "metric": Label(context.say(f.name), anchor_of(f.metric)),
                "value": context.value(f),
                "grade": Label(f.grade or ""),
                "why": Label(context.say(f.doubt)),
            }
        )
        for f in doubted
        if f.doubt is not None
    )
    return [
        Heading("doubts", words("sources.doubts"), words("sources.doubts_intro", n=len(doubted)), rests_on=("doubts-table",)),
        Table("doubts-table", words("sources.doubts"), columns, rows, stacks=True),
    ]


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
    blocks: list[Block] = [Paragraph(rule, rule=True) for rule in rules]
    usable = sum(m.status == "evaluable" for m in evaluation.methods)
    if evaluation.methods:
        blocks.append(
            Heading(
                "seven", words("method.seven"), words("method.seven_intro", all=len(evaluation.methods), usable=usable), ("methods-table",)
            )
        )
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
    return tuple(
        MethodCard(
            id=f"method-{slug(m.id)}",
            name=context.say(m.name),
            says=context.say(m.says),
            score=None if m.score is None else Quantity(m.score, "score"),
            interval=None if m.interval is None else Interval(*m.interval, "score"),
            grade=m.grade,
            grade_says=_grade_says(context, m),
            lines=method_lines(context, m, table_id=f"lines-{slug(m.id)}") if m.lines else None,
            needs=tuple(context.say(n) for n in m.needs),
            n=m.n,
            agreement="" if m.concordance is None else context.say(m.concordance.says),
            sql=m.sql,
            command=context.asked(m.command or "evaluate") if m.status == "evaluable" else "",
        )
        for m in context.evaluation.methods
    )


def _grade_says(context: Context, method: Method) -> str:
    """What a method's grade means: of the records, unless the method stands on something else."""
    if not method.grade:
        return ""
    words, grade = context.words, method.grade
    own = {
        "survey": words.of("grade_survey", grade),
        "experts": words.of("grade_experts", grade),
        "competitors": words.of("grade_competitors", grade),
    }
    return own.get(method.id) or words.of("data_grade", grade) or ""


def method_lines(context: Context, method: Method, *, table_id: str) -> Table:
    """What a method's score is made of. A line without weight is a remark: it has neither score nor weight to show."""
    words = context.words
    columns = (
        Column("line", words("col.line"), "text"),
        Column("score", words("col.score"), "score"),
        Column("weight", words("col.weight"), "share"),
        Column("why", words("col.why"), "text"),
    )
    rows = tuple(
        Row(
            {
                "line": Label(context.say(name)),
                "score": None if score is None and not weight else Quantity(score, "score", because=words("value.no_data")),
                "weight": Quantity(weight, "share") if weight else None,
                "why": Label(context.say(why)),
            }
        )
        for name, score, weight, why in method.lines
    )
    return Table(table_id, context.say(method.name), columns, rows, stacks=True)
