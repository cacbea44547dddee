"""The dimensions an analysis can be broken down by, each as SQL over `events` under the alias e."""

from dataclasses import dataclass

from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text


@dataclass(frozen=True, slots=True)
class Dimension:
    """One way to break a figure down.

    expression : its value, as text, null where it is not known
    join       : the reference table it needs, joined to e
    """

    id: str
    name: Text
    expression: str
    join: str = ""


DIMENSIONS = {
    d.id: d
    for d in (
        Dimension("platform", Text(zh="平台", en="Platform"), "e.platform"),
        Dimension("channel", Text(zh="渠道", en="Channel"), "e.channel"),
        Dimension("campaign", Text(zh="活动", en="Campaign"), "e.campaign_id"),
        Dimension("content", Text(zh="内容", en="Content"), "e.content_id"),
        Dimension("partner", Text(zh="合作方", en="Partner"), "e.partner_id"),
        Dimension("group", Text(zh="社群", en="Group"), "e.group_id"),
        Dimension("product", Text(zh="商品", en="Product"), "e.product_id"),
        Dimension("category", Text(zh="类目", en="Category"), "p.category", "LEFT JOIN products AS p ON e.product_id = p.product_id"),
        Dimension("tier", Text(zh="会员等级", en="Tier"), "m.tier", "LEFT JOIN members AS m ON e.member_id = m.member_id"),
    )
}


def dimension(name: str) -> Dimension:
    """One dimension by its id.

    Raises UnknownName, offering the nearest.
    >>> dimension("platform").name.en
    'Platform'
    """
    if name not in DIMENSIONS:
        raise UnknownName(what="dimension", given=name, allowed=list(DIMENSIONS))
    return DIMENSIONS[name]
