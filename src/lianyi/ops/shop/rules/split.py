"""Sharing an amount out, to the last fen."""

from collections.abc import Sequence


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """An amount shared out in proportion to weights: whole units that sum to it, none above what its weight entitles it to by one or more.

    amount  : not negative
    weights : not negative; all zero shares out nothing unless the amount is zero too
    The remainder goes to the largest fractions, the earliest first.
    >>> split(100, [1, 1, 1])
    [34, 33, 33]
    """
    total = sum(weights)
    if total == 0:
        if amount:
            raise ValueError("nothing to share the amount out over")
        return [0] * len(weights)
    parts = [amount * weight // total for weight in weights]
    left = amount - sum(parts)
    for i in sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % total), i))[:left]:
        parts[i] += 1
    return parts
