"""Values written for machines: JSON and CSV."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from lianyi.insight.measure.values import MetricValue
from lianyi.kernel.clock import Window

COLUMNS = ("metric", "at", "dimension", "member", "status", "value", "unit", "low", "high", "n", "eligible", "excluded", "missing")
# A cell that begins like this is read as a formula by spreadsheets; a quote in front keeps it text.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_json(values: Sequence[MetricValue], window: Window, *, zone_name: str, language: str = "zh") -> dict[str, Any]:
    """The documented shape: money in minor units as whole numbers, ratios unrounded, dates as YYYY-MM-DD, `to` excluded."""
    return {
        "window": {"from": window.start.isoformat(), "to": window.end.isoformat(), "time_zone": zone_name},
        "values": [
            {
                "metric": v.metric,
                "status": v.status,
                "value": v.value,
                "unit": v.unit,
                "interval": list(v.interval) if v.interval is not None else None,
                "n": v.n,
                "eligible": v.eligible,
                "excluded": v.excluded,
                "by": v.by,
                "at": v.at.isoformat() if v.at is not None else None,
                "missing": [text.say(language) for text in v.missing],
            }
            for v in values
        ],
    }


def to_csv(values: Sequence[MetricValue], *, language: str = "zh") -> str:
    """One line a value, with a heading; cells that a spreadsheet would run as a formula are made text.

    >>> to_csv([MetricValue("gmv", "ok", 5, "money", by={"channel": "=1+1"})]).splitlines()[1]
    "gmv,,channel,'=1+1,ok,5,money,,,,,,"
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for v in values:
        dimension, member = next(iter(v.by.items())) if v.by else (None, None)
        low, high = v.interval if v.interval is not None else (None, None)
        missing = "; ".join(t.say(language) for t in v.missing)
        at = v.at.isoformat() if v.at is not None else None
        cells = (v.metric, at, dimension, member, v.status, v.value, v.unit, low, high, v.n, v.eligible, v.excluded, missing)
        writer.writerow([_safe(cell) for cell in cells])
    return text.getvalue()


def _safe(cell: object) -> object:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA_STARTS) else cell
