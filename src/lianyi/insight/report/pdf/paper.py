"""A document as plain values for the page program: every number written, every chart drawn, every link resolved."""

from collections.abc import Iterable
from typing import Any

from lianyi.insight.report.cells import Cell, Interval, Label, Period, Quantity, Spark
from lianyi.insight.report.charts import COLOURS, Slot, svg
from lianyi.insight.report.charts.theme import fitted
from lianyi.insight.report.document import (
    Action,
    Actions,
    Block,
    Callout,
    Card,
    Cards,
    Chart,
    ChecksList,
    Definition,
    Definitions,
    Document,
    Expected,
    Facts,
    FindingCard,
    FindingCards,
    Gaps,
    Heading,
    IndexCard,
    Lead,
    MethodCard,
    MethodCards,
    Paragraph,
    Recipes,
    Reference,
    Section,
    Sentence,
    Table,
)
from lianyi.insight.report.formats import EMPTY, Formatter
from lianyi.insight.report.pdf import tables
from lianyi.insight.report.prose import cited
from lianyi.insight.report.sparks import strokes
from lianyi.insight.report.words import Words

SLOT_WIDTH = 643  # pixels of a chart that fills the 170 mm column at four thirds of a pixel a point
MOST_ROWS = 15
FRESH = frozenset({"review", "results", "conclusions", "appendix"})
"""Parts that begin on a page of their own, as the first one does; the short ones follow each other."""
SMALL_N = 30
BRIEF_WIDTH = 2 * 500  # pixels: two lines of a statement on the first page, which is one page
BEHIND = frozenset("CFK")
"""Kinds of references whose rows and queries stand in the appendix; the others have them where they stand."""
HATCH = (
    '<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    '<rect width="6" height="6" fill="#f1f4f6"/><line x1="0" y1="0" x2="0" y2="6" stroke="#d3dbe0" stroke-width="3"/></pattern></defs>'
)
Values = dict[str, Any]


def paper(document: Document) -> Values:
    """The whole report as values that JSON can hold. Cost: about 20 ms a chart, and 0.7 s once for the renderer."""
    return _Paper(document).all()


