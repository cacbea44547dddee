"""The sheets that list things: findings and actions, checks, definitions."""

from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.document import Actions, ChecksList, Column, Definitions, FindingCards, Gaps, Row, Table
from lianyi.insight.report.xlsx.book import Book
from lianyi.insight.report.xlsx.layout import HEAD, every, named, say
from lianyi.insight.report.xlsx.sources import code_of
from lianyi.insight.report.xlsx.tables import write_table


def actions_table(book: Book, block: Actions, *, reasons: bool = True) -> Table:
    """Things to do as a table; `reasons` adds why."""
    words = book.words
    columns = (
        Column("action", words("sheet.action"), "text"),
        Column("money", words("sheet.money"), "money"),
        Column("owner", words("conclude.owner"), "text"),
        Column("due", words("conclude.due"), "days"),
        Column("effort", words("conclude.effort"), "text"),
        Column("measure", words("conclude.proof"), "text"),
        Column("gain", words("conclude.gain"), "interval"),
        *(
            (
                Column("change", words("conclude.change"), "interval"),
                Column("cost", words("conclude.cost"), "money"),
                Column("days", words("sheet.days"), "days"),
                Column("design", words("conclude.design"), "text"),
                Column("first", words("conclude.first"), "text"),
                Column("basis", words("conclude.basis"), "text"),
                Column("why", words("col.why"), "text"),
            )
            if reasons
            else ()
        ),
    )
    rows = tuple(
        Row(
            {
                "action": Label(a.action),
                "money": a.money,
                "owner": Label(a.owner),
                "due": Quantity(a.due_days, "days"),
                "effort": Label(a.effort),
                "measure": Label(a.measure.text),
                "gain": None if a.expected is None else a.expected.gain,
                "change": None if a.expected is None else a.expected.change,
                "cost": None if a.expected is None else a.expected.cost,
                "days": None if a.expected is None else a.expected.days,
                "design": Label(a.design) if a.design else None,
                "first": Label(a.first) if a.first else None,
                "basis": None if a.expected is None else Label(a.expected.says),
                "why": Label(a.why),
            }
        )
        for a in block.actions
    )
    return Table(block.id, "", columns, rows)


def findings(book: Book) -> None:
    """Every finding and every action."""
    words = book.words
    found = [block for block in every(book.document, FindingCards) if not block.brief]
    todo = [block for block in every(book.document, Actions) if not block.brief]
    if not found and not todo:
        return
    sheet = book.sheet(words("sheet.findings"))
    row = HEAD
    for block in found:
        columns = (
            Column("title", words("sheet.finding"), "text"),
            Column("severity", words("sheet.severity"), "text"),
            Column("money", words("sheet.money"), "money"),
            Column("grade", words("col.grade"), "text"),
            Column("n", words("col.n"), "count"),
            Column("interval", "", "interval"),
            Column("metric", words("col.metric"), "text"),
            Column("code", words("sheet.code"), "text"),
            Column("statement", words("col.why"), "text"),
        )
        rows = tuple(
            Row(
                {
                    "title": Label(f.title),
                    "severity": Label(f.severity_says),
                    "money": f.money,
                    "grade": Label(f"{f.grade} {f.grade_says}".strip()),
                    "n": None if f.n is None else Quantity(f.n, "count"),
                    "interval": f.interval,
                    "metric": Label(f.metric.text) if f.metric else None,
                    "code": Label(code_of(book, f.id)),
                    "statement": Label(f.statement),
                }
            )
            for f in block.findings
        )
        row = write_table(book, sheet, Table("findings", "", columns, rows), row).after + 1
    say(book, sheet, 1, words("conclude.stake_note"))
    for block in todo:
        row = write_table(book, sheet, actions_table(book, block), row + 1).after
    sheet.freeze_panes(HEAD + 1, 1)


def checks(book: Book) -> None:
    """Sources, checks, figures that are not compared and what is missing, one below the other."""
    document = book.document
    sheet = book.sheet(book.words("sheet.checks"))
    sources = named(document, "sources-table")
    tables = [
        *([sources] if sources is not None else []),
        *(_checks(book, block) for block in every(document, ChecksList)),
        *(table for table in [named(document, "doubts-table")] if table is not None),
        *(_gaps(book, block) for block in every(document, Gaps)[:1]),  # the front page of an empty evaluation repeats the list
    ]
    row = HEAD
    for table in tables:
        row = write_table(book, sheet, table, row).after + 2
    sheet.freeze_panes(1, 1)


def _checks(book: Book, block: ChecksList) -> Table:
    words = book.words
    columns = (
        Column("name", words("sheet.check"), "text"),
        Column("status", words("sheet.status"), "text"),
        Column("share", words("sheet.share"), "share"),
        Column("detail", words("sheet.detail"), "text"),
    )
    rows = tuple(
        Row({"name": Label(c.name), "status": Label(c.status_says), "share": c.share, "detail": Label(c.detail)}) for c in block.checks
    )
    return Table(block.id, "", columns, rows)


def _gaps(book: Book, block: Gaps) -> Table:
    words = book.words
    columns = (
        Column("missing", words("col.missing"), "text"),
        Column("remedy", words("col.remedy"), "text"),
        Column("figures", words("col.metric"), "text"),
    )
    rows = tuple(
        Row({"missing": Label(g.missing), "remedy": Label(g.remedy), "figures": Label(words.listed(f.text for f in g.figures))})
        for g in block.gaps
    )
    return Table(block.id, "", columns, rows)


def definitions(book: Book) -> None:
    """What every figure means and rests on."""
    words = book.words
    for block in every(book.document, Definitions):
        sheet = book.sheet(words("sheet.definitions"))
        say(book, sheet, 1, " · ".join(f"{label} {value}" for label, value in block.facts))
        columns = (
            Column("name", words("col.metric"), "text"),
            Column("id", words("sheet.id"), "text"),
            Column("code", words("sheet.code"), "text"),
            Column("status", words("sheet.status"), "text"),
            Column("value", words("col.now"), "mixed"),
            Column("interval", "", "interval"),
            Column("n", words("col.n"), "count"),
            Column("eligible", words("sheet.eligible"), "count"),
            Column("excluded", words("sheet.excluded"), "count"),
            Column("version", words("sheet.version"), "count"),
            Column("says", words("sheet.says"), "text"),
            Column("sql", words("sheet.sql"), "text"),
        )
        rows = tuple(
            Row(
                {
                    "name": Label(d.name),
                    "id": Label(d.metric),
                    "code": Label(d.code) if d.code else None,
                    "status": Label(d.status_says),
                    "value": d.value if d.value.value is not None else Label(d.value.because),
                    "interval": d.interval,
                    "n": _count(d.n),
                    "eligible": _count(d.eligible),
                    "excluded": _count(d.excluded),
                    "version": Quantity(d.version, "count"),
                    "says": Label(d.says),
                    "sql": Label(d.sql) if d.sql else None,
                }
            )
            for d in block.entries
        )
        where = write_table(book, sheet, Table(block.id, "", columns, rows), HEAD)
        sheet.freeze_panes(HEAD + 1, 1)
        sheet.autofilter(where.head, 0, where.last, max(where.columns.values()))


def _count(n: int | None) -> Quantity | None:
    return None if n is None else Quantity(n, "count")
