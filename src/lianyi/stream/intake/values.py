"""Cells to values: blanks and listed words over arrays of cells, numbers, money and identifiers as SQL over text.

Each builder of SQL takes the SQL of a cleaned text (see `cleaned`) and answers the SQL of its value, null where it cannot be read.
"""

import hashlib
from functools import cache

import pyarrow as pa
import pyarrow.compute as pc

from lianyi.kernel.text import folded
from lianyi.stream.engines.duckdb import quoted
from lianyi.stream.intake.words import WordList, words

# Blanks of all widths, and the marks that some programs put round an identifier so that a spreadsheet leaves it alone.
BLANKS = " \t\r\n\u3000\u00a0\u200b\ufeff"
_WIDE = "０１２３４５６７８９．，－＋％（）：／￥ＷＫ"
_NARROW = "0123456789.,-+%():/¥WK"
_UNITS = {"万": 10**4, "W": 10**4, "亿": 10**8, "千": 10**3, "K": 10**3, "百万": 10**6, "M": 10**6, "千万": 10**7, "": 1}
_CURRENCY = r"(?:RMB|CNY|USD|US\$|HK\$|EUR|GBP|[¥￥$£€])"
# lead, minus, digits, unit, plus, trail
_NUMBER = rf"^(\()?\s*([-+])?\s*{_CURRENCY}?\s*([-+])?(\d[\d,]*\.?\d*|\.\d+)\s*(百万|千万|万|亿|千|W|K|M)?\s*(\+)?\s*(?:元|圆|块|{_CURRENCY}|件|个|盒|箱|套|次|人|天|条|单|PCS)?\s*(\)|-)?$"
# What most amounts look like; it captures nothing and so costs little.
_SIMPLE = r"[¥￥$£€]? ?-?(\d{1,3}(,\d{3})+|\d{1,12})(\.\d{1,6})? ?元?"
_GROUPED = r"^\d{1,3}(,\d{3})+(\.\d+)?$"
MAX_INTEGER = 9_000_000_000_000_000


def cleaned(cells: pa.Array) -> pa.Array:
    """Cells without blanks round them, null where one is empty or says so (-, 无, NULL, nan).

    >>> cleaned(pa.array([" a ", "--", "无", "NaN", ""])).to_pylist()
    ['a', None, None, None, None]
    """
    trimmed = pc.utf8_trim(cells, BLANKS)
    return pc.if_else(pc.is_in(pc.utf8_lower(trimmed), value_set=_empty()), pa.scalar(None, pa.string()), trimmed)


@cache
def _empty() -> pa.Array:
    return pa.array(sorted(words().empty))


def meanings(cells: pa.Array, listed: WordList) -> pa.Array:
    """What listed words mean, null for one that is not listed; each different word is looked up once.

    >>> meanings(pa.array(["是", "也许", None, " Ｙ "]), words().flags).to_pylist()
    ['true', None, None, 'true']
    """
    found = pc.dictionary_encode(cells)
    read = pa.array([meaning(said, listed) for said in found.dictionary.to_pylist()], pa.string())
    return pc.take(read, found.indices)


def meaning(said: str, listed: WordList) -> str | None:
    """The meaning of one word: listed as it is, or holding a listed part."""
    key = folded(said)
    if key in listed.exact:
        return listed.exact[key]
    return next((means for part, means in listed.part if part in key), None)


def identifier(text: str, *, whole_floats: bool = False) -> str:
    """SQL for an identifier: the wrappings ="123" and '123 undone; 17850.0 read as 17850 where the whole column is written so."""
    bare = f"CASE WHEN starts_with({text}, '=\"') THEN nullif(trim(rtrim(substr({text}, 3), '\"'), {quoted(BLANKS)}), '') WHEN starts_with({text}, '''') THEN nullif(ltrim({text}, ''''), '') ELSE {text} END"
    return f"regexp_replace({bare}, '\\.0$', '')" if whole_floats else bare


