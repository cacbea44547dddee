"""Numbers of an evaluation as this reader writes them."""

import datetime as dt
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.analyse.cards import OURS
from lianyi.insight.evaluate.result import Method
from lianyi.insight.measure import dimension
from lianyi.insight.report.cells import Interval, Quantity
from lianyi.insight.report.html.drawing import meter
from lianyi.kernel.text import Text
from lianyi.web.console.cards import formatter
from lianyi.web.ui.templatetags.amounts import count, moment
from lianyi.web.ui.templatetags.words import spoken

register = template.Library()
SEVERITY = {
    "high": (Text(zh="严重", en="High"), "bad"),
    "medium": (Text(zh="中等", en="Medium"), "warn"),
    "low": (Text(zh="留意", en="Low"), ""),
    "good": (Text(zh="亮点", en="Good"), "good"),
}
STATES = {
    "waiting": Text(zh="排队中", en="waiting"),
    "running": Text(zh="评估中", en="running"),
    "done": Text(zh="已完成", en="done"),
    "failed": Text(zh="未完成", en="failed"),
}
UPLOAD_STATES = {
    "waiting": Text(zh="排队中", en="waiting"),
    "checking": Text(zh="核对中", en="being checked"),
    "ready": Text(zh="可以导入", en="ready"),
    "unusable": Text(zh="需要处理", en="needs you"),
    "queued": Text(zh="排队导入", en="queued"),
    "importing": Text(zh="导入中", en="importing"),
    "done": Text(zh="已导入", en="imported"),
    "failed": Text(zh="未导入", en="not imported"),
    "dropped": Text(zh="已放弃", en="discarded"),
}
KIND_NAMES = {
    "orders": Text(zh="订单", en="Orders"),
    "order_lines": Text(zh="订单明细", en="Order lines"),
    "events": Text(zh="行为事件", en="Events"),
    "members": Text(zh="会员", en="Members"),
    "products": Text(zh="商品", en="Products"),
    "contents": Text(zh="内容", en="Contents"),
    "accounts": Text(zh="账号粉丝", en="Accounts"),
    "costs": Text(zh="费用", en="Costs"),
    "partners": Text(zh="合作方", en="Partners"),
    "competitors": Text(zh="竞品", en="Competitors"),
    "mentions": Text(zh="全网提及", en="Mentions"),
    "surveys": Text(zh="问卷", en="Surveys"),
    "targets": Text(zh="目标", en="Targets"),
    "group_buys": Text(zh="拼团", en="Group buys"),
    "campaigns": Text(zh="活动", en="Campaigns"),
    "groups": Text(zh="社群", en="Groups"),
    "keywords": Text(zh="关键词", en="Keywords"),
    "estimates": Text(zh="增量估计", en="Estimates"),
}
METHODS = {
    "data_analysis": Text(zh="数据", en="data"),
    "targets": Text(zh="目标", en="targets"),
    "competitors": Text(zh="竞品", en="rivals"),
    "survey": Text(zh="调查", en="survey"),
    "experts": Text(zh="专家", en="experts"),
    "input_output": Text(zh="投产", en="return"),
    "social_influence": Text(zh="影响力", en="influence"),
}
SAME_SCORE = 0.5
WRITTEN = {"count", "money", "ratio", "share", "times", "seconds", "hours", "ms", "days", "score"}


@register.simple_tag
def written(value: Any, unit: str) -> str:
    """A cell of a table: a number by its unit, a Text in the reader's language, anything else as it is."""
    if isinstance(value, Text):
        return value.say(spoken())
    if isinstance(value, dict) and set(value) == {"zh", "en"}:
        return str(value[spoken()])
    if value is None:
        return "–"
    if unit == "date" and isinstance(value, str):
        return formatter().day(value)
    return formatter().full(Quantity(value, unit)) if unit in WRITTEN and isinstance(value, int | float) else str(value)


@register.simple_tag
def money_short(amount_fen: int | None) -> str:
    """Money folded to 万/亿 or K/M."""
    return "" if amount_fen is None else formatter().short(Quantity(amount_fen, "money"))


