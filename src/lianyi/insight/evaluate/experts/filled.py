"""Filled scoring sheets: what an expert wrote, checked cell by cell."""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import python_calamine as calamine

from lianyi.insight.evaluate.experts.criteria import LEAST, MOST
from lianyi.kernel.clock import day_of
from lianyi.kernel.errors import BadInput
from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text

# What the sheet's labels are, in either language: how the reader finds its way.
REVIEW, EXPERT, DATE = Text(zh="评审", en="Review"), Text(zh="专家（署名或代号）", en="Expert (name or code)"), Text(zh="日期", en="Date")
CODE, SCORE, REASON = Text(zh="编号", en="Code"), Text(zh="打分（0–10）", en="Score (0-10)"), Text(zh="理由", en="Reason")
LONGEST = 2_000


class SheetUnusable(BadInput):
    """A filled scoring sheet cannot be used."""

    code = "scoring_sheet_unusable"
    message = Text(zh="打分表 %(file)s 用不了：%(fault)s", en="The scoring sheet %(file)s cannot be used: %(fault)s")
    remedy = Text(
        zh="请在原表上填写：署名、日期、0 到 10 的分数。", en="Fill in the sheet as it came: a name, a date, scores from 0 to 10."
    )


@dataclass(frozen=True, slots=True)
class Sheet:
    """One expert's sheet: criterion -> (score, reason)."""

    review: str
    expert: str
    day: int
    scores: dict[str, tuple[float, str]]


def read_sheet(path: Path) -> Sheet:
    """A filled sheet; SheetUnusable, naming the cell, where it lacks a name, a date or a score, or a score is none."""
    try:
        book = calamine.CalamineWorkbook.from_path(str(path))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (OSError, calamine.CalamineError, IndexError) as fault:
        raise SheetUnusable(file=path.name, fault=str(fault)) from None
    head = _heading(path, rows)
    columns = {label: _column(path, rows[head], text) for label, text in (("code", CODE), ("score", SCORE), ("reason", REASON))}
    scores = {}
    for number, row in enumerate(rows[head + 1 :], start=head + 2):
        code = _text(row, columns["code"])
        written = row[columns["score"]] if columns["score"] < len(row) else ""
        if not code or written in ("", None):
            continue
        scores[code] = (_score(path, number, written), _text(row, columns["reason"])[:LONGEST])
    if not scores:
        raise SheetUnusable(file=path.name, fault=Text(zh="一项都没有打分", en="not one criterion is scored"))
    return Sheet(_beside(path, rows, REVIEW), _beside(path, rows, EXPERT), _day(path, rows), scores)


def table_of(sheets: Sequence[Sheet]) -> pa.Table:
    """Sheets as rows of the table `expert_scores`."""
    rows = [
        {"review_id": s.review, "expert": s.expert, "criterion": code, "score": score, "comment": reason or None, "d": s.day}
        for s in sheets
        for code, (score, reason) in s.scores.items()
    ]
    kinds = [("review_id", pa.string()), ("expert", pa.string()), ("criterion", pa.string()), ("score", pa.float64())]
    return pa.Table.from_pylist(rows, schema=pa.schema([*kinds, ("comment", pa.string()), ("d", pa.int32())]))


def _heading(path: Path, rows: Sequence[Sequence[Any]]) -> int:
    for nth, row in enumerate(rows):
        if any(str(cell).strip() in (CODE.zh, CODE.en) for cell in row):
            return nth
    raise SheetUnusable(file=path.name, fault=Text(zh="找不到表头“编号”", en="there is no heading “Code”"))


def _column(path: Path, row: Sequence[Any], label: Text) -> int:
    for nth, cell in enumerate(row):
        if str(cell).strip() in (label.zh, label.en):
            return nth
    raise SheetUnusable(file=path.name, fault=sentence("找不到列“%(name)s”", "there is no column “%(name)s”", name=label))


def _text(row: Sequence[Any], column: int) -> str:
    return str(row[column]).strip() if column < len(row) and row[column] is not None else ""


def _score(path: Path, number: int, written: Any) -> float:
    try:
        score = float(str(written).strip())
    except ValueError:
        score = math.nan
    if not LEAST <= score <= MOST:
        raise SheetUnusable(
            file=path.name,
            fault=sentence("第 %(row)s 行的打分是“%(given)s”", "row %(row)s has the score “%(given)s”", row=number, given=written),
        )
    return score


def _beside(path: Path, rows: Sequence[Sequence[Any]], label: Text) -> str:
    """The cell to the right of a label."""
    value = _value(rows, label)
    said = str(value).strip() if value is not None else ""
    if not said:
        raise SheetUnusable(file=path.name, fault=sentence("没有填“%(name)s”", "“%(name)s” is not filled in", name=label))
    return said


def _value(rows: Sequence[Sequence[Any]], label: Text) -> Any:
    for row in rows:
        for nth, cell in enumerate(row[:-1]):
            if str(cell).strip() in (label.zh, label.en):
                return row[nth + 1]
    return None


def _day(path: Path, rows: Sequence[Sequence[Any]]) -> int:
    value = _value(rows, DATE)
    if isinstance(value, dt.datetime):
        return day_of(value.date())
    if isinstance(value, dt.date):
        return day_of(value)
    try:
        return day_of(dt.date.fromisoformat(str(value).strip().replace("/", "-")))
    except ValueError:
        raise SheetUnusable(
            file=path.name,
            fault=sentence("日期“%(given)s”应写作 2024-05-31", "the date “%(given)s” is written 2024-05-31", given=value or ""),
        ) from None
