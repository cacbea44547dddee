"""What numbers rest on: every metric, chart and finding of a composed report, each under its code."""

from collections.abc import Iterable
from itertools import count

from lianyi.insight.report.compose.context import Context
from lianyi.insight.report.document import (
    Block,
    Chart,
    ChecksList,
    Definition,
    Definitions,
    FindingCard,
    FindingCards,
    Quantity,
    Reference,
    Section,
)


def references(context: Context, parts: Iterable[Section]) -> tuple[Reference, ...]:
    """Metrics with a value (M), charts (C), findings (F) and checks (K), numbered in reading order within their kind."""
    blocks = [block for part in parts for block in part.blocks]
    return (*_metrics(context, blocks), *_charts(blocks), *_findings(blocks), *_checks(blocks))


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


def asked(context: Context, verb: str) -> str:
    """A whole command line for a verb of `lianyi`, with the window and the snapshot of the evaluation; empty for no verb.

    A verb that names its own window keeps it; `status` has none.
    """
    if verb in ("", "status"):
        return f"lianyi {verb}" if verb else ""
    evaluation = context.evaluation
    window = "" if " --from " in verb else f" --from {evaluation.window[0]} --to {evaluation.window[1]}"
    snapshot = f" --snapshot {evaluation.snapshot}" if evaluation.snapshot.isdigit() else ""
    return f"lianyi {verb}{window}{snapshot}"
