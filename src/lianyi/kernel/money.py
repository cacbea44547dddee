"""Money is an integer count of minor units (fen, pence, cents) of one workspace currency."""

from lianyi.kernel.text import folded

TWO_DIGITS = "CNY USD EUR GBP HKD TWD SGD MYR THB AUD CAD MOP PHP IDR BRL MXN CHF INR"
NO_DIGITS = "JPY KRW VND"
MINOR_DIGITS = dict.fromkeys(TWO_DIGITS.split(), 2) | dict.fromkeys(NO_DIGITS.split(), 0)
SIGNS = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£", "HKD": "HK$", "TWD": "NT$", "JPY": "¥", "KRW": "₩", "INR": "₹"}


def minor_digits(currency: str) -> int:
    """Decimal places of a currency's minor unit; 2 for a code we do not list.

    >>> minor_digits("JPY")
    0
    """
    return MINOR_DIGITS.get(currency, 2)


def major(amount: int, currency: str) -> float:
    """An amount in minor units as a number of major units, for charts and spreadsheets only.

    >>> major(12345, "CNY")
    123.45
    """
    return float(amount / 10 ** minor_digits(currency))


def written(amount: int, currency: str, language: str = "zh", *, short: bool = False) -> str:
    """An amount in minor units as people write it; `short` folds to 万/亿 (zh) or K/M/B (en).

    amount : int, minor units, may be negative
    >>> written(123456, "CNY"), written(-5, "GBP", "en")
    ('¥1,234.56', '-£0.05')
    >>> written(123_456_700, "CNY", short=True), written(123_456_700, "USD", "en", short=True)
    ('¥123.46万', '$1.23M')
    """
    sign = "-" if amount < 0 else ""
    symbol = SIGNS.get(currency, currency + " ")
    value = abs(amount) / 10 ** minor_digits(currency)
    if short:
        for size, suffix in ((1e8, "亿"), (1e4, "万")) if language == "zh" else ((1e9, "B"), (1e6, "M"), (1e3, "K")):
            if value >= size:
                return f"{sign}{symbol}{value / size:,.2f}{suffix}"
    return f"{sign}{symbol}{value:,.{minor_digits(currency)}f}"


def is_currency(code: str) -> bool:
    """Whether a text is a three-letter ISO 4217 form.

    >>> is_currency("CNY"), is_currency("yuan")
    (True, False)
    """
    return len(code) == 3 and code.isascii() and code.isalpha() and folded(code).upper() == code
