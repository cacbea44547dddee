"""The slides, one function a kind."""

from collections.abc import Sequence

from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.charts.theme import fitted
from lianyi.insight.report.deck.master import BODY_HEIGHT, BODY_TOP, FOOT_TOP, INNER, MARGIN
from lianyi.insight.report.deck.native import cut_foot
from lianyi.insight.report.deck.page import Box, Line, Page, Run, lines_of
from lianyi.insight.report.deck.tables import cohorts
from lianyi.insight.report.deck.telling import Telling
from lianyi.insight.report.document import (
    EXPERTS,
    INDEX,
    Action,
    Actions,
    Callout,
    Card,
    Cards,
    Chart,
    ChecksList,
    Definitions,
    FindingCard,
    FindingCards,
    Gaps,
    IndexCard,
    Lead,
    MethodCard,
    MethodCards,
    Reference,
    Row,
)
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.pictures import Bar, Cohorts, Ranking, Trend, Waterfall
from lianyi.insight.report.prose import cited

INK, INK2, INK3, ACCENT, BAD = (COLOURS[name] for name in ("ink", "ink-2", "ink-3", "accent", "bad"))
CARD_GAP = 18
MOST_FINDINGS, MOST_ACTIONS, MOST_DEFINITIONS, MOST_SOURCES, MOST_CHECKS, MOST_PARTS = 5, 5, 9, 14, 9, 12
TONES = {"good": ACCENT, "bad": BAD, "plain": INK2}


def _references(telling: Telling, anchors: Sequence[str]) -> list[Reference]:
    return [found for anchor in anchors if (found := telling.document.reference(anchor)) is not None]


def nothing(telling: Telling) -> None:
    """One slide for a report without a figure: what is missing."""
    callout = telling.first(Callout)
    page = telling.page(callout.title if callout else telling.document.title, telling.document.title)
    if callout is not None:
        page.text(Box(MARGIN, BODY_TOP, INNER, 24), [[Run(callout.text, 14, INK2)]])
    missing = telling.first(Gaps)
    if missing is not None:
        lines = [[Run(f"· {gap.remedy or gap.missing}", 13)] for gap in missing.gaps]
        page.text(Box(MARGIN, BODY_TOP + 40, INNER, BODY_HEIGHT - 40), lines, gap=6)


# ---- the first page ----


def executive(telling: Telling) -> None:
    """Message, headline figures, what deserves attention, what to do: all on one page."""
    document, words = telling.document, telling.words
    lead, cards = telling.first(Lead), telling.first(Cards)
    title = lead.sentences[0].text if lead is not None else document.title
    anchors = [card.anchor for card in cards.cards] if cards is not None else []
    page = telling.page(title, f"{document.title} · {document.subtitle}", rests_on=_references(telling, anchors))
    if cards is not None:
        _cards(telling, page, cards.cards)
    found, todo = telling.first(FindingCards, lambda b: b.brief), telling.first(Actions, lambda b: b.brief)
    warned = telling.first(Callout, lambda b: b.tone == "warn")
    top = BODY_TOP + 112
    bottom = FOOT_TOP - 12 - (26 if warned is not None else 0)
    if found is not None:
        page.text(Box(MARGIN, top, 500, 18), [[Run(words("front.findings"), 13, bold=True)]])
        room = (bottom - top - 26) / 3
        for k, finding in enumerate(found.findings):
            _brief_finding(telling, page, finding, top + 26 + k * room, room)
    elif lead is not None:
        page.text(Box(MARGIN, top, 500, bottom - top), [[Run(s.text, 13, INK2)] for s in lead.sentences[1:]], gap=6)
    if todo is not None:
        page.text(
            Box(MARGIN + 548, top, 324, 18),
            [[Run(words("front.actions" if len(todo.actions) >= 3 else "front.actions_few"), 13, bold=True)]],
        )
        room = (bottom - top - 26) / 3
        for k, action in enumerate(todo.actions):
            _brief_action(telling, page, action, top + 26 + k * room)
    if warned is not None:
        page.strip(Box(MARGIN, bottom + 2, INNER, 24), COLOURS["bad-wash"])
        page.text(
            Box(MARGIN + 10, bottom + 7, INNER - 20, 16),
            [[Run(f"{warned.title}  ", 10.5, BAD, bold=True), Run(fitted(warned.text, 700, 11), 10.5)]],
        )


