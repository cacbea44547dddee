"""Whether the numbers of a finding can be worked out from the rows that its query returns."""

import math
from collections.abc import Iterable
from typing import Any

from lianyi.insight.evaluate.result import Finding

SAID = {"now", "before", "share", "base", "newcomers", "again", "orders", "expected", "seen", "n"}
"""Columns of evidence that are counted, not modelled: levels, shares and counts."""


def unmatched(finding: Finding, rows: list[dict[str, Any]], days: Iterable[int]) -> list[tuple[str, float]]:
    """Numbers of the evidence that are no cell of the query's rows, no sum of a column, no quotient of two, and no mean a day."""
    known = _known(rows, tuple(days))
    wrong = []
    for row in finding.evidence.rows:
        for key, value in row.items():
            if key in SAID and isinstance(value, int | float) and not isinstance(value, bool):
                own = [other for name, other in row.items() if name != key and isinstance(other, int | float) and other]
                due = [a / b for a in own for b in own if a != b]  # a share of a target, which stands beside the value
                if not any(math.isclose(value, one, rel_tol=1e-6, abs_tol=1e-9) for one in (*known, *due)):
                    wrong.append((key, float(value)))
    return wrong


def _known(rows: list[dict[str, Any]], days: tuple[int, ...]) -> list[float]:
    numbers = [[float(v) for v in row.values() if isinstance(v, int | float) and not isinstance(v, bool)] for row in rows]
    lists = [*numbers, *_sums(rows)]
    known: list[float] = [float(d) for d in days]  # the base of a plain count
    for values in lists:
        known += values
        known += [a / b for a in values for b in values if b]
        known += [a / d for a in values for d in days]
    known += [1 - one for one in known if 0 <= one <= 1]
    return known


def _sums(rows: list[dict[str, Any]]) -> list[list[float]]:
    """Sums down the columns, of all rows and of each side by itself."""
    groups: dict[object, list[dict[str, Any]]] = {None: rows}
    for row in rows:
        if "side" in row:
            groups.setdefault(row["side"], []).append(row)
    keys = [k for k, v in (rows[0] if rows else {}).items() if not isinstance(v, str)]
    return [[float(sum(row[k] or 0 for row in group if isinstance(row[k], int | float))) for k in keys] for group in groups.values()]