def lost_digits(text: str) -> str:
    """SQL: whether an identifier is a long number that a spreadsheet shortened to 1.23457E+17."""
    return f"contains({text}, '+') AND regexp_full_match({text}, '\\d(\\.\\d+)?[eE]\\+\\d+')"


def plain_number(text: str) -> str:
    """SQL for a number written plainly, such as 1234.5."""
    return f"TRY_CAST({text} AS DECIMAL(24, 6))"


def is_plain(text: str) -> str:
    """SQL: whether a number is written plainly. Asked first, because a cast that fails costs ten times one that does not."""
    return f"regexp_full_match({text}, '-?\\d{{1,17}}(\\.\\d*)?')"


def number(text: str, *, decimal_comma: bool = False) -> str:
    """SQL for a number however people write it, as DECIMAL(28, 6): 1,234.50, (5.00), 5-, ¥1.2万, 3.5w, 10万+, １２."""
    said = f"upper(translate({text}, {quoted(_WIDE)}, {quoted(_NARROW)}))"
    if decimal_comma:
        said = f"translate({said}, ',.', '.,')"
    parts = "lead", "sign", "minus", "digits", "unit", "plus", "trail"
    cut = f"regexp_extract({said}, {quoted(_NUMBER)}, [{', '.join(map(quoted, parts))}])"
    right = f"(position(',' IN p.digits) = 0 OR regexp_matches(p.digits, {quoted(_GROUPED)}))"
    unit = "CASE p.unit " + " ".join(f"WHEN {quoted(u)} THEN {size}" for u, size in _UNITS.items()) + " END"
    negative = "(p.sign = '-' OR p.minus = '-' OR p.trail = '-' OR (p.lead = '(' AND p.trail = ')'))"
    digits = "CAST(TRY_CAST(replace(p.digits, ',', '') AS DECIMAL(18, 6)) AS DECIMAL(18, 6))"
    value = (
        f"{digits} * CAST({unit} AS DECIMAL(10, 0)) * CASE WHEN {negative} THEN CAST(-1 AS DECIMAL(1, 0)) ELSE CAST(1 AS DECIMAL(1, 0)) END"
    )
    # Cut once, and only where nothing simpler will do.
    any_way = f"list_transform([{cut}], lambda p: CASE WHEN {right} THEN {value} END)[1]"
    if decimal_comma:
        return any_way
    bare = f"replace(ltrim(rtrim({text}, '元 '), '¥￥$£€ '), ',', '')"
    return (
        f"CASE WHEN {is_plain(text)} THEN {plain_number(text)} WHEN regexp_full_match({text}, {quoted(_SIMPLE)}) THEN {plain_number(bare)}"
        f" ELSE coalesce({plain_number(text)}, {any_way}) END"
    )


def minor_units(value: str, digits: int) -> str:
    """SQL for an amount in minor units of a decimal in major ones, rounded half away from zero; null beyond what an integer holds."""
    return f"TRY_CAST({value} * {10**digits} AS BIGINT)"


def share(text: str) -> str:
    """SQL for a proportion: 12% and 0.12 are the same; the sign decides, never the size."""
    said = f"translate({text}, {quoted(_WIDE)}, {quoted(_NARROW)})"
    bare = number(f"rtrim({said}, '% ')")
    return f"CAST(CASE WHEN ends_with({said}, '%') THEN {bare} / 100 ELSE {bare} END AS DOUBLE)"


def pseudonym_sql(value: str, key: bytes, *, prefix: str = "m") -> str:
    """SQL for kernel.ids.pseudonym: the same HMAC-SHA-256, cut to 80 bits."""
    block = (key if len(key) <= 64 else hashlib.sha256(key).digest()).ljust(64, b"\0")
    inner = "".join(f"\\x{b ^ 0x36:02X}" for b in block)
    outer = "".join(f"\\x{b ^ 0x5C:02X}" for b in block)
    digest = f"sha256('{outer}'::BLOB || unhex(sha256('{inner}'::BLOB || encode({value}))))"
    return f"CASE WHEN {value} IS NULL THEN NULL ELSE '{prefix}_' || left({digest}, 20) END"