def _cards(telling: Telling, page: Page, cards: Sequence[Card]) -> None:
    width = (INNER - CARD_GAP * (len(cards) - 1)) / max(len(cards), 1)
    for k, card in enumerate(cards):
        left = MARGIN + k * (width + CARD_GAP)
        page.rule(left, BODY_TOP, width)
        page.text(Box(left, BODY_TOP + 8, width, 92), _card(telling, card, width), gap=1)


def _card(telling: Telling, card: Card, width: float) -> list[Line]:
    formatter, words = telling.formatter, telling.words
    value = formatter.short(card.value)
    size = next((s for s in (24, 22, 20, 18) if lines_of(value, width, s) == 1), 16)
    change = card.change_share if card.change_share is not None and card.change and card.change.unit != "ratio" else card.change
    arrow = "" if change is None or not change.value else "▲ " if change.value > 0 else "▼ "
    before = (
        words("value.no_before") if card.baseline is None or change is None else words("value.before", value=formatter.short(card.baseline))
    )
    lines: list[Line] = [[Run(card.name, 11, INK2)], [Run(value, size, bold=True)]]
    if change is not None:
        lines.append([Run(arrow + formatter.full(change), 11, TONES[card.tone], bold=True)])
    lines.append([Run(before, 9.5, INK3)])
    if card.target is not None:
        lines.append([Run(words("value.target", value=formatter.short(card.target)) + f" · {card.verdict}", 9.5, INK3)])
    return lines


def _brief_finding(telling: Telling, page: Page, finding: FindingCard, top: float, room: float) -> None:
    page.rule(MARGIN, top - 4, 500)
    wide = page.pill(MARGIN, top + 2, finding.severity_says, finding.severity)
    title = fitted(finding.title, round(400 - wide), 13)
    page.text(Box(MARGIN + wide + 8, top + 1, 410 - wide, 18), [[Run(title, 12.5, bold=True)]])
    statement = fitted(finding.statement, 2 * 400 if room >= 58 else 400, 11)
    page.text(Box(MARGIN, top + 22, 410, room - 26), [[Run(statement, 10.5, INK2)]])
    if finding.money is not None:
        page.text(Box(MARGIN + 420, top, 80, 34), _stake(telling, finding.money), align=3)


def _stake(telling: Telling, money: Quantity) -> list[Line]:
    return [[Run(telling.formatter.short(money), 14, bold=True)], [Run(telling.words("conclude.stake"), 9, INK3)]]


def _brief_action(telling: Telling, page: Page, action: Action, top: float) -> None:
    left = MARGIN + 548
    page.rule(left, top - 4, 324)
    page.number(left, top + 2, str(action.rank))
    text = fitted(action.action, 2 * 280, 12)
    terms = " · ".join(
        [
            action.owner,
            action.due,
            *([] if action.money is None else [f"{telling.words('conclude.stake')} {telling.formatter.short(action.money)}"]),
        ]
    )
    page.text(Box(left + 30, top + 1, 294, 50), [[Run(text, 11.5, bold=True)], [Run(terms, 9.5, INK3)]], gap=2)


# ---- findings, methods, actions ----


