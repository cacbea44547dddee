"""Shares on a terminal."""

from lianyi.kernel.numbers import percent


def share_text(share: float | None) -> str:
    """A share as a percentage; a dash where nothing can be said.

    >>> share_text(0.25), share_text(None)
    ('25%', '–')
    """
    return "–" if share is None else percent(share)
