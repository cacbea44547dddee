"""Numbers of workbooks and slides: real values in the units people calculate in, and the formats that show them."""

from lianyi.insight.report.cells import Quantity
from lianyi.kernel import money

POINTS = "points"  # a change of a ratio, in percentage points
_LOCALES = {"CNY": "-804", "GBP": "-809", "USD": "-409", "JPY": "-411", "HKD": "-C04", "TWD": "-404"}
_BASES = {
    "ratio": "0.0%",
    "share": "0.0%",
    "count": "#,##0",
    "times": "0.00",
    "days": "#,##0.0",
    "seconds": "#,##0",
    "hours": "#,##0.0",
    "ms": "#,##0",
    "score": "0.0#",
    POINTS: '0.00" pp"',
}


def shown_unit(quantity: Quantity) -> str:
    """The unit a cell is written in: a change of a ratio becomes percentage points."""
    return POINTS if quantity.delta and quantity.unit == "ratio" else quantity.unit


def cell_value(quantity: Quantity, currency: str) -> float | None:
    """The number a cell holds: money in major units, a change of a ratio times 100.

    >>> cell_value(Quantity(12345, "money"), "CNY"), cell_value(Quantity(0.02, "ratio", delta=True), "CNY")
    (123.45, 2.0)
    """
    if quantity.value is None:
        return None
    if quantity.unit == "money":
        return float(quantity.value / 10 ** money.minor_digits(currency))
    return quantity.value * scale_of(shown_unit(quantity))


def scale_of(unit: str) -> int:
    """What a value of a unit is multiplied by before it is written; money aside."""
    return 100 if unit == POINTS else 1


def number_format(unit: str, currency: str, *, delta: bool = False, fraction: bool = False) -> str:
    """The number format of a unit; `delta` shows a plus sign, `fraction` decimals of a count.

    >>> number_format("money", "GBP")
    '[$£-809]#,##0.00;\\\\-[$£-809]#,##0.00'
    >>> number_format("ratio", "GBP"), number_format("points", "GBP", delta=True)
    ('0.0%', '+0.00" pp";\\\\-0.00" pp";0.00" pp"')
    """
    if unit == "money":
        digits = money.minor_digits(currency)
        symbol = f"[${money.SIGNS.get(currency, currency + ' ')}{_LOCALES.get(currency, '')}]"
        base = f"{symbol}#,##0{'.' + '0' * digits if digits else ''}"
        return f"+{base};\\-{base};{base}" if delta else f"{base};\\-{base}"
    base = "#,##0.00" if fraction and unit == "count" else _BASES[unit]
    return f"+{base};\\-{base};{base}" if delta else base


def axis_format(unit: str, currency: str, largest: float, language: str) -> str:
    """The number format of a chart's axis, folded to 万 or K and M when the values are large.

    largest : in the unit written, money in major units
    """
    symbol = money.SIGNS.get(currency, "") if unit == "money" else ""
    if unit in ("money", "count"):
        if language == "zh" and largest >= 20_000:
            return f'"{symbol}"0\\.0,"万"'
        if language == "en" and largest >= 2_000_000:
            return f'"{symbol}"0.0,,"M"'
        if language == "en" and largest >= 20_000:
            return f'"{symbol}"0,"K"'
        return f'"{symbol}"#,##0'
    return number_format(unit, currency)
