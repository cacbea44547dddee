"""Points in lots: what came in together expires together, and what is spent is taken from what expires first.

Kept by posting, whoever posts. The entries have locked the member's account by then, so that nobody else moves its lots.
"""

import datetime as dt
from collections.abc import Sequence

from django.db.models import F

from lianyi.kernel.errors import Broken
from lianyi.ops.ledger.accounts import Leg
from lianyi.ops.ledger.models import PointLot, Transaction

LIFE = dt.timedelta(days=365)


def keep(header: Transaction, legs: Sequence[Leg], *, expires_at: dt.datetime) -> None:
    """Make or use up lots as the legs on members' points say."""
    moved: dict[int, int] = {}
    for leg in legs:
        if leg.account.kind == "points" and leg.account.member_id is not None:
            moved[leg.account.member_id] = moved.get(leg.account.member_id, 0) + leg.amount
    for member_pk, points in sorted(moved.items()):
        if points > 0:
            PointLot.objects.create(transaction=header, member_id=member_pk, amount=points, remaining=points, expires_at=expires_at)
        elif points < 0:
            _use_up(member_pk, -points)


def _use_up(member_pk: int, points: int) -> None:
    for lot in PointLot.objects.filter(member_id=member_pk, remaining__gt=0).order_by("expires_at", "pk"):
        taken = min(points, lot.remaining)
        PointLot.objects.filter(pk=lot.pk).update(remaining=F("remaining") - taken)
        points -= taken
        if not points:
            return
    raise Broken(reason=f"the lots of member {member_pk} hold fewer points than the account")
