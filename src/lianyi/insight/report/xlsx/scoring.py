"""The expert's scoring sheet: criteria, what they mean, figures beside them, and two cells to fill in a row."""

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from xlsxwriter import Workbook

from lianyi.insight.evaluate.experts.criteria import LEAST, MOST, Criterion
from lianyi.insight.evaluate.experts.filled import CODE, DATE, EXPERT, REASON, REVIEW, SCORE
from lianyi.insight.evaluate.result import OK
from lianyi.insight.measure import MetricValue, catalogue
from lianyi.insight.report.cells import Quantity
from lianyi.insight.report.charts import COLOURS
from lianyi.insight.report.formats import Formatter
from lianyi.kernel.text import Text

TITLE = Text(zh="专家评审打分表", en="Expert review: scoring sheet")
HOW = Text(
    zh="请独立打分，不要与其他专家商量；每项 0–10 分，填黄色格，并写一句理由。不了解的项可以空着。",
    en="Score by yourself, without talking to the other experts: 0 to 10 for each, in the yellow cells, with a sentence of why. "
    "Leave empty what you cannot judge.",
)
COLUMNS = (
    (CODE, 14),
    (Text(zh="标准", en="Criterion"), 18),
    (Text(zh="看什么", en="What to look at"), 34),
    (Text(zh="0 分", en="0 means"), 20),
    (Text(zh="5 分", en="5 means"), 20),
    (Text(zh="10 分", en="10 means"), 20),
    (Text(zh="权重", en="Weight"), 8),
    (Text(zh="参考数字", en="Figures"), 30),
    (SCORE, 12),
    (REASON, 40),
)
FIRST_ROW = 7


def write_scoring_sheet(
    path: Path,
    criteria: Sequence[Criterion],
    *,
    review: str,
    made_on: dt.date,
    language: str,
    currency: str,
    figures: Mapping[str, MetricValue],
) -> None:
    """Write an empty sheet for one expert.

    review  : what it is called when it comes back; made_on: the date put in, which the expert may change
    figures : values of the window, shown beside the criteria that name them
    """
    book = Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    font = {
        "font_name": "Microsoft YaHei" if language == "zh" else "Calibri",
        "font_size": 11,
        "font_color": COLOURS["ink"],
        "valign": "top",
    }
    plain, bold = (
        book.add_format({**font, "text_wrap": True, "border": 1, "border_color": "#D9D9D9"}),
        book.add_format({**font, "bold": True}),
    )
    head = book.add_format({**font, "bold": True, "bottom": 2, "text_wrap": True})
    fill = book.add_format({**font, "bg_color": "#FFF6D6", "border": 1, "border_color": "#C9B458", "text_wrap": True})
    day = book.add_format(
        {**font, "bg_color": "#FFF6D6", "border": 1, "border_color": "#C9B458", "num_format": "yyyy-mm-dd", "align": "left"}
    )
    sheet = book.add_worksheet(TITLE.say(language)[:31].replace(":", ""))
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, TITLE.say(language), book.add_format({**font, "bold": True, "font_size": 16}))
    sheet.write_string(1, 0, HOW.say(language), book.add_format(font))
    sheet.write_string(3, 0, REVIEW.say(language), bold)
    sheet.write_string(3, 1, review, book.add_format(font))
    sheet.write_string(4, 0, EXPERT.say(language), bold)
    sheet.write_blank(4, 1, None, fill)
    sheet.write_string(5, 0, DATE.say(language), bold)
    sheet.write_datetime(5, 1, dt.datetime(made_on.year, made_on.month, made_on.day), day)  # noqa: DTZ001 - a spreadsheet's date has no zone
    for column, (label, width) in enumerate(COLUMNS):
        sheet.write_string(FIRST_ROW, column, label.say(language), head)
        sheet.set_column(column, column, width)
    formatter = Formatter(language, currency)
    for nth, criterion in enumerate(criteria, start=FIRST_ROW + 1):
        texts = (criterion.name, criterion.says, criterion.low, criterion.middle, criterion.high)
        sheet.write_string(nth, 0, criterion.id, plain)
        for column, text in enumerate(texts, start=1):
            sheet.write_string(nth, column, text.say(language), plain)
        sheet.write_number(nth, 6, criterion.weight, plain)
        sheet.write_string(nth, 7, _shown(criterion, figures, formatter, language), plain)
        sheet.write_blank(nth, 8, None, fill)
        sheet.write_blank(nth, 9, None, fill)
        sheet.set_row(nth, 62)
    last = FIRST_ROW + len(criteria)
    sheet.data_validation(
        FIRST_ROW + 1, 8, last, 8, {"validate": "decimal", "criteria": "between", "minimum": LEAST, "maximum": MOST, "ignore_blank": True}
    )
    sheet.freeze_panes(FIRST_ROW + 1, 2)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    book.close()


def _shown(criterion: Criterion, figures: Mapping[str, MetricValue], formatter: Formatter, language: str) -> str:
    lines = []
    for metric in criterion.metrics:
        value = figures.get(metric)
        if value is not None and value.status == OK and value.value is not None:
            lines.append(f"{catalogue()[metric].name.say(language)} {formatter.short(Quantity(value.value, value.unit))}")
    return "\n".join(lines)
