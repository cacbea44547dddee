"""In which order findings are told."""

from collections.abc import Iterable

from lianyi.insight.evaluate.result import BASES, SEVERITIES, Finding


def ranked(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Worst first; among equals broken records, then what happened somewhere, what lies apart, and last the totals that only show it.

    Of those the first of every area come before the second of any: one fault shows in many figures of its area, and five of them are no
    reason to read about another fault on the second page. Within an area, and between the firsts, the one with more money comes first,
    then the one least likely to be an accident.
    """
    placed = sorted(found, key=lambda f: (_severity(f), BASES.index(f.basis), -abs(f.money_at_stake or 0), _chance(f), f.id))
    seen: set[tuple[str, str, str]] = set()
    first: dict[str, bool] = {}
    for finding in placed:
        key = (finding.severity, finding.basis, finding.area)
        first[finding.id] = key not in seen
        seen.add(key)
    return tuple(sorted(placed, key=lambda f: (_severity(f), BASES.index(f.basis), not first[f.id])))


def _severity(finding: Finding) -> int:
    return SEVERITIES.index(finding.severity)


def _chance(finding: Finding) -> float:
    return 1.0 if finding.q is None else finding.q
