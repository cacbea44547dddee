"""What time alone does to campaigns: starting, ending, releasing, expiring. Run every few seconds by whoever leads; late, it delays and breaks nothing."""

import datetime as dt
from dataclasses import dataclass

from lianyi.kernel.actor import SYSTEM
from lianyi.ops.campaigns import services as campaigns


@dataclass(frozen=True, slots=True)
class Ticked:
    """What one run did. started, closed, ended : ids of campaigns, and of teams and bargains; the rest are counts."""

    started: tuple[str, ...]
    closed: tuple[str, ...]
    ended: tuple[str, ...]
    released: int
    given: int
    coupons_expired: int
    prizes_forfeited: int


def tick(at: dt.datetime) -> Ticked:
    """Do everything that is due at an instant. Several at once do no harm."""
    return Ticked(
        started=tuple(campaigns.start_due(at=at)),
        ended=tuple(campaigns.end_due(at=at)),
        closed=tuple(campaigns.close_due(at=at)),
        released=len(campaigns.release_due(at=at)),
        given=len(campaigns.give_due(at=at)),
        coupons_expired=campaigns.expire_coupons(at=at, actor=SYSTEM),
        prizes_forfeited=campaigns.forfeit_due(at=at),
    )
