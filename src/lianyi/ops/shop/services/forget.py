"""Orders without somebody who was erased."""

from lianyi.ops.members.selectors import Member
from lianyi.ops.shop.models import Order, Refund


def forget_member(member: Member) -> int:
    """Others' orders no longer say that this member brought them, and refunds of their own no longer why; inside the command that is running.

    Answers how many orders. Cost: one pass over the orders.
    """
    Refund.objects.filter(order__member=member).exclude(reason="").update(reason="")
    return Order.objects.filter(referrer_id=member.public_id).update(referrer_id="")
