"""Conditions that a segment is made of, as data: how each is asked for, what it may be, and how it reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianyi.insight.measure import dimension, dimensions
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.numbers import Price, sentence
from lianyi.kernel.text import Text

MOST_CONDITIONS = 8
MOST_DAYS = 3_650


@dataclass(frozen=True, slots=True)
class Condition:
    """One kind of condition. kind : words | days | count | money (fen) | purpose | none; zh, en : how it reads, with %(value)s."""

    id: str
    name: Text
    kind: str
    zh: str
    en: str


CONDITIONS = {
    one.id: one
    for one in (
        Condition("tier", Text(zh="等级是", en="is of the tier"), "words", "等级是“%(value)s”", "is of the tier “%(value)s”"),
        Condition("tag", Text(zh="有标签", en="has the tag"), "words", "有标签“%(value)s”", "has the tag “%(value)s”"),
        Condition("without_tag", Text(zh="没有标签", en="lacks the tag"), "words", "没有标签“%(value)s”", "lacks the tag “%(value)s”"),
        Condition("channel", Text(zh="来自渠道", en="came by the channel"), "words", "来自渠道“%(value)s”", "came by “%(value)s”"),
        Condition("joined_within", Text(zh="最近几天内加入", en="joined within days"), "days", "最近 %(value)s 天内加入", "joined within %(value)s {day|days}"),
        Condition("joined_before", Text(zh="加入超过几天", en="joined more than days ago"), "days", "加入超过 %(value)s 天", "joined more than %(value)s {day|days} ago"),
        Condition("bought_within", Text(zh="最近几天内买过", en="bought within days"), "days", "最近 %(value)s 天内买过", "bought within %(value)s {day|days}"),
        Condition("not_bought_within", Text(zh="最近几天内没买", en="did not buy within days"), "days", "最近 %(value)s 天内没买", "did not buy within %(value)s {day|days}"),
        Condition("orders", Text(zh="至少买过几单", en="bought at least orders"), "count", "至少买过 %(value)s 单", "bought at least %(value)s {order|orders}"),
        Condition("paid", Text(zh="累计实付至少", en="paid at least in all"), "money", "累计实付至少 %(value)s", "paid at least %(value)s in all"),
        Condition("never_bought", Text(zh="从没在这里买过", en="never bought here"), "none", "从没在这里买过", "never bought here"),
        Condition("consents_to", Text(zh="同意这种用途", en="consents to"), "purpose", "同意“%(value)s”", "consents to “%(value)s”"),
    )
}  # fmt: skip


class ConditionUnusable(BadInput):
    """A condition of a segment cannot be used."""

    code = "condition_unusable"
    message = Text(zh="条件“%(name)s”的值 %(given)s 用不了。", en="The condition “%(name)s” cannot take %(given)s.")


def read_conditions(given: Sequence[Mapping[str, Any]], purposes: Mapping[str, Text]) -> list[dict[str, Any]]:
    """Conditions as they are stored; at least one. Raises UnknownName, ConditionUnusable, BadInput for none or too many.

    >>> read_conditions([{"id": "orders", "value": "2"}], {})
    [{'id': 'orders', 'value': 2}]
    """
    if not 1 <= len(given) <= MOST_CONDITIONS:
        raise BadInput(reason=Text(zh="请写 1 到 %(most)s 个条件。", en="Give 1 to %(most)s conditions."), most=MOST_CONDITIONS)
    found = []
    for one in given:
        id_ = str(one["id"])
        if id_ not in CONDITIONS:
            raise UnknownName(what="condition", given=id_, allowed=list(CONDITIONS))
        found.append({"id": id_, "value": _value(CONDITIONS[id_], one.get("value", ""), purposes)})
    return found


def _value(condition: Condition, given: Any, purposes: Mapping[str, Text]) -> Any:
    text = str(given).strip()
    match condition.kind:
        case "none":
            return ""
        case "words" if 1 <= len(text) <= 40 and text.isprintable():
            return text
        case "purpose" if text in purposes:
            return text
        case "days" if text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_DAYS:
            return int(text)
        case "count" | "money" if text.isascii() and text.isdigit() and 1 <= int(text) <= 10**12:
            return int(text)
    raise ConditionUnusable(name=condition.name, given=text or "–")


def worded(conditions: Sequence[Mapping[str, Any]], currency: str, purposes: Mapping[str, Text]) -> list[Text]:
    """How conditions read, one by one.

    >>> worded([{"id": "bought_within", "value": 30}], "CNY", {})[0].en
    'bought within 30 days'
    >>> worded([{"id": "channel", "value": "search"}], "CNY", {})[0].zh
    '来自渠道“搜索”'
    """
    found = []
    for one in conditions:
        condition, value = CONDITIONS[one["id"]], one["value"]
        shown = value
        if condition.kind == "money":
            shown = Price(value, currency)
        elif condition.kind == "purpose":
            shown = purposes.get(value, value)
        elif condition.id in dimensions():
            shown = dimension(condition.id).called(value)
        found.append(sentence(condition.zh, condition.en, **({} if condition.kind == "none" else {"value": shown})))
    return found
