"""Mechanics: one file each, found through this registry. Pure: no database, no clock, no page."""

from lianyi.kernel.errors import UnknownName
from lianyi.ops.campaigns.mechanics import (
    bargain,
    bundle,
    check_in,
    coupon,
    flash_sale,
    gift,
    group_buy,
    lottery,
    member_price,
    points,
    referral,
    threshold,
)
from lianyi.ops.campaigns.mechanics.mechanic import Mechanic

MECHANICS: dict[str, Mechanic] = {
    module.MECHANIC.id: module.MECHANIC
    for module in (flash_sale, group_buy, bargain, referral, coupon, threshold, gift, bundle, member_price, lottery, check_in, points)
}

__all__ = ["MECHANICS", "Mechanic", "mechanic"]


def mechanic(id_: str) -> Mechanic:
    """One mechanic; UnknownName when there is none of that name.

    >>> mechanic("group_buy").name.zh
    '拼团'
    """
    if id_ not in MECHANICS:
        raise UnknownName(what="mechanic", given=id_, allowed=list(MECHANICS))
    return MECHANICS[id_]
