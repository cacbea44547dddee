"""The document model: what a report says, and nothing about how any format shows it.

Written in one language, with its numbers still numbers: HTML, XLSX and later formats render the very same object,
so that no two of them can disagree about a figure.

    Document ── front, sections (five parts), appendix : Section ── blocks : Block
"""

from collections.abc import Iterator
from dataclasses import dataclass

from lianyi.insight.report.cells import Cell, Interval, Label, Quantity, Spark
from lianyi.insight.report.pictures import Picture


@dataclass(frozen=True, slots=True)
class Derived:
    """How a column follows from others of its row: difference = left - right; share = left / |right|."""

    rule: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column. total: sum | none. Derived columns become formulas where the format has them."""

    key: str
    heading: str
    unit: str
    derived: Derived | None = None
    total: str = "none"

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers, which stand to the right."""
        return self.unit not in ("text", "date", "spark")


@dataclass(frozen=True, slots=True)
class Row:
    """One row: cells by column key. group: a heading the row stands under. marked: the row's period is not complete."""

    cells: dict[str, Cell]
    group: str = ""
    marked: bool = False
    anchor: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table; the first column names the row. stacks: rows become cards on a narrow screen."""

    id: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    note: str = ""
    stacks: bool = False
    folded: bool = False


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and the anchors of what its numbers rest on, the most important first."""

    text: str
    rests_on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Lead:
    """The opening sentences; the first carries the message."""

    sentences: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph of running text; `rests_on` as in a sentence. rule: it says how is counted, so its numbers are no results."""

    text: str
    rests_on: tuple[str, ...] = ()
    rule: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading inside a section; `rests_on` and `rule` are of the words that follow it, as in a paragraph."""

    id: str
    text: str
    intro: str = ""
    rests_on: tuple[str, ...] = ()
    rule: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value, one a line."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One headline figure. tone: good | bad | plain for the direction of its change; small: n below 30."""

    metric: str
    anchor: str
    name: str
    value: Quantity
    baseline: Quantity | None
    change: Quantity | None
    change_share: Quantity | None
    tone: str
    interval: Interval | None
    n: int | None
    small: bool
    target: Quantity | None = None
    verdict: str = ""
    spark: Spark | None = None
    doubt: str = ""  # why it is not compared, where its records broke


@dataclass(frozen=True, slots=True)
class Cards:
    """Headline figures, most important first."""

    id: str
    cards: tuple[Card, ...]
    against: str = ""  # what a change is measured against, in words


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its reading in words, its text alternative and the table it is drawn from.

    takeaway : the finding as a title, for slides
    """

    id: str
    title: str
    says: str
    alt: str
    picture: Picture
    table: Table
    note: str = ""
    sql: str = ""
    command: str = ""
    takeaway: str = ""


INDEX, EXPERTS = "index-periods", "experts-criteria"
"""Charts that stand with the scores: the index over time, and how the experts scored."""


@dataclass(frozen=True, slots=True)
class FindingCard:
    """One finding; `brief` cards drop evidence and grade wording."""

    id: str
    rank: int
    severity: str
    severity_says: str
    title: str
    statement: str
    metric: Label | None
    money: Quantity | None
    grade: str
    grade_says: str
    n: int | None
    interval: Interval | None
    evidence: Table | None
    sql: str
    command: str = ""
    actions: tuple[Label, ...] = ()


@dataclass(frozen=True, slots=True)
class FindingCards:
    """Findings, gravest first; `brief` is the short form of the front page."""

    id: str
    findings: tuple[FindingCard, ...]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class Expected:
    """What an action may bring and what it costs.

    gain   : money after the cost, over the period; None where the findings have no money
    change : relative change of the measure for the better; None where the gain is in money
    cost, days : of the work; says: how well the range is known
    """

    gain: Interval | None
    change: Interval | None
    cost: Quantity
    days: Quantity
    says: str


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: who, by when (`due` in words), shown by which metric, for how much money.

    rests_on : anchors behind the numbers of `why`
    first  : what must hold before it is begun; design: how its effect will be told from chance
    """

    id: str
    rank: int
    action: str
    why: str
    owner: str
    effort: str
    due: str
    due_days: int
    measure: Label
    money: Quantity | None
    findings: tuple[Label, ...]
    rests_on: tuple[str, ...] = ()
    expected: Expected | None = None
    first: str = ""
    design: str = ""


@dataclass(frozen=True, slots=True)
class Actions:
    """Things to do, in order; `brief` is the short form of the front page."""

    id: str
    actions: tuple[Action, ...]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class MethodCard:
    """One evaluation method: its score and what it is made of, or what it needs.

    agreement : how far the experts agree, for the method that asks them
    sql, command : as in a chart
    """

    id: str
    name: str
    says: str
    score: Quantity | None
    interval: Interval | None
    grade: str | None
    grade_says: str
    lines: Table | None
    needs: tuple[str, ...]
    n: int | None = None
    agreement: str = ""
    sql: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class MethodCards:
    """The methods of the evaluation; `brief` shows scores only."""

    id: str
    methods: tuple[MethodCard, ...]
    brief: bool = False


