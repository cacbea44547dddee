"""Rearranged copies of the history for readers that would otherwise sort or scan it again and again.

A projection file is named after a fingerprint of exactly what it was built from: the month's event files, and who owns the
devices that occur in them. It is fresh when a file of the expected name is there, and there is no other way to be fresh: nothing
can claim to be current and be wrong. Stale months are answered from the events themselves.
"""

from lianyi.stream.projections.by_member import COLUMNS, read
from lianyi.stream.projections.naming import fresh_files

__all__ = ["COLUMNS", "fresh_files", "read"]
