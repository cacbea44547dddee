"""Rearranged copies of the history for readers that would otherwise sort or scan it again and again.

How a file is known to be fresh, `stream.freshness` says. Stale months are answered from the events themselves.
"""

from lianyi.stream.freshness import fresh_files
from lianyi.stream.projections.by_member import COLUMNS, ROWS_PER_PART, read

__all__ = ["COLUMNS", "ROWS_PER_PART", "fresh_files", "read"]