def findings(telling: Telling) -> None:
    """Every finding, the gravest first, with its evidence and the money at stake."""
    words, formatter = telling.words, telling.formatter
    found = sorted((f for b in telling.every(FindingCards) if not b.brief for f in b.findings), key=lambda f: f.rank)
    if not found:
        return
    shown = found[:MOST_FINDINGS]
    title = words("deck.findings", first=shown[0].title, n=len(found))
    page = telling.page(title, words("conclude.findings"), rests_on=_references(telling, [f.id for f in shown]))
    rows = []
    for f in shown:
        reference = telling.document.reference(f.id)
        basis = [
            f"{words('col.grade')} {f.grade}",
            *([] if f.n is None else [words("value.small" if f.n < 30 else "value.n", n=f"{f.n:,}")]),
        ]
        rows.append(
            [
                [[Run(f.severity_says, 11, BAD if f.severity == "high" else ACCENT if f.severity == "good" else INK2, bold=True)]],
                [[Run(f.title, 12, bold=True)], [Run(fitted(f.statement, 2 * 470, 11), 10.5, INK2)]],
                [[Run(line, 10, INK2)] for line in basis],
                [
                    [
                        Run(
                            formatter.short(f.money) if f.money else "–",
                            13 if f.money else 11,
                            INK if f.money else INK3,
                            bold=f.money is not None,
                        )
                    ]
                ],
                [[Run(reference.code if reference else "", 10, ACCENT)]],
            ]
        )
    heads = [Run(words(key), 10, INK3) for key in ("sheet.severity", "sheet.finding", "col.grade", "sheet.money")] + [Run("", 10)]
    page.table(Box(MARGIN, BODY_TOP, INNER, 0), (58, 530, 142, 96, 46), heads, rows, right=(3, 4), row_height=56)
    if len(found) > len(shown):
        page.text(Box(MARGIN, FOOT_TOP - 24, INNER, 14), [[Run(words("deck.more", n=len(found) - len(shown)), 9.5, INK3)]])


def methods(telling: Telling) -> None:
    """Scores with intervals on the left, what the other methods need on the right."""
    words = telling.words
    block = telling.first(MethodCards, lambda b: not b.brief)
    scored = (
        []
        if block is None
        else sorted((m for m in block.methods if m.score is not None), key=lambda m: -(m.score.value or 0) if m.score else 0)
    )
    if block is None or not scored:
        return
    best, worst = scored[0], scored[-1]

    def score(method: MethodCard) -> str:
        return "" if method.score is None else telling.formatter.full(method.score)

    title = (
        words("deck.methods", n=len(scored), best=best.name, high=score(best), worst=worst.name, low=score(worst))
        if len(scored) > 1
        else words("deck.method", name=best.name, score=score(best))
    )
    page = telling.page(title, words("results.scorecard"))
    left = [m for m in block.methods if m.score is None]
    wide = 500.0 if left else INNER
    bars = tuple(
        Bar(
            m.name,
            float(m.score.value or 0),
            None if m.interval is None else m.interval.low,
            None if m.interval is None else m.interval.high,
        )
        for m in scored
        if m.score is not None
    )
    height = min(BODY_HEIGHT - 30, 60.0 + 54 * len(bars))
    drawn = telling.native.add(page, Box(MARGIN, BODY_TOP + 8, wide, height), Ranking("score", bars), title)
    drawn.value_axis.minimum_scale, drawn.value_axis.maximum_scale = 0, 100
    page.text(Box(MARGIN, BODY_TOP - 6, wide, 14), [[Run(words("deck.scores_note"), 10, INK3)]])
    if left:
        rows = [[[[Run(m.name, 11, bold=True)], [Run(words.listed(m.needs) or "–", 10, INK2)]]] for m in left[:7]]
        page.table(
            Box(MARGIN + 540, BODY_TOP - 8, INNER - 540, 0), (INNER - 540,), [Run(words("deck.not_scored"), 10, INK3)], rows, row_height=42
        )
    page.notes("\n\n".join(f"{m.name}: {m.says}" for m in block.methods))


