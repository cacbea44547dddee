"""A period looked back on: what went well, what did not, what is done next."""

import dataclasses
import datetime as dt

from lianyi.insight.evaluate.result import OK, Figure
from lianyi.insight.report.cells import Label, Quantity
from lianyi.insight.report.compose.conclusions import actions, finding_cards
from lianyi.insight.report.compose.context import Context, anchor_of
from lianyi.insight.report.compose.gaps import gaps
from lianyi.insight.report.document import Action, Actions, Block, Column, FindingCards, Heading, Paragraph, Row, Section, Table
from lianyi.kernel.numbers import percent

LEAST = 0.05  # a total has to move by this much to be named
MOST = 6


def review(context: Context) -> Section:
    """Wins, failures and the plan, as a section."""
    words = context.words
    cards = finding_cards(context)
    blocks: list[Block] = []
    for side, tone, found in (
        ("wins", "good", tuple(card for card in cards if card.severity == "good")),
        ("misses", "bad", tuple(card for card in cards if card.severity != "good")),
    ):
        moved = _moved(context, tone)
        blocks.append(Heading(side, words(f"review.{side}")))
        if found:
            blocks.append(FindingCards(f"{side}-findings", found))
        if moved:
            blocks.append(_table(context, f"{side}-table", words("review.better" if tone == "good" else "review.worse"), moved))
        if not found and not moved:
            blocks.append(Paragraph(words(f"review.no_{side}")))
    blocks.append(Paragraph(words("review.sure", least=percent(LEAST)), rule=True))
    if any(card.money is not None for card in cards):
        blocks.append(Paragraph(words("conclude.stake_note")))
    todo = tuple(_dated(context, action) for action in actions(context))
    blocks.append(Heading("next", words("review.next"), words("review.next_intro") if todo else ""))
    blocks.append(Actions("next-actions", todo) if todo else Paragraph(words("front.no_actions")))
    missing = gaps(context, "review-gaps")
    if missing:
        blocks += [Heading("gaps", words("conclude.gaps")), missing]
    return Section("review", "", words("part.review"), tuple(blocks))


def _dated(context: Context, action: Action) -> Action:
    """The same action with the day by which it is done, counted from the end of the window."""
    end = dt.date.fromisoformat(context.evaluation.window[1])
    day = context.formatter.day((end + dt.timedelta(days=action.due_days)).isoformat())
    return dataclasses.replace(action, due=context.words("conclude.due_on", day=day))


def _moved(context: Context, tone: str) -> list[Figure]:
    """Figures that changed for the better or the worse, the most first: rates beyond chance, totals by enough to matter."""
    found = [f for f in context.evaluation.figures if f.status == OK and context.tone(f) == tone and _sure(f)]
    return sorted(found, key=lambda f: -abs(f.change_share or 0))[:MOST]


def _sure(figure: Figure) -> bool:
    if figure.interval is not None and figure.baseline_interval is not None:
        (low, high), (before_low, before_high) = figure.interval, figure.baseline_interval
        return low > before_high or high < before_low
    return figure.unit != "ratio" and figure.change_share is not None and abs(figure.change_share) >= LEAST


def _table(context: Context, id_: str, title: str, figures: list[Figure]) -> Table:
    words = context.words
    columns = (
        Column("metric", words("col.metric"), "text"),
        Column("value", words("col.now"), "mixed"),
        Column("baseline", words("col.before"), "mixed"),
        Column("change", words("col.change"), "mixed"),
        Column("n", words("col.n"), "count"),
    )
    rows = tuple(
        Row(
            {
                "metric": Label(context.say(f.name), anchor_of(f.metric)),
                "value": context.value(f),
                "baseline": Quantity(f.baseline, context.unit(f.metric, f.unit)),
                "change": context.change(f) if f.unit == "ratio" else context.change_share(f),
                "n": None if f.n is None else Quantity(f.n, "count"),
            }
        )
        for f in figures
    )
    return Table(id_, title, columns, rows, stacks=True)
