"""Surprises in a fast stream (mentions every five minutes, cost per click every hour), judged as they arrive.

Method card
    Formula    score = |value - median of the last `memory` values| / max(robust spread of those, standard deviation of all so far),
               and 0 unless it is the highest score of the last `quiet` values: one event rings once, and again only if it gets worse.
    Assumes    the level moves slowly against `memory`; bursts may be frequent (the long-run deviation keeps them from all ringing).
    Needs      a few hundred values before the first score means anything; the first 15% are best left alone.
    Do not     use it on daily business figures: those have weeks and holidays, for which `regression` accounts.
    Cost       O(n) with a median of `memory` values every `memory` / 50 values; causal, nothing looks ahead.
    Source     scored by the NAB scheme on brand mentions and ad cost beside a windowed Gaussian tail, see the tests.
"""

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]

MEMORY = 2_000
QUIET = 288
FEWEST = 20


def surprise(values: Reals, *, memory: int = MEMORY, quiet: int = QUIET) -> Reals:
    """How surprising each value is given those before it.

    values : (n,) in order of time
    memory : values that make up the level
    quiet  : values for which one event keeps silent, unless it gets worse (a day of five-minute values by default)
    Returns  (n,) scores from 0; the first 20 are 0
    >>> calm = np.tile([1.0, 2.0, 3.0], 100)
    >>> scores = surprise(np.append(calm, [40.0, 39.0]))
    >>> int(scores.argmax()), float(scores[-1])
    (300, 0.0)
    """
    n = len(values)
    counts = np.arange(1, n + 1)
    # The mean square is taken around the first value, so that a large level does not drown the spread.
    centred = values - values[:1]
    running = np.cumsum(centred) / counts
    deviation = np.sqrt(np.maximum(np.cumsum(centred**2) / counts - running**2, 0.0))
    score = np.zeros(n)
    step = max(1, memory // 50)
    start = FEWEST
    while start < n:
        end = min(n, start + (step if start >= memory else max(1, min(step, start // 20))))
        past = values[max(0, start - memory) : start]
        level = np.median(past)
        spread = np.maximum(1.4826 * np.median(np.abs(past - level)), deviation[start - 1 : end - 1])
        score[start:end] = np.abs(values[start:end] - level) / np.maximum(spread, 1e-12)
        start = end
    return np.where(score > _highest_before(score, quiet), score, 0.0)


def _highest_before(score: Reals, width: int) -> Reals:
    """(n,) the highest of the `width` scores before each, itself not counted; 0 where there are none."""
    padded = np.concatenate((np.zeros(width), score))
    # Running maxima from both ends of blocks of `width` meet in every window: O(n) whatever the width.
    blocks = -(-len(padded) // width)
    full = np.concatenate((padded, np.zeros(blocks * width - len(padded)))).reshape(blocks, width)
    forward = np.maximum.accumulate(full, axis=1).ravel()
    backward = np.maximum.accumulate(full[:, ::-1], axis=1)[:, ::-1].ravel()
    first = np.arange(len(score))
    return np.maximum(backward[first], forward[first + width - 1])
