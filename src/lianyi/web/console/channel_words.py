"""Ways by which people come, in an operator's words; a shop's own ways by their own names."""

from lianyi.kernel.text import Text

CHANNELS = {
    "direct": Text(zh="直接来访", en="direct"),
    "feed": Text(zh="信息流", en="feed"),
    "group": Text(zh="社群", en="group"),
    "live": Text(zh="直播", en="live"),
    "paid": Text(zh="付费投放", en="paid"),
    "partner": Text(zh="合作方", en="partner"),
    "search": Text(zh="搜索", en="search"),
    "social": Text(zh="社交分享", en="social"),
}


def channel_words(channel: str) -> Text | None:
    """A way in words; None for none.

    >>> channel_words("search").zh, channel_words("地推").zh, channel_words("")
    ('搜索', '地推', None)
    """
    return CHANNELS.get(channel) or (Text(zh=channel, en=channel) if channel else None)
