"""The playbook's data files, checked when they are loaded: closed keys, both languages, metrics that exist, roles that act."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from lianyi.insight.measure import catalogue
from lianyi.kernel.text import Text

FILES = ("data", "way", "content", "community", "care", "money", "campaigns")
NEEDED = {
    "for", "action", "why", "precondition", "owner", "effort", "days", "expected", "measure", "design", "due_days",
}  # fmt: skip
MAY = {"where"}
EFFORTS = ("low", "medium", "high")
EXPECTED = {"of", "low", "high", "source"}
# What an expectation rests on, and what the reader is told of it.
SOURCES = {
    "judgement": Text(
        zh="团队经验估计，没有公开研究支持；执行一次后以实测替换",
        en="a practitioner's estimate without a published study; to be replaced by what is measured once it was done",
    ),
    "guideline": Text(zh="依据公开的行业准则，幅度为估计", en="after a published guideline; its size is an estimate"),
    "study": Text(zh="依据公开研究", en="after a published study"),
    "simulation": Text(zh="依据自有模拟，不是真实实验", en="after our own simulation, not an experiment on people"),
}
# How the effect is to be seen.
DESIGNS = {
    "hold_out": Text(zh="随机留出一部分人或内容不做，作对照", en="leave a random part of people or posts as they are, to compare with"),
    "group_split": Text(zh="按群随机分两半，一半做一半不做", en="split the groups at random: one half does it, the other does not"),
    "switch_back": Text(zh="按周轮换做与不做，比较两种周", en="switch week by week between doing and not doing it, and compare the weeks"),
    "before_after": Text(
        zh="与之前四周比，并看没有改动的部分同期怎样；证据较弱",
        en="compare with the four weeks before, and with what was left alone meanwhile; weaker evidence",
    ),
    "audit": Text(zh="修好后重跑评估，看检查是否通过", en="evaluate again once it is mended, and see whether the check passes"),
}


class PlaybookFault(ValueError):
    """A file of the playbook is wrong: a programming error, found when it is loaded."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"playbook {where}: {why}")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an action may bring.

    of     : money (a share of the money at stake) | metric (a relative change of the measure for the better)
    low, high : the range; source: judgement | guideline | study | simulation; note: more about it
    """

    of: str
    low: float
    high: float
    source: str
    note: Text | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One action of the playbook.

    kinds  : kinds of findings it answers
    where  : dimensions; where given, only for a finding about a part of one of them
    days   : of work, as a cost
    """

    id: str
    kinds: tuple[str, ...]
    where: tuple[str, ...]
    action: Text
    why: Text
    precondition: Text
    owner: Text
    effort: str
    days: float
    expected: Expected
    measure: str
    design: str
    due_days: int


@cache
def roles() -> dict[str, Text]:
    """Who acts, by id.

    >>> roles()["care"].en
    'Care'
    """
    return {id_: Text.of(entry["name"]) for id_, entry in _read("roles").items()}


@cache
def entries() -> tuple[Entry, ...]:
    """The whole playbook; PlaybookFault names the file and the entry that is malformed.

    >>> len(entries()) >= 40
    True
    """
    found = tuple(_entry(f"{file}.toml [{id_}]", id_, raw) for file in FILES for id_, raw in _read(file).items())
    if len({entry.id for entry in found}) < len(found):
        raise PlaybookFault("-", "an entry is written twice")
    return found


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def _entry(where: str, id_: str, raw: Mapping[str, Any]) -> Entry:
    missing, unknown = NEEDED - set(raw), set(raw) - NEEDED - MAY
    if missing or unknown:
        raise PlaybookFault(where, f"lacks {', '.join(sorted(missing))}" if missing else f"unknown key {min(unknown)}")
    for key, allowed in (("owner", roles()), ("effort", EFFORTS), ("measure", catalogue()), ("design", DESIGNS)):
        if raw[key] not in allowed:
            raise PlaybookFault(where, f"{key} is {raw[key]!r}, which is none of those there are")
    if not raw["for"] or not 0 < raw["days"] <= 60 or not 0 < raw["due_days"] <= 365:
        raise PlaybookFault(where, "answers at least one kind, takes up to 60 days of work, is due within a year")
    texts = {key: Text.of(raw[key]) for key in ("action", "why", "precondition")}
    return Entry(
        id=id_,
        kinds=tuple(raw["for"]),
        where=tuple(raw.get("where", ())),
        owner=roles()[raw["owner"]],
        effort=raw["effort"],
        days=float(raw["days"]),
        expected=_expected(where, raw["expected"]),
        measure=raw["measure"],
        design=raw["design"],
        due_days=int(raw["due_days"]),
        **texts,
    )


def _expected(where: str, raw: Mapping[str, Any]) -> Expected:
    if not set(raw) >= EXPECTED or set(raw) - EXPECTED - {"note"}:
        raise PlaybookFault(where, f"expected has {', '.join(sorted(EXPECTED))} and may have note")
    if raw["of"] not in ("money", "metric") or raw["source"] not in SOURCES or not 0 <= raw["low"] <= raw["high"] <= 1:
        raise PlaybookFault(where, "expected is of money or metric, from a known source, a range within 0 and 1")
    if raw["source"] in ("study", "simulation") and "note" not in raw:
        raise PlaybookFault(where, "an expectation from a study or a simulation says which, in a note")
    return Expected(raw["of"], float(raw["low"]), float(raw["high"]), raw["source"], Text.of(raw["note"]) if "note" in raw else None)
