"""Why money goes back: the reasons that a member may choose and that the product states itself, by their short names."""

from lianyi.kernel.text import Text

REFUND_REASONS = {
    "unwanted": Text(zh="不想要了", en="I changed my mind"),
    "quality": Text(zh="质量问题", en="Something is wrong with it"),
    "wrong": Text(zh="发错或少件", en="Wrong or missing pieces"),
    "late": Text(zh="迟迟没收到", en="It did not arrive"),
    "other": Text(zh="其他", en="Another reason"),
}
"""What a member chooses from."""
TEAM_NOT_FILLED = "team_not_filled"
STATED = {TEAM_NOT_FILLED: Text(zh="没有成团", en="The team was not filled")}


def reason_words(reason: str) -> Text | None:
    """A reason in words; what people wrote as they wrote it, None for none.

    >>> reason_words("quality").zh, reason_words("瓶口漏液").en, reason_words("")
    ('质量问题', '瓶口漏液', None)
    """
    return REFUND_REASONS.get(reason) or STATED.get(reason) or (Text(zh=reason, en=reason) if reason.strip() else None)
