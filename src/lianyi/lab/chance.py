"""Chance by counter: the same seed, purpose, day and subject get the same number, whatever else is drawn.

Twin runs, one with a cause and one without it, therefore differ by that cause alone: nobody's luck changes because somebody
else drew a number more. Philox (Salmon and others, 2011) is a cipher of the counter, not a sequence, so that a number can be
had for one member on one day without drawing those before it.
"""

import hashlib

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Words = npt.NDArray[np.uint64]

ROUNDS = 10
MULTIPLIERS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
WEYL = (0x9E3779B9, 0xBB67AE85)
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
# Counters ciphered at once: what a round touches stays in the processor's cache.
CHUNK = 8192


class Chance:
    """All the chance of one run.

    seed : any integer; two runs of one seed are alike in everything they have in common
    """

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def everyone(self, purpose: str, day: int, n: int) -> Reals:
        """(n,) uniform numbers in [0, 1): the i-th is member i's on that day. Days may be negative.

        >>> few, many = Chance(7).everyone("visit", 3, 2), Chance(7).everyone("visit", 3, 1000)
        >>> bool((few == many[:2]).all())
        True
        """
        return self.generator(purpose, day).random(n)

    def generator(self, purpose: str, day: int = 0) -> np.random.Generator:
        """A generator of its own for a purpose and a day; for what is drawn once, such as the members' tastes."""
        counter = np.array([0, 0, day & 0xFFFFFFFFFFFFFFFF, 1], dtype=np.uint64)
        return np.random.Generator(np.random.Philox(key=_key(self.seed, purpose), counter=counter))

    def each(self, purpose: str, day: int, who: npt.ArrayLike, what: npt.ArrayLike = 0) -> Reals:
        """(4, n) independent uniform numbers in (0, 1) for each pair of who and what on a day, 32 bits fine.

        who, what : (n,) whole numbers in [0, 2^32) and [0, 2^32); either may be one number for all
        Cost: about 60 ns a pair.
        >>> one, two = Chance(7).each("click", 3, [5], [2]), Chance(7).each("click", 3, [9, 5], [9, 2])
        >>> bool((one[:, 0] == two[:, 1]).all())
        True
        """
        key = _key(self.seed, purpose)
        subjects, things = np.broadcast_arrays(np.atleast_1d(np.asarray(who)), np.atleast_1d(np.asarray(what)))
        drawn = np.empty((4, len(subjects)))
        for start in range(0, len(subjects), CHUNK):
            part = slice(start, start + CHUNK)
            counters = subjects[part].astype(np.uint64), things[part].astype(np.uint64), day & 0xFFFFFFFF
            words = philox(counters[0], counters[1], counters[2], 0, key & 0xFFFFFFFF, key >> 32 & 0xFFFFFFFF)
            for row, word in enumerate(words):
                np.add(word, 0.5, out=drawn[row, part])
        drawn *= 2.0**-32
        return drawn


def philox(c0: Words, c1: Words, c2: int, c3: int, k0: int, k1: int) -> tuple[Words, Words, Words, Words]:
    """Philox 4x32 with ten rounds: four counter words and two key words (each below 2^32) to four words.

    >>> zero = np.zeros(1, np.uint64)
    >>> [f"{int(w[0]):08x}" for w in philox(zero, zero, 0, 0, 0, 0)]
    ['6627e8d5', 'e169c58d', 'bc57ac4c', '9b00dbd8']
    """
    x0, x1 = c0.copy(), c1.copy()
    x2, x3 = np.full(len(c0), c2, np.uint64), np.full(len(c0), c3, np.uint64)
    for _ in range(ROUNDS):
        # In place, because making arrays anew costs more than the arithmetic.
        np.multiply(x0, MULTIPLIERS[0], out=x0)
        np.multiply(x2, MULTIPLIERS[1], out=x2)
        np.bitwise_xor(x1, np.uint64(k0), out=x1)
        np.bitwise_xor(x3, np.uint64(k1), out=x3)
        np.bitwise_xor(x1, x2 >> HALF, out=x1)
        np.bitwise_xor(x3, x0 >> HALF, out=x3)
        np.bitwise_and(x2, LOW, out=x2)
        np.bitwise_and(x0, LOW, out=x0)
        x0, x1, x2, x3 = x1, x2, x3, x0
        k0, k1 = (k0 + WEYL[0]) & 0xFFFFFFFF, (k1 + WEYL[1]) & 0xFFFFFFFF
    return x0, x1, x2, x3


def _key(seed: int, purpose: str) -> int:
    return int.from_bytes(hashlib.blake2b(f"{seed}/{purpose}".encode(), digest_size=8).digest())