@dataclass(frozen=True, slots=True)
class IndexCard:
    """The composite index beside that of the baseline: one score of 100, the range it keeps when its weights are shaken, its formula.

    facts : (label, value) for how far it can be relied on; notes: what was left out or not used
    parts : the indicators with weight, floor, target, value and score; their weighted mean is the index
    """

    id: str
    name: str
    score: Quantity
    interval: Interval | None
    before: Quantity | None
    change: Quantity | None
    interval_says: str
    facts: tuple[tuple[str, str], ...]
    formula: str
    notes: tuple[str, ...]
    parts: Table


@dataclass(frozen=True, slots=True)
class Recipe:
    """The method card of an analysis that the report used: what it answers, and (heading, text) for what it says."""

    id: str
    name: str
    answers: str
    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Recipes:
    """The method cards of the analyses behind the report."""

    id: str
    recipes: tuple[Recipe, ...]


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check of the data. status: ok | warn | fail; share: of rows that pass, where it is a share."""

    id: str
    name: str
    status: str  # ok | warn | fail
    status_says: str
    detail: str
    share: Quantity | None
    sql: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class ChecksList:
    """Every check of the data."""

    id: str
    checks: tuple[CheckLine, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing, in the reader's words, and the figures it would bring."""

    missing: str
    remedy: str
    figures: tuple[Label, ...]


@dataclass(frozen=True, slots=True)
class Gaps:
    """What is missing, the most rewarding first."""

    id: str
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """What a figure means and rests on; `value` and the rest as in its card, `code` and `command` as in its reference."""

    anchor: str
    metric: str
    name: str
    says: str
    value: Quantity
    interval: Interval | None
    n: int | None
    eligible: int | None
    excluded: int | None
    version: int
    status_says: str
    sql: str
    code: str = ""
    command: str = ""
    doubt: str = ""


@dataclass(frozen=True, slots=True)
class Definitions:
    """Every figure's definition; `facts` hold for all of them (snapshot, horizon, level of intervals)."""

    id: str
    facts: tuple[tuple[str, str], ...]
    entries: tuple[Definition, ...]


@dataclass(frozen=True, slots=True)
class Callout:
    """Something the reader must not miss. tone: note | warn."""

    tone: str
    title: str
    text: str
    items: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()


Block = (
    Lead
    | Paragraph
    | Heading
    | Facts
    | Cards
    | Table
    | Chart
    | FindingCards
    | Actions
    | MethodCards
    | IndexCard
    | Recipes
    | ChecksList
    | Gaps
    | Definitions
    | Callout
)


KINDS = "MCFKSIT"
"""First letters of the codes of references: metric, chart, finding, check, score, index, table."""


@dataclass(frozen=True, slots=True)
class Reference:
    """What a number rests on, under the code by which prose and slides name it.

    code    : M and a number for a metric, C for a chart, F for a finding, K for a check of the data, S for a method's score,
              I for the index, T for a table
    anchor  : of the block that shows it
    command : gives the rows of the same snapshot again; empty where only the query does
    values  : numbers that belong to it, so that prose can tell which reference a number means
    """

    code: str
    anchor: str
    title: str
    says: str
    sql: str
    command: str
    n: int | None
    interval: Interval | None
    rows: Table | None
    values: tuple[Quantity, ...]

    @property
    def place(self) -> tuple[int, int]:
        """Where it stands in a list of references: each kind in the order of `KINDS`, then by number."""
        return KINDS.index(self.code[0]), int(self.code[1:])


@dataclass(frozen=True, slots=True)
class Section:
    """One part. number: as printed before the title ("一", "1"), empty for the front page."""

    id: str
    number: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report in one language.

    level : of every interval, e.g. 0.95
    made_at : ISO instant at which the evaluation was made
    """

    language: str
    currency: str
    level: float
    brand: str
    title: str
    subtitle: str
    facts: tuple[tuple[str, str], ...]
    made_at: str
    snapshot: str
    front: Section
    sections: tuple[Section, ...]
    appendix: Section
    references: tuple[Reference, ...] = ()
    charts_on_slides: int = 8
    footer: tuple[str, ...] = ()

    def reference(self, anchor: str | None) -> Reference | None:
        """The reference that an anchor stands for, or None."""
        return next((reference for reference in self.references if reference.anchor == anchor), None)

    def parts(self) -> tuple[Section, ...]:
        """Front, the five parts, appendix, in reading order."""
        return (self.front, *self.sections, self.appendix)

    def blocks(self) -> Iterator[Block]:
        """Every block in reading order."""
        for part in self.parts():
            yield from part.blocks
