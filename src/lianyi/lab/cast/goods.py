"""What is sold, and who likes what."""

from dataclasses import dataclass

import numpy as np

from lianyi.lab.brand import brand
from lianyi.lab.cast.people import INTERESTS
from lianyi.lab.chance import Ints, Reals


@dataclass(frozen=True, slots=True)
class Goods:
    """(p,) each: the products, in the order of the brand's list.

    price_fen, cost_fen : of one piece
    refunds  : refunds against the average
    interest : whom each is made for
    choice   : (interests, p) cumulative weights by which members of an interest choose
    """

    price_fen: Ints
    cost_fen: Ints
    refunds: Reals
    interest: Ints
    choice: Reals


def goods() -> Goods:
    """The brand's products."""
    rows = brand("shop")["products"]
    interest = np.array([row["interest"] for row in rows])
    liked = 1.0 + 2.5 * (interest[None, :] == np.arange(INTERESTS)[:, None])
    weights = liked * np.array([row["popular"] for row in rows])[None, :]
    return Goods(
        price_fen=np.array([row["price_fen"] for row in rows], dtype=np.int64),
        cost_fen=np.array([row["unit_cost_fen"] for row in rows], dtype=np.int64),
        refunds=np.array([row["refunds"] for row in rows], dtype=np.float64),
        interest=interest.astype(np.int64),
        choice=np.cumsum(weights, axis=1),
    )
