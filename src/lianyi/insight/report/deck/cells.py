"""The cells behind a native chart: what opens when someone edits its numbers."""

import datetime as dt
import io
from collections.abc import Sequence

from xlsxwriter import Workbook

EPOCH = dt.datetime(1980, 1, 1)  # noqa: DTZ001 - workbooks hold no time zone


def workbook(names: Sequence[str], series: Sequence[tuple[str, Sequence[float | None]]], number_format: str) -> bytes:
    """A workbook with categories in the first column and a series in each further one, where the chart looks for them.

    A name is always text: one that begins like a formula stays a text cell.
    """
    out = io.BytesIO()
    made = Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False})
    made.set_properties({"created": EPOCH})
    shown = made.add_format({"num_format": number_format})
    text = made.add_format({"quote_prefix": True})
    sheet = made.add_worksheet("Sheet1")
    sheet.set_column(0, 0, 28)
    for r, name in enumerate(names, 1):
        sheet.write_string(r, 0, name, text)
    for c, (title, values) in enumerate(series, 1):
        sheet.write_string(0, c, title, text)
        for r, value in enumerate(values, 1):
            if value is not None:
                sheet.write_number(r, c, value, shown)
    made.close()
    return out.getvalue()
