"""Part five: what was found and what to do about it."""

from lianyi.insight.evaluate.result import GRADES, Evidence, Expectation, Figure, Finding
from lianyi.insight.report.cells import Interval, Label, Quantity
from lianyi.insight.report.compose.context import Context, slug
from lianyi.insight.report.compose.gaps import gaps
from lianyi.insight.report.compose.tables import table
from lianyi.insight.report.document import Action, Actions, Block, Expected, FindingCard, FindingCards, Heading, Paragraph, Section


def finding_cards(context: Context) -> tuple[FindingCard, ...]:
    """Every finding, in the order of the evaluation: it ranks them, a report only tells."""
    return tuple(_finding(context, rank, finding) for rank, finding in enumerate(context.evaluation.findings, 1))


def _finding(context: Context, rank: int, finding: Finding) -> FindingCard:
    words, evidence = context.words, finding.evidence
    metric = context.evaluation.figure(finding.metric) if finding.metric else None
    unit = evidence.unit or (context.unit(metric.metric, metric.unit) if metric else "count")
    title = context.say(finding.title)
    return FindingCard(
        id=f"finding-{slug(finding.id)}",
        rank=rank,
        severity=finding.severity,
        severity_says=words.of("severity", finding.severity) or finding.severity,
        title=title,
        statement=context.say(finding.statement),
        metric=context.link(finding.metric) if finding.metric else None,
        money=None if finding.money_at_stake is None else Quantity(abs(finding.money_at_stake), "money"),
        grade=finding.grade,
        grade_says=words.of("grade", finding.grade) or "",
        n=evidence.n,
        interval=None if evidence.interval is None else Interval(*evidence.interval, unit),
        evidence=table(context, f"evidence-{slug(finding.id)}", title, evidence.columns, evidence.rows)
        if evidence.columns and evidence.rows
        else None,
        sql=evidence.sql,
        command=context.asked(evidence.command or _measured(metric, evidence)),
        actions=tuple(
            Label(context.say(s.action), f"action-{slug(s.id)}") for s in context.evaluation.suggestions if finding.id in s.finding_ids
        ),
    )


def _measured(metric: Figure | None, evidence: Evidence) -> str:
    """A finding that rests on a figure's own query is answered by measuring that figure."""
    return f"measure {metric.metric}" if metric is not None and evidence.sql and evidence.sql == metric.sql else ""


def actions(context: Context) -> tuple[Action, ...]:
    """Every suggestion, in the order of the evaluation."""
    known = {finding.id: finding for finding in context.evaluation.findings}
    return tuple(
        Action(
            id=f"action-{slug(s.id)}",
            rank=rank,
            action=context.say(s.action),
            why=context.say(s.why),
            owner=context.say(s.owner),
            effort=context.words.of("effort", s.effort) or s.effort,
            due=context.words("conclude.days", n=s.due_days),
            due_days=s.due_days,
            measure=context.link(s.measure),
            money=None if s.money_at_stake is None else Quantity(abs(s.money_at_stake), "money"),
            findings=tuple(Label(context.say(known[i].title), f"finding-{slug(i)}") for i in s.finding_ids if i in known),
            rests_on=tuple(f"finding-{slug(i)}" for i in s.finding_ids if i in known),
            expected=None if s.expected is None else _expected(context, s.expected),
            first="" if s.precondition is None else context.say(s.precondition),
            design="" if s.design is None else context.say(s.design),
        )
        for rank, s in enumerate(context.evaluation.suggestions, 1)
    )


def _expected(context: Context, given: Expectation) -> Expected:
    gain = None if given.value_low is None or given.value_high is None else Interval(given.value_low, given.value_high, "money")
    return Expected(
        gain=gain,
        change=Interval(given.low, given.high, "share") if given.of == "metric" else None,
        cost=Quantity(given.cost, "money"),
        days=Quantity(given.cost_days, "days"),
        says=context.say(given.says),
    )


def conclusions(context: Context) -> Section:
    """Findings in full, advice, and the data that would show more."""
    words = context.words
    blocks: list[Block] = [Heading("findings", words("conclude.findings"))]
    found = finding_cards(context)
    if found:
        blocks.append(FindingCards("all-findings", found))
        if any(f.money is not None for f in found):
            blocks.append(Paragraph(words("conclude.stake_note")))
    else:
        blocks.append(Paragraph(words("front.no_findings") if context.evaluation.figures else words("conclude.none")))
    todo = actions(context)
    blocks.append(Heading("advice", words("conclude.advice"), words("conclude.advice_intro") if todo else ""))
    blocks.append(Actions("all-actions", todo) if todo else Paragraph(words("front.no_actions")))
    missing = gaps(context, "conclude-gaps")
    if missing:
        blocks += [Heading("gaps", words("conclude.gaps")), missing]
    return Section("conclusions", "", words("part.conclusions"), tuple(blocks))


def grade_pairs(context: Context, scale: str) -> tuple[tuple[str, str], ...]:
    """Each grade of a scale (grade: of evidence, data_grade: of the data) and its meaning."""
    return tuple((grade, context.words.of(scale, grade) or "") for grade in GRADES)