def index(telling: Telling) -> None:
    """The index with its course on the left, what it is made of on the right."""
    words, formatter = telling.words, telling.formatter
    card = telling.first(IndexCard)
    if card is None:
        return
    score = formatter.full(card.score)
    said = words("deck.index", name=card.name, score=score)
    if card.before is not None:
        said = words("deck.index_before", name=card.name, score=score, before=formatter.full(card.before))
    page = telling.page(said, words("results.scorecard"), rests_on=_references(telling, [card.id]))
    lines: list[Line] = []
    if card.interval is not None:
        lines.append([Run(f"{card.interval_says} {formatter.interval(card.interval)}", 11, INK2)])
    lines += [[Run(f"{label}  ", 10.5, INK3), Run(value, 10.5, INK2)] for label, value in card.facts]
    course = telling.first(Chart, lambda chart: chart.id == INDEX)
    tall = sum(18 * lines_of("".join(run.text for run in line), 420, 11) for line in lines)
    page.text(Box(MARGIN, BODY_TOP - 4, 420, tall), lines, gap=4)
    if course is not None and isinstance(course.picture, Trend):
        top = BODY_TOP + tall + 8
        page.text(Box(MARGIN, top, 420, 14), [[Run(course.title, 11, bold=True)]])
        telling.native.add(page, Box(MARGIN, top + 16, 420, BODY_HEIGHT - 34 - tall), course.picture, course.alt)
    rows: list[list[list[Line]]] = [
        [
            [[Run(fitted(_text(row, "part"), 170, 11), 11, bold=True)]],
            *(_small(_text(row, key, formatter)) for key in ("weight", "value", "score", "before")),
        ]
        for row in card.parts.rows[:MOST_PARTS]
    ]
    heads = [Run(column.heading, 10, INK3) for column in card.parts.columns if column.key in ("part", "weight", "value", "score", "before")]
    page.table(Box(MARGIN + 446, BODY_TOP - 8, INNER - 446, 0), (170, 56, 84, 54, 62), heads, rows, right=(1, 2, 3, 4), row_height=26)
    page.notes("\n\n".join((card.formula, *card.notes)))


def _small(text: str) -> list[Line]:
    return [[Run(text, 10.5, INK2)]]


def _text(row: Row, key: str, formatter: Formatter | None = None) -> str:
    """A cell as text."""
    cell = row.cells.get(key)
    if isinstance(cell, Label):
        return cell.text
    return formatter.full(cell) if formatter is not None and isinstance(cell, Quantity) else "–"


def experts(telling: Telling) -> None:
    """How the experts scored each criterion, and how far they agree."""
    block = telling.first(Chart, lambda chart: chart.id == EXPERTS)
    method = telling.first(MethodCards, lambda b: not b.brief)
    if block is None or not isinstance(block.picture, Ranking):
        return
    anchors = [block.id, *(m.id for m in (method.methods if method is not None else ()) if m.agreement)]
    page = telling.page(block.takeaway or block.title, block.title, rests_on=_references(telling, anchors))
    height = min(BODY_HEIGHT - 40, 40.0 + 46 * len(block.picture.bars))
    drawn = telling.native.add(page, Box(MARGIN, BODY_TOP, INNER, height), block.picture, block.alt)
    drawn.value_axis.minimum_scale, drawn.value_axis.maximum_scale = 0, 100
    page.text(Box(MARGIN, FOOT_TOP - 30, INNER, 20), [[Run(block.note, 9.5, INK3)]])