@register.filter
def whole_money(amount_fen: float) -> str:
    """An estimate of money, without coins where it is large."""
    return formatter().short(Quantity(amount_fen, "money"))


@register.filter
def rounded(n: float) -> str:
    """An estimate of a count, without decimals."""
    return count(round(n))


@register.filter
def item(values: list[Any], place: int) -> Any:
    """The value at a place of a list, "" beyond its end."""
    return values[place] if place < len(values) else ""


@register.filter
def called(value: str, by: str) -> str:
    """A value of a dimension in words: ours where we coined it, otherwise its own name; "" for none."""
    return dimension(by).called(value).say(spoken()) if value else ""


@register.filter
def source_words(source: str) -> str:
    """Where a definition comes from; our own catalogue in words."""
    return OURS.say(spoken()) if source.startswith("house catalogue") else source


@register.filter
def score(value: float | None) -> str:
    """A score of 100, without decimals."""
    return "–" if value is None else f"{value:.0f}"


@register.filter
def method_word(method: str) -> str:
    """A method of evaluation in a word or two."""
    return METHODS[method].say(spoken()) if method in METHODS else method


@register.simple_tag
def score_bar(method: Method) -> SafeString:
    """A method's score as a bar with its interval."""
    if method.score is None:
        return mark_safe("")
    interval = Interval(*method.interval, "score") if method.interval else None
    return mark_safe(meter(method.score, interval))  # noqa: S308 - drawn by us


@register.simple_tag
def gauge(percent: int, limit: int, label: str) -> SafeString:
    """A share as a bar, with a mark where its limit is."""
    return format_html(
        '<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" role="img" aria-label="{}"><rect class="track" y="1" width="100" height="8"/>'
        '<rect class="bar" y="1" width="{}" height="8"/><line class="limit" x1="{}" x2="{}" y1="0" y2="10"/></svg>',
        label,
        min(max(percent, 0), 100),
        limit,
        limit,
    )


@register.filter
def severity_word(severity: str) -> str:
    """How serious a finding is, in words."""
    return SEVERITY[severity][0].say(spoken())


@register.filter
def severity_tone(severity: str) -> str:
    """How serious a finding is, as a badge's tone."""
    return SEVERITY[severity][1]


@register.filter
def state_word(state: str) -> str:
    """An evaluation's state in words."""
    return STATES[state].say(spoken())


@register.filter
def at(entries: dict[str, Any], key: str) -> Any:
    """The entry of a mapping, the key itself in both languages where there is none."""
    return entries.get(key) or Text(zh=key, en=key)


@register.filter
def iso_day(text: str) -> str:
    """An ISO date in words."""
    return formatter().day(text)


@register.filter
def points(share: float) -> str:
    """A difference of shares, in percentage points."""
    return formatter().short(Quantity(share, "ratio", delta=True))


@register.filter
def signed_score(change: float) -> str:
    """A change of a score."""
    return f"{change:+.0f}" if abs(change) >= SAME_SCORE else "0"


@register.filter
def upload_word(state: str) -> str:
    """Where an upload is, in words."""
    return UPLOAD_STATES[state].say(spoken())


@register.filter
def kind_word(kind: str) -> str:
    """What can be imported, by name."""
    return KIND_NAMES[kind].say(spoken()) if kind in KIND_NAMES else kind


@register.filter
def file_name(path: str) -> str:
    """The last part of a path."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


@register.filter
def moment_of_t(t: int) -> str:
    """An instant in UTC microseconds, in the brand's time zone."""
    return moment(dt.datetime.fromtimestamp(t / 1_000_000, dt.UTC))


@register.filter
def both(entry: dict[str, str]) -> str:
    """A stored {"zh", "en"} in the reader's language."""
    return entry.get(spoken(), "")


@register.filter
def on(date: Any) -> str:
    """A business date in words."""
    return "" if date is None else formatter().day(date.isoformat())


@register.filter
def days_until(date: Any, today: Any) -> int:
    """Days from today to a date; negative when it is past."""
    return (date - today).days
