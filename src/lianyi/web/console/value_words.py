"""What values of dimensions are called for this reader: titles, the catalogue's words, or their own names."""

from collections.abc import Sequence
from functools import partial

from lianyi.insight.evaluate.naming import TITLED, UNKNOWN, names_of
from lianyi.insight.measure import dimension
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.selectors import list_campaigns
from lianyi.web.console.asking import Horizon, kept
from lianyi.web.ui.templatetags.words import spoken


def value_names(horizon: Horizon, by: str, values: Sequence[str | None]) -> dict[str | None, str]:
    """A name for every value. Titles of products, campaigns, partners, groups and contents are asked of the history."""
    names: dict[str | None, str | Text]
    if by in TITLED:
        names = kept(horizon, f"names {by} {sorted(value or '' for value in values)}", partial(names_of, dimension=by, values=list(values)))
        if by == "campaign":
            # What the shop launched itself: its history holds the facts, not the title.
            names |= {one.public_id: one.title for one in list_campaigns() if names.get(one.public_id) == one.public_id}
    else:
        names = {value: UNKNOWN if value is None else dimension(by).called(value) for value in values}
    return {value: name.say(spoken()) if isinstance(name, Text) else name for value, name in names.items()}


def tier_words(tier: str) -> Text:
    """A tier in words."""
    return dimension("tier").called(tier)


def channel_words(channel: str) -> Text | None:
    """A way by which people come, in words; None for none.

    >>> channel_words("search").zh, channel_words("地推").zh, channel_words("")
    ('搜索', '地推', None)
    """
    return dimension("channel").called(channel) if channel else None