def actions(telling: Telling) -> None:
    """The plan: what, who, by when, shown by what, for how much."""
    words, formatter = telling.words, telling.formatter
    block = telling.first(Actions, lambda b: not b.brief)
    if block is None:
        return
    shown = block.actions[:MOST_ACTIONS]
    anchors = [label.anchor for a in shown for label in a.findings if label.anchor]
    page = telling.page(
        words("deck.actions", first=shown[0].action, due=shown[0].due),
        words("conclude.advice"),
        rests_on=_references(telling, list(dict.fromkeys(anchors))),
    )
    rows: list[list[list[Line]]] = [
        [
            [[Run(str(a.rank), 14, ACCENT, bold=True)]],
            [[Run(fitted(a.action, 2 * 340, 12), 12, bold=True)], [Run(fitted(a.why, 350, 11), 10.5, INK2)]],
            [[Run(a.owner, 11)], [Run(a.due, 10, INK2)]],
            [[Run(fitted(a.measure.text, 2 * 100, 11), 11)], [Run(fitted(a.design, 2 * 104, 9), 9, INK3)]],
            _expected(telling, a),
            [
                [
                    Run(
                        formatter.short(a.money) if a.money else "–",
                        13 if a.money else 11,
                        INK if a.money else INK3,
                        bold=a.money is not None,
                    )
                ]
            ],
        ]
        for a in shown
    ]
    keys = ("sheet.action", "deck.who", "conclude.proof", "deck.expected", "sheet.money")
    heads = [Run("", 10), *(Run(words(key), 10, INK3) for key in keys)]
    page.table(Box(MARGIN, BODY_TOP, INNER, 0), (30, 374, 96, 124, 156, 92), heads, rows, right=(5,), row_height=62)
    page.text(Box(MARGIN, FOOT_TOP - 24, INNER, 14), [[Run(words("conclude.stake_note"), 9.5, INK3)]])


def _expected(telling: Telling, action: Action) -> list[Line]:
    """What the action may bring after its cost, and the cost."""
    given = action.expected
    if given is None:
        return [[Run("–", 11, INK3)]]
    words, formatter = telling.words, telling.formatter
    shown = given.gain or given.change
    lines: list[Line] = []
    if shown is not None:
        lines.append([Run(formatter.interval(shown), 11, bold=True)])
        lines.append([Run(words("conclude.gain" if given.gain is not None else "conclude.change"), 9, INK3)])
    lines.append([Run(f"{words('conclude.cost')} {formatter.full(given.days)} · {formatter.short(given.cost)}", 9.5, INK2)])
    return lines


# ---- charts ----


def chart(telling: Telling, block: Chart) -> None:
    """One chart with its finding as the title, its topic above, what its marks mean below."""
    page = telling.page(block.takeaway or block.title, block.title, rests_on=_references(telling, [block.id]))
    note = block.note
    if isinstance(block.picture, Waterfall) and cut_foot(block.picture) is not None:
        note = " ".join(text for text in (telling.words("deck.cut"), note) if text)
    below = 16 * lines_of(note, INNER, 10) if note else 0
    room: float = BODY_HEIGHT - below - 6
    if isinstance(block.picture, Ranking):
        room = min(room, 30.0 + 58 * len(block.picture.bars))
    box = Box(MARGIN, BODY_TOP, INNER, room)
    if isinstance(block.picture, Cohorts):
        heads = (block.table.columns[0].heading, block.table.columns[1].heading)
        cohorts(page, box, block.picture, telling.formatter, heads)
    else:
        telling.native.add(page, box, block.picture, block.alt)
    if note:
        page.text(Box(MARGIN, FOOT_TOP - 10 - below, INNER, below), [[Run(note, 9.5, INK3)]])


# ---- how sure, and where from ----


