"""From findings to suggestions, those first whose lower bound is worth most."""

from collections.abc import Sequence

from lianyi.insight.evaluate.playbook.entries import DESIGNS, SOURCES, Entry, entries
from lianyi.insight.evaluate.result import GRADES, SEVERITIES, Expectation, Finding, Suggestion
from lianyi.kernel.money import minor_digits

MOST = 8
# What a day of work costs, in major units; where the currency is not listed, the last.
DAY_RATES = {"CNY": 800.0, "GBP": 200.0, "EUR": 220.0, "USD": 250.0, "JPY": 25_000.0, "HKD": 1_600.0, "": 200.0}
# An action of much effort asks for evidence that is no mere description.
WEAKEST = {"low": "D", "medium": "D", "high": "C"}


def suggest(findings: Sequence[Finding], *, currency: str, most: int = MOST) -> tuple[Suggestion, ...]:
    """At most `most` actions for the findings, one an entry.

    Order  : mending broken records before all; then by the lower bound of the expected value (low end of the range times the money at
             stake, less the days of work), what cannot be put into money counting as nothing; then the worse finding
    Left out : entries whose evidence is weaker than their effort allows; findings that are good news have entries of their own
    """
    ranked = []
    for entry in entries():
        reasons = [f for f in findings if _answers(entry, f)]
        if reasons:
            made = _suggestion(entry, reasons, currency)
            broken = any(f.basis == "data" and f.severity == "high" for f in reasons)
            worst = min(SEVERITIES.index(f.severity) for f in reasons)
            ranked.append(((not broken, -(_value(made) or 0), worst, entry.id), made))
    # Two entries may answer one finding, one for a part and one for the whole: the more particular one stands.
    kept: list[Suggestion] = []
    answered: set[tuple[str, ...]] = set()
    for _, made in sorted(ranked, key=lambda pair: pair[0]):
        if made.finding_ids not in answered:
            answered.add(made.finding_ids)
            kept.append(made)
    return tuple(kept[:most])


def _value(made: Suggestion) -> int | None:
    return None if made.expected is None else made.expected.value_low


def _answers(entry: Entry, finding: Finding) -> bool:
    if finding.kind not in entry.kinds or GRADES.index(finding.grade) > GRADES.index(WEAKEST[entry.effort]):
        return False
    return not entry.where or (finding.where is not None and finding.where[0] in entry.where)


def _suggestion(entry: Entry, reasons: Sequence[Finding], currency: str) -> Suggestion:
    at_stake = [abs(f.money_at_stake) for f in reasons if f.money_at_stake is not None]
    money = max(at_stake) if at_stake else None
    rate = DAY_RATES.get(currency, DAY_RATES[""]) * 10 ** minor_digits(currency)
    cost = round(entry.days * rate)
    low = high = None
    if entry.expected.of == "money" and money is not None:
        low, high = round(entry.expected.low * money) - cost, round(entry.expected.high * money) - cost
    return Suggestion(
        id=entry.id,
        finding_ids=tuple(f.id for f in reasons),
        action=entry.action,
        why=entry.why,
        owner=entry.owner,
        effort=entry.effort,
        measure=entry.measure,
        due_days=entry.due_days,
        money_at_stake=money,
        precondition=entry.precondition,
        design=DESIGNS[entry.design],
        expected=Expectation(
            of=entry.expected.of,
            low=entry.expected.low,
            high=entry.expected.high,
            source=entry.expected.source,
            says=entry.expected.note or SOURCES[entry.expected.source],
            cost_days=entry.days,
            cost=cost,
            value_low=low,
            value_high=high,
        ),
    )
