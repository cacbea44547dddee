"""What a phone number, a tag and a purpose look like."""

import re

from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text

# What a member may agree to, each by itself and each to be withdrawn at any time. Running the shop itself needs no consent.
PURPOSES = {
    "marketing": Text(zh="接收优惠与活动消息", en="Messages about offers and campaigns"),
    "behaviour": Text(zh="记录浏览行为以改进服务", en="Recording what you view, to improve the service"),
    "profiling": Text(zh="根据购买与浏览推荐", en="Recommendations from what you buy and view"),
    "sharing": Text(zh="把您的评价与晒单用于宣传", en="Showing your reviews and pictures in our publicity"),
}
MOBILE = re.compile(r"1[3-9]\d{9}")
ABROAD = re.compile(r"\+[1-9]\d{6,14}")


class PhoneUnusable(BadInput):
    """Not a telephone number."""

    code = "phone_unusable"
    message = Text(
        zh="手机号写法不对，应为 11 位数字，境外号码以 + 开头。", en="Not a mobile number: 11 digits, or + and the country code."
    )


class TagUnusable(BadInput):
    """Not a word for a tag."""

    code = "tag_unusable"
    message = Text(zh="标签应为 1 到 32 个字，不含控制字符。", en="A tag has 1 to 32 characters and no control characters.")


def phone_number(given: str) -> str:
    """A telephone number as it is keyed: 11 digits in mainland China, + and digits elsewhere.

    Raises PhoneUnusable.
    >>> phone_number("+86 138-0000-0000"), phone_number("13800000000")
    ('13800000000', '13800000000')
    """
    bare = re.sub(r"[\s\-()（）]", "", given)
    local = re.sub(r"^(\+|00)86", "", bare)
    if MOBILE.fullmatch(local):
        return local
    foreign = "+" + bare[2:] if bare.startswith("00") else bare
    if ABROAD.fullmatch(foreign):
        return foreign
    raise PhoneUnusable


def tag_name(given: str) -> str:
    """A tag without blanks around it. Raises TagUnusable.

    >>> tag_name(" 敏感肌 ")
    '敏感肌'
    """
    name = given.strip()
    if not 1 <= len(name) <= 32 or not name.isprintable():
        raise TagUnusable
    return name


def known_purpose(purpose: str) -> str:
    """A purpose from the list. Raises UnknownName."""
    if purpose not in PURPOSES:
        raise UnknownName(what="purpose", given=purpose, allowed=list(PURPOSES))
    return purpose