def checks(telling: Telling) -> None:
    """What was checked before anything was concluded, and which data would show more."""
    words = telling.words
    block = telling.first(ChecksList)
    if block is None:
        return
    counts = [(status, sum(c.status == status for c in block.checks)) for status in ("ok", "warn", "fail")]
    said = words.listed(words("deck.checked", n=n, status=words.of("check", status) or status) for status, n in counts if n)
    page = telling.page(
        words("deck.checks", said=said), words("sources.checks"), rests_on=_references(telling, [c.id for c in block.checks])
    )
    missing = telling.first(Gaps)
    wide = 540.0 if missing is not None else INNER
    colours = {"ok": ACCENT, "warn": INK2, "fail": BAD}
    worst_first = sorted(block.checks, key=lambda c: ("fail", "warn", "ok").index(c.status))
    rows = [
        [
            [[Run(c.status_says, 11, colours[c.status], bold=True)]],
            [[Run(c.name, 11, bold=True)], [Run(fitted(c.detail, round(wide - 80), 10), 10, INK2)]],
        ]
        for c in worst_first[:MOST_CHECKS]
    ]
    page.table(
        Box(MARGIN, BODY_TOP - 8, wide, 0),
        (64, wide - 64),
        [Run(words("sheet.status"), 10, INK3), Run(words("sheet.check"), 10, INK3)],
        rows,
        row_height=38,
    )
    if missing is not None:
        lines: list[Line] = [[Run(words("conclude.gaps"), 13, bold=True)]]
        for gap in missing.gaps[:6]:
            names = words.listed(figure.text for figure in gap.figures)
            lines += [[Run(gap.remedy or gap.missing, 11, bold=True)], [Run(fitted(f"→ {names}", 2 * 280, 10), 10, INK2)]]
        page.text(Box(MARGIN + 580, BODY_TOP - 6, INNER - 580, BODY_HEIGHT), lines, gap=4)


def definitions(telling: Telling) -> None:
    """What the headline figures mean."""
    words = telling.words
    block, cards = telling.first(Definitions), telling.first(Cards)
    if block is None or cards is None:
        return
    wanted = [card.metric for card in cards.cards]
    entries = [e for e in block.entries if e.value.value is not None]
    entries.sort(key=lambda e: wanted.index(e.metric) if e.metric in wanted else len(wanted))
    rows = []
    for entry in entries[:MOST_DEFINITIONS]:
        reference = telling.document.reference(entry.anchor)
        n = "" if entry.n is None else words("value.n", n=f"{entry.n:,}")
        rows.append(
            [
                [[Run(reference.code if reference else "", 10, ACCENT)]],
                [[Run(entry.name, 11, bold=True)]],
                [[Run(fitted(entry.says, 2 * 460, 10), 10, INK2)]],
                [[Run(telling.formatter.full(entry.value), 11, bold=True)], *([[Run(n, 9, INK3)]] if n else [])],
            ]
        )
    page = telling.page(words("deck.definitions"), words("part.appendix"))
    heads = [Run("", 10), Run(words("col.metric"), 10, INK3), Run(words("sheet.says"), 10, INK3), Run(words("col.now"), 10, INK3)]
    page.table(Box(MARGIN, BODY_TOP - 24, INNER, 0), (40, 160, 520, 152), heads, rows, right=(3,), row_height=38)


def sources(telling: Telling) -> None:
    """Every code used on the slides: what it is, and how its rows are had again."""
    words = telling.words
    lead = telling.first(Lead)
    said = [r for sentence in (lead.sentences if lead is not None else ()) for r in cited(telling.document, sentence.rests_on)]
    used = {reference.code: reference for reference in [*telling.used, *said]}
    rows = [
        [
            [[Run(code, 10, ACCENT)]],
            [[Run(fitted(used[code].title, 240, 10), 10, bold=True)]],
            [[Run(fitted(used[code].command or words("deck.by_query"), 560, 9), 9, INK2)]],
        ]
        for code in sorted(used, key=lambda code: used[code].place)[:MOST_SOURCES]
    ]
    page = telling.page(words("deck.sources_title"), words("part.appendix"))
    heads = [Run("", 10), Run(words("deck.what"), 10, INK3), Run(words("paper.command"), 10, INK3)]
    page.table(Box(MARGIN, BODY_TOP - 24, INNER, 0), (40, 250, 582), heads, rows, row_height=23)
    page.notes("\n".join(telling.document.footer))
