"""What people who mean no good send: data that each was the end of some server once."""

from collections.abc import Sequence
from urllib.parse import quote_from_bytes

from hypothesis import strategies as st

# Kept as bytes where no text is meant to come out of them.
NASTY: tuple[str | bytes, ...] = (
    "' OR 1=1 --", '"; DROP TABLE members_member; --', "1) UNION SELECT password FROM accounts --", "%' ESCAPE '",
    "<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "{{7*7}}", "{% load static %}", "${jndi:ldap://x}", "%s%n%(name)s",
    "../../etc/passwd", "..\\..\\x", "//evil.example/", "javascript:alert(1)", "=1+1", "\r\nSet-Cookie: x=1",
    "\x00", "a\x00b", "\x1b[2J", "\u202egpj", "\u200b", "\ufeff", "e\u0301" * 40, "\U0001f468\u200d\U0001f469\u200d\U0001f467", "ﷺ" * 60, "İ", "ß",
    b"\xff\xfe", b"\xed\xa0\x80", b"\xc0\xaf", b"%00",
    "１２３", "٣", "²", "一", "-1", "0", "-0", "1e309", "NaN", "Infinity", "-Infinity", "9" * 30, str(2**31), str(2**63), str(-(2**63) - 1),
    "1.5", "0x10", "1_000", "1,000", "0.000000001", "1e-400", "true", "null", "[]", "{}", "[1,2]", '{"$gt":""}', "", " ", "\u3000",
    "2026-02-30", "0001-01-01", "9999-12-31", "10000-01-01", "2026-06-01T25:00", "0000-00-00", "2026-13", "-271821-04-20", "x" * 5000, "o_none", "m_none",
)  # fmt: skip


def values(*others: str) -> st.SearchStrategy[str | bytes]:
    """One value: something nasty, what belongs to somebody else, or anything at all."""
    return st.one_of(st.sampled_from((*NASTY, *others)), st.text(max_size=40), st.integers().map(str), st.floats().map(str))


def encoded(fields: Sequence[tuple[str, str | bytes]]) -> bytes:
    """Fields as a form sends them, or a query: in their order, the same name as often as it is given, bytes that are no text too."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields).encode()


def _quoted(value: str | bytes) -> str:
    return quote_from_bytes(value if isinstance(value, bytes) else value.encode("utf-8", "surrogatepass"))
