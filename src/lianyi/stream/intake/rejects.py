"""Rows that could not be used: why, said to people, and written down complete."""

import csv
from collections.abc import Iterable
from pathlib import Path

from lianyi.kernel.text import Text

REASONS = {
    "too_few_cells": Text(zh="列数比表头少", en="fewer cells than headings"),
    "too_many_cells": Text(zh="列数比表头多", en="more cells than headings"),
    "quote_open": Text(zh="引号没有闭合", en="a quotation mark is never closed"),
    "not_json": Text(zh="不是一个 JSON 对象", en="not a JSON object"),
    "encoding": Text(zh="含有损坏的字符", en="holds damaged characters"),
    "missing": Text(zh="缺少必需的值", en="a needed value is missing"),
    "not_a_number": Text(zh="不是可读的数字", en="not a number that can be read"),
    "not_a_date": Text(zh="不是可读的日期时间", en="not a date that can be read"),
    "not_yes_no": Text(zh="不是“是”或“否”", en="neither yes nor no"),
    "not_listed": Text(zh="不是认识的词", en="not a word that is known"),
    "lost_digits": Text(
        zh="编号被表格软件改成了科学计数，末尾数字已丢失，请以文本格式重新导出",
        en="a spreadsheet shortened this number and its last digits are lost; export it again as text",
    ),
    "conflict": Text(
        zh="与已入库的同一订单实付金额不同，保留先入库的", en="differs from what is stored for the same order; the first is kept"
    ),
    "other_grain": Text(
        zh="该订单已按整单入库，不能再按明细入库，否则会重复计算",
        en="the order is stored as a whole already; its lines would count it twice",
    ),
    "says_nothing": Text(zh="没有可入库的内容（数量与金额都是零）", en="says nothing: neither quantity nor amount"),
    "contract": Text(zh="缺少该事件必需的字段", en="lacks a field that this event needs"),
    "not_an_amount": Text(zh="金额为负，按整单导入时应为正数", en="a negative amount; a whole order has a positive one"),
}
HEADINGS = {
    "zh": ("文件", "行", "字段", "值", "原因"),
    "en": ("file", "line", "field", "value", "reason"),
}


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> harmless("=1+1"), harmless("-5"), harmless("abc")
    ("'=1+1", "'-5", 'abc')
    """
    return "'" + cell if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


def write_rejects(path: Path, rows: Iterable[tuple[str, int, str, str, str]], *, language: str) -> int:
    """Write rejected rows (file, line, field, value, reason key) as a CSV that a spreadsheet opens; says how many."""
    path.parent.mkdir(parents=True, exist_ok=True)
    count = 0
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADINGS["en" if language == "en" else "zh"])
        for name, line, field, value, reason in rows:
            writer.writerow((harmless(name), line, harmless(field), harmless(value), REASONS[reason].say(language)))
            count += 1
    return count
