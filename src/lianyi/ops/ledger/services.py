"""What is done in the ledger."""

from lianyi.ops.ledger.accounts import Leg, account_of, house
from lianyi.ops.ledger.earnings import accrue, expire_points, give, release, spend_points, take_back
from lianyi.ops.ledger.posting import LegsUnbalanced, Overdrawn, post, reverse

__all__ = [
    "Leg", "LegsUnbalanced", "Overdrawn", "account_of", "accrue", "expire_points", "give", "house", "post", "release", "reverse", "spend_points",
    "take_back",
]  # fmt: skip