class _Paper:
    """One document being laid out as values."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.words = Words(document.language)
        self.formatter = Formatter(document.language, document.currency)
        self.queries: dict[str, str] = {}  # SQL -> its number; many figures share one
        self.anchors = _anchors(document)

    def all(self) -> Values:
        document, words = self.document, self.words
        parts = [{**self.part(part), "fresh": k == 1 or part.id in FRESH} for k, part in enumerate(document.parts())]
        behind = [self.behind(reference) for reference in document.references if reference.code[0] in BEHIND]
        return {
            "language": document.language,
            "colours": COLOURS,
            "title": document.title,
            "subtitle": document.subtitle,
            "facts": document.facts,
            "front": parts[0],
            "parts": parts[1:],
            "behind": behind,
            "queries": [{"number": number, "sql": sql} for sql, number in self.queries.items()],
            "footer": document.footer,
            "snapshot": words("paper.snapshot", snapshot=document.snapshot),
            "words": {
                name: words(key)
                for name, key in {
                    "maker": "report.maker",
                    "contents": "report.contents",
                    "page": "paper.page",
                    "behind": "paper.behind",
                    "behind_says": "paper.behind_says",
                    "queries": "paper.queries",
                    "queries_says": "paper.queries_says",
                    "total": "col.total",
                    "query": "paper.query",
                    "command": "paper.command",
                    "stake": "conclude.stake",
                    "grade": "col.grade",
                }.items()
            },
        }

    def part(self, part: Section) -> Values:
        blocks = [shown for block in part.blocks for shown in self.block(block)]
        return {"id": part.id, "number": part.number, "title": part.title, "blocks": blocks}

    def block(self, block: Block) -> Iterable[Values]:
        match block:
            case Lead() | Paragraph() | Heading() | Callout():
                yield self.said(block)
            case Facts():
                yield {"kind": "facts", "pairs": block.pairs}
            case Cards():
                yield {"kind": "cards", "id": block.id, "cards": [self.card(card) for card in block.cards]}
            case Table():
                yield from self.table(block)
            case Chart():
                yield self.chart(block)
            case FindingCards():
                yield {
                    "kind": "findings",
                    "id": block.id,
                    "brief": block.brief,
                    "items": [self.finding(f, brief=block.brief) for f in block.findings],
                }
            case Actions():
                yield {"kind": "actions", "id": block.id, "brief": block.brief, "items": [self.action(a) for a in block.actions]}
            case MethodCards():
                yield {"kind": "methods", "id": block.id, "brief": block.brief, "items": [self.method(m) for m in block.methods]}
            case IndexCard():
                yield from self.index(block)
            case Recipes():
                items = [{"id": r.id, "name": r.name, "answers": r.answers, "pairs": r.pairs} for r in block.recipes]
                yield {"kind": "recipes", "id": block.id, "items": items}
            case ChecksList():
                yield self.checks(block)
            case Gaps():
                yield self.gaps(block)
            case Definitions():
                yield {
                    "kind": "definitions",
                    "id": block.id,
                    "facts": block.facts,
                    "items": [self.definition(entry) for entry in block.entries if entry.value.value is not None],
                    "without": [self.definition(entry) for entry in block.entries if entry.value.value is None],
                }

    def said(self, block: Lead | Paragraph | Heading | Callout) -> Values:
        """A block of nothing but sentences."""
        match block:
            case Lead():
                return {"kind": "lead", "sentences": [self.sentence(s) for s in block.sentences]}
            case Paragraph():
                return {"kind": "paragraph", **self.sentence(Sentence(block.text, block.rests_on))}
            case Heading():
                cites = self.sentence(Sentence("", block.rests_on))["cites"]
                return {"kind": "heading", "id": block.id, "text": block.text, "intro": block.intro, "cites": cites}
            case Callout():
                said = self.sentence(Sentence(block.text, block.rests_on))
                return {"kind": "callout", "tone": block.tone, "title": block.title, **said, "items": block.items}

    # ---- small things ----

    def sentence(self, sentence: Sentence) -> Values:
        return {"text": sentence.text, "cites": [self.cite(reference) for reference in cited(self.document, sentence.rests_on)]}

    def cite(self, reference: Reference) -> Values:
        return {"code": reference.code, "to": f"behind-{reference.anchor}" if reference.code[0] in BEHIND else reference.anchor}

    def cites(self, anchor: str) -> list[Values]:
        reference = self.document.reference(anchor)
        return [] if reference is None else [self.cite(reference)]

    def label(self, label: Label) -> Values:
        return {"text": label.text, "tone": label.tone, "to": label.anchor if label.anchor in self.anchors else None}

    def quantity(self, quantity: Quantity, *, short: bool = False) -> str:
        return self.formatter.short(quantity) if short else self.formatter.full(quantity)

    def basis(self, n: int | None, interval: Interval | None) -> list[str]:
        """The interval and the number of observations, in words."""
        said = []
        if interval is not None:
            level = self.formatter.level(self.document.level)
            said.append(self.words("value.interval", level=level, ends=self.formatter.interval(interval)))
        if n is not None:
            said.append(self.words("value.small" if n < SMALL_N else "value.n", n=f"{n:,}"))
        return said

    def spark(self, spark: Spark) -> Values:
        drawn = strokes(spark)
        return {"solid": drawn.solid, "dashed": drawn.dashed, "end": drawn.end, "open": drawn.open}

    def cell(self, cell: Cell) -> Values:
        match cell:
            case Quantity():
                if cell.value is None:
                    return {"text": cell.because or EMPTY, "tone": "muted"}
                return {"text": self.quantity(cell), "tone": cell.tone}
            case Interval():
                return {"text": self.formatter.interval(cell), "tone": "muted"}
            case Label():
                return self.label(cell)
            case Period():
                return {
                    "text": self.formatter.period(cell),
                    "tone": "plain",
                    "mark": "" if cell.complete else self.words("results.not_full"),
                }
            case Spark():
                return {"text": "", "tone": "plain", "spark": self.spark(cell)}
            case None:
                return {"text": EMPTY, "tone": "muted"}

    def table(self, table: Table, *, most: int | None = None) -> Iterable[Values]:
        """A table, in as many pieces side by side as its columns need; `most` rows."""
        cells = [[self.cell(row.cells.get(column.key)) for column in table.columns] for row in table.rows[:most]]
        left_out = len(table.rows) - len(cells)
        note = " ".join(text for text in (table.note, self.words("paper.left_out", n=left_out) if left_out else "") if text)
        for piece in tables.pieces(table, cells, self.quantity):
            cited_as = self.document.reference(table.id) if piece["id"] else None
            yield {"kind": "table", "note": note, "title": table.title, "code": "" if cited_as is None else cited_as.code, **piece}

    # ---- blocks ----

    def checks(self, block: ChecksList) -> Values:
        items = [
            {
                "id": c.id,
                "cites": self.cites(c.id),
                "name": c.name,
                "status": c.status,
                "says": c.status_says,
                "detail": c.detail,
                "share": self.formatter.full(c.share) if c.share else "",
            }
            for c in block.checks
        ]
        return {"kind": "checks", "id": block.id, "items": items}

    def gaps(self, block: Gaps) -> Values:
        items = [
            {
                "name": gap.remedy or gap.missing,
                "missing": self.words("conclude.lacking", names=gap.missing) if gap.remedy else "",
                "figures": [self.label(figure) for figure in gap.figures],
            }
            for gap in block.gaps
        ]
        return {"kind": "gaps", "id": block.id, "items": items}

    def card(self, card: Card) -> Values:
        change = card.change_share if card.change_share is not None and card.change and card.change.unit != "ratio" else card.change
        target = (
            "" if card.target is None else self.words("value.target", value=self.quantity(card.target, short=True)) + f" · {card.verdict}"
        )
        return {
            "name": self.label(Label(card.name, card.anchor)),
            "cites": self.cites(card.anchor),
            "value": self.quantity(card.value, short=True),
            "change": "" if change is None else self.quantity(change),
            "way": 0 if change is None or not change.value else 1 if change.value > 0 else -1,
            "tone": card.tone,
            "doubt": card.doubt,
            "before": self.words("value.no_before")
            if card.baseline is None or change is None
            else self.words("value.before", value=self.quantity(card.baseline, short=True)),
            "basis": [*self.basis(card.n, card.interval), *([target] if target else [])],
            "spark": None if card.spark is None else self.spark(card.spark),
        }

    def chart(self, chart: Chart) -> Values:
        drawn = svg(chart.picture, Slot(SLOT_WIDTH, self.formatter)).replace(COLOURS["hatch"], "url(#hatch)")
        head, close, rest = drawn.partition(">")
        return {
            "kind": "chart",
            "id": chart.id,
            "title": chart.title,
            "says": chart.says,
            "cites": self.cites(chart.id),
            "alt": chart.alt,
            "note": chart.note,
            "svg": f"{head}{close}{HATCH}{rest}",
        }

    def finding(self, finding: FindingCard, *, brief: bool = False) -> Values:
        grade = f"{self.words('col.grade')} {finding.grade}" + (f" · {finding.grade_says}" if finding.grade_says else "")
        return {
            "id": finding.id,
            "cites": self.cites(finding.id),
            "severity": finding.severity,
            "says": finding.severity_says,
            "title": finding.title,
            "statement": fitted(finding.statement, BRIEF_WIDTH) if brief else finding.statement,
            "metric": None if finding.metric is None else self.label(finding.metric),
            "money": self.money(finding.money),
            "grade": grade,
            "basis": self.basis(finding.n, finding.interval),
            "answers": self.words("conclude.answers"),
            "actions": [self.label(action) for action in finding.actions],
        }

    def money(self, money: Quantity | None) -> Values:
        if money is None:
            return {"value": "", "says": self.words("conclude.stake_none")}
        return {"value": self.quantity(money, short=True), "says": self.words("conclude.stake")}

    def action(self, action: Action) -> Values:
        words = self.words
        return {
            "id": action.id,
            "rank": str(action.rank),
            "action": action.action,
            "why": action.why,
            "money": self.money(action.money),
            "terms": [
                [words("conclude.owner"), {"text": action.owner, "to": None}],
                [words("conclude.due"), {"text": action.due, "to": None}],
                [words("conclude.effort"), {"text": action.effort, "to": None}],
                [words("conclude.proof"), self.label(action.measure)],
                *self.expected(action.expected),
            ],
            "plan": [
                [label, text]
                for label, text in (
                    (words("conclude.cost"), self.cost(action.expected)),
                    (words("conclude.first"), action.first),
                    (words("conclude.design"), action.design),
                    (words("conclude.basis"), "" if action.expected is None else action.expected.says),
                )
                if text
            ],
            "cites": [self.cite(reference) for reference in cited(self.document, action.rests_on)],
            "from": words("conclude.from"),
            "findings": [self.label(finding) for finding in action.findings],
        }

    def expected(self, given: Expected | None) -> list[list[Any]]:
        """What the action may bring, as a term; nothing where that is not known."""
        shown = None if given is None else given.gain or given.change
        if given is None or shown is None:
            return []
        key = "conclude.gain" if given.gain is not None else "conclude.change"
        return [[self.words(key), {"text": self.formatter.interval(shown), "to": None}]]

    def cost(self, given: Expected | None) -> str:
        if given is None:
            return ""
        return self.words("conclude.cost_days", days=self.quantity(given.days), cost=self.quantity(given.cost, short=True))

    def index(self, card: IndexCard) -> Iterable[Values]:
        yield {
            "kind": "index",
            "id": card.id,
            "score": self.quantity(card.score),
            "level": card.score.value,
            "ends": None if card.interval is None else [card.interval.low, card.interval.high],
            "change": "" if card.change is None else self.quantity(card.change),
            "way": 0 if card.change is None or not card.change.value else 1 if card.change.value > 0 else -1,
            "tone": "plain" if card.change is None else card.change.tone,
            "before": "" if card.before is None else self.words("value.before", value=self.quantity(card.before)),
            "basis": "" if card.interval is None else f"{card.interval_says} {self.formatter.interval(card.interval)}",
            "facts": card.facts,
        }
        yield from self.table(card.parts)
        yield {"kind": "formula", "name": self.words("index.formula"), "text": card.formula, "notes": card.notes}

    def method(self, method: MethodCard) -> Values:
        grade = "" if not method.grade else f"{self.words('col.data_grade')} {method.grade} · {method.grade_says}"
        return {
            "id": method.id,
            "name": method.name,
            "says": method.says,
            "score": "" if method.score is None else self.quantity(method.score),
            "level": 0 if method.score is None else method.score.value,
            "ends": None if method.interval is None else [method.interval.low, method.interval.high],
            "basis": [*self.basis(None, method.interval), *([grade] if grade else [])],
            "agreement": self.words("results.experts_says", says=method.agreement) if method.agreement else "",
            "command": method.command,
            "query": self.query(method.sql),
            "lines": [] if method.lines is None else list(self.table(method.lines)),
            "needs": self.words("method.needs", needs=self.words.listed(method.needs)) if method.needs else "",
        }

    def definition(self, entry: Definition) -> Values:
        said = [self.quantity(entry.value), *self.basis(entry.n, entry.interval)]
        if entry.interval is None and entry.value.value is not None:
            said.append(self.words("value.no_interval"))
        if entry.eligible is not None and entry.excluded:
            said.append(self.words("value.eligible", eligible=f"{entry.eligible:,}", excluded=f"{entry.excluded:,}"))
        said.append(self.words("value.version", version=entry.version))
        reference = self.document.reference(entry.anchor)
        return {
            "id": entry.anchor,
            "code": "" if reference is None else reference.code,
            "name": entry.name,
            "metric": entry.metric,
            "says": entry.says,
            "doubt": entry.doubt,
            "basis": said,
            "command": "" if reference is None else reference.command,
            "query": self.query(entry.sql) if reference is not None else None,
        }

    def query(self, sql: str) -> str | None:
        """The number of a query in the list at the end; one number for equal queries."""
        text = sql.strip()
        return self.queries.setdefault(text, f"Q{len(self.queries) + 1}") if text else None

    def behind(self, reference: Reference) -> Values:
        """What a chart or a finding rests on: its rows, how to get them again, its query."""
        rows = [] if reference.rows is None else list(self.table(reference.rows, most=MOST_ROWS))
        return {
            "id": f"behind-{reference.anchor}",
            "back": reference.anchor,
            "code": reference.code,
            "title": reference.title,
            "basis": self.basis(reference.n, reference.interval),
            "rows": rows,
            "command": reference.command,
            "query": self.query(reference.sql),
        }


def _anchors(document: Document) -> frozenset[str]:
    """Every anchor of the pages; a label whose anchor is not among them leads nowhere."""
    found = {reference.anchor for reference in document.references if reference.code[0] == "T"}
    for block in document.blocks():
        match block:
            case Definitions():
                found |= {entry.anchor for entry in block.entries}
            case FindingCards() if not block.brief:
                found |= {card.id for card in block.findings}
            case Actions() if not block.brief:
                found |= {action.id for action in block.actions}
            case MethodCards() if not block.brief:
                found |= {method.id for method in block.methods}
            case Chart() | Heading() | IndexCard() | Gaps():
                found.add(block.id)
            case ChecksList():
                found |= {check.id for check in block.checks}
            case _:
                pass
    return frozenset(found)
