"""What numbers rest on: every metric, chart and finding of a composed report, each under its code."""

import dataclasses
from collections.abc import Iterable
from itertools import count

from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.document import (
    Block,
    Chart,
    ChecksList,
    Column,
    Definition,
    Definitions,
    FindingCard,
    FindingCards,
    Gaps,
    IndexCard,
    MethodCards,
    Reference,
    Row,
    Section,
    Table,
)
from lianyi.insight.report.totals import totals


def references(context: Context, parts: Iterable[Section]) -> tuple[Reference, ...]:
    """Metrics with a value (M), charts (C), findings (F), checks (K), scores (S), the index (I), tables (T); numbered as they are read."""
    blocks = [block for part in parts for block in part.blocks]
    return (
        *_metrics(context, blocks),
        *_charts(blocks),
        *_findings(blocks),
        *_checks(blocks),
        *_scores(blocks),
        *_index(context, blocks),
        *_tables(context, blocks),
    )


def _metrics(context: Context, blocks: list[Block]) -> Iterable[Reference]:
    for entry in (entry for block in blocks if isinstance(block, Definitions) for entry in block.entries if entry.code):
        yield Reference(
            code=entry.code,
            anchor=entry.anchor,
            title=entry.name,
            says=entry.says,
            sql=entry.sql,
            command=entry.command,
            n=entry.n,
            interval=entry.interval,
            rows=None,
            values=_values(context, entry),
        )


def _values(context: Context, entry: Definition) -> tuple[Quantity, ...]:
    """The numbers that may be said of a figure: now, before, the change, n."""
    figure = context.evaluation.figure(entry.metric)
    said = [entry.value]
    if figure is not None:
        unit = entry.value.unit
        said += [Quantity(end, unit) for end in figure.interval or ()]
        said += [Quantity(figure.baseline, unit)] if figure.baseline is not None else []
        said += [Quantity(figure.target, unit)] if figure.target is not None else []
        said += [change for change in (context.change(figure), context.change_share(figure)) if change is not None]
    return (*said, *([Quantity(entry.n, "count")] if entry.n is not None else []))


def _charts(blocks: list[Block]) -> Iterable[Reference]:
    for n, chart in enumerate((block for block in blocks if isinstance(block, Chart)), 1):
        yield Reference(
            code=f"C{n}",
            anchor=chart.id,
            title=chart.title,
            says=chart.note,
            sql=chart.sql,
            command=chart.command,
            n=None,
            interval=None,
            rows=chart.table,
            values=(),
        )


def _findings(blocks: list[Block]) -> Iterable[Reference]:
    numbers = count(1)
    for block in blocks:
        if isinstance(block, FindingCards) and not block.brief:
            for card in block.findings:
                yield _finding(f"F{next(numbers)}", card)


def _finding(code: str, card: FindingCard) -> Reference:
    return Reference(
        code=code,
        anchor=card.id,
        title=card.title,
        says=card.statement,
        sql=card.sql,
        command=card.command,
        n=card.n,
        interval=card.interval,
        rows=card.evidence,
        values=(),
    )


def _checks(blocks: list[Block]) -> Iterable[Reference]:
    for n, check in enumerate((check for block in blocks if isinstance(block, ChecksList) for check in block.checks), 1):
        yield Reference(
            code=f"K{n}",
            anchor=check.id,
            title=check.name,
            says=check.detail,
            sql=check.sql,
            command=check.command,
            n=None,
            interval=None,
            rows=None,
            values=() if check.share is None else (check.share,),
        )


def _scores(blocks: list[Block]) -> Iterable[Reference]:
    cards = [m for block in blocks if isinstance(block, MethodCards) and not block.brief for m in block.methods if m.score is not None]
    for n, card in enumerate(cards, 1):
        said = () if card.score is None else (card.score,)
        ends = () if card.interval is None else tuple(Quantity(end, "score") for end in (card.interval.low, card.interval.high))
        yield Reference(
            code=f"S{n}",
            anchor=card.id,
            title=card.name,
            says=card.says,
            sql=card.sql,
            command=card.command,
            n=card.n,
            interval=None,
            rows=card.lines,
            values=(*said, *ends, *_rounded(said)),
        )


def _rounded(said: Iterable[Quantity]) -> tuple[Quantity, ...]:
    """Scores without decimals, as sentences give them."""
    return tuple(Quantity(round(one.value), "count") for one in said if one.value is not None)


def _index(context: Context, blocks: list[Block]) -> Iterable[Reference]:
    for n, card in enumerate((block for block in blocks if isinstance(block, IndexCard)), 1):
        said = [card.score, *(one for one in (card.before, card.change) if one is not None)]
        ends = [] if card.interval is None else [Quantity(end, "score") for end in (card.interval.low, card.interval.high)]
        yield Reference(
            code=f"I{n}",
            anchor=card.id,
            title=card.name,
            says=card.formula,
            sql="",
            command=context.asked("evaluate"),
            n=None,
            interval=None,
            rows=card.parts,
            values=(*said, *ends),
        )


TABLES = {
    "sources-table": "status",
    "methods-table": "evaluate",
    "doubts-table": "evaluate",
    "metrics-table": "measure all",
    "conclude-gaps": "evaluate",
    "review-gaps": "evaluate",
}
"""Tables whose rows are counted in words, and the verb that gives them again."""


def _tables(context: Context, blocks: list[Block]) -> Iterable[Reference]:
    numbers = count(1)
    for block in (_lacking(context, block) if isinstance(block, Gaps) else block for block in blocks):
        if isinstance(block, Table) and block.id in TABLES:
            yield Reference(
                code=f"T{next(numbers)}",
                anchor=block.id,
                title=block.title,
                says=block.note,
                sql="",
                command=context.asked(TABLES[block.id]),
                n=None,
                interval=None,
                rows=_plain(block),
                values=(Quantity(len(block.rows), "count"), *_sums(block)),
            )


def _lacking(context: Context, block: Gaps) -> Table:
    """What is missing, one row a figure that lacks it."""
    words = context.words
    columns = (Column("figure", words("col.metric"), "text"), Column("missing", words("col.missing"), "text"))
    rows = tuple(Row({"figure": figure, "missing": Label(gap.missing)}) for gap in block.gaps for figure in gap.figures)
    return Table(block.id, words("conclude.gaps"), columns, rows)


def _sums(table: Table) -> tuple[Quantity, ...]:
    return tuple((totals(table) or {}).values())


def _plain(table: Table) -> Table:
    """The table without sparklines, which are drawn where it stands."""
    kept = tuple(column for column in table.columns if column.unit != "spark")
    rows = tuple(Row({c.key: row.cells.get(c.key) for c in kept}, row.group, row.marked, row.anchor) for row in table.rows)
    return dataclasses.replace(table, columns=kept, rows=rows)
