"""Hold-outs: who does not see a campaign, so that its effect can be measured. Fixed by a salted hash: the same answer always, no list to keep."""

import hashlib

from lianyi.kernel.text import Text

FULL_BP = 10_000
UNITS = ("none", "member", "group")
MOST_BP = 5_000
HELD_OUT = {
    "member": Text(zh="这次没有轮到您", en="it is not offered to you this time"),
    "group": Text(zh="这次没有轮到您所在的群", en="it is not offered to your group this time"),
}
"""What a member who is held out is told, by unit."""


def is_held_out(salt: str, unit_id: str, share_bp: int) -> bool:
    """Whether a member (or a whole group) is held out of a campaign.

    salt     : the campaign's own, drawn once, so that campaigns hold out different people
    share_bp : share held out, in basis points; 0 holds out nobody
    >>> sum(is_held_out("salt", f"m{n}", 1_000) for n in range(2_000)) in range(150, 250)
    True
    """
    place = int.from_bytes(hashlib.sha256(f"{salt}:{unit_id}".encode()).digest()[:8], "big")
    return place % FULL_BP < share_bp
