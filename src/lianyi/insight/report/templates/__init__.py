"""Report templates: data that says for whom a report is, over what kind of period, which parts it has and in what order.

One file a template; the file's name is the template's. Unknown keys, parts, groups and metrics are errors at load.
"""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from lianyi.insight.measure import catalogue
from lianyi.kernel.errors import Broken, UnknownName
from lianyi.kernel.text import Text

PERIODS = ("days", "month", "quarter", "campaign", "partner")
BASELINES = ("previous", "year")
PARTS = ("purpose", "sources", "method", "results", "review", "conclusions", "appendix")
GROUPS = ("scorecard", "trend", "why", "metrics", "exhibits")
REST = "*"
_KEYS = {
    "name",
    "audience",
    "title",
    "title_plain",
    "period",
    "baseline",
    "headline",
    "metrics",
    "parts",
    "results",
    "trends",
    "exhibits",
    "charts",
}


@dataclass(frozen=True, slots=True)
class Template:
    """One kind of report.

    audience : who reads it, and for what decision
    title    : names %(brand)s and %(period)s; title_plain: without a brand
    period   : what the period is: days (any window), month, quarter, or the life of a campaign, or of a partner within the window
    headline : metrics of the first page, the most wanted first; what is not there gives way to the next
    metrics  : patterns of the metrics that may be shown at all; "*" is all of them
    parts    : which parts, in order; the first page stands before them
    results  : the groups of the results, in order; "*" is every group not named
    trends   : one chart each: the first of these metrics that has a course
    exhibits : patterns of exhibit ids, in order; "*" is every exhibit not named
    charts   : how many charts get a slide
    """

    id: str
    name: Text
    audience: Text
    title: Text
    title_plain: Text
    period: str
    baseline: str
    headline: tuple[str, ...]
    metrics: tuple[str, ...]
    parts: tuple[str, ...]
    results: tuple[str, ...]
    trends: tuple[tuple[str, ...], ...]
    exhibits: tuple[str, ...]
    charts: int


@cache
def templates() -> dict[str, Template]:
    """Every template by id, the full report first.

    >>> list(templates())[0], templates()["monthly"].period
    ('full', 'month')
    """
    files = {file.name.removesuffix(".toml"): file for file in resources.files(__package__).iterdir() if file.name.endswith(".toml")}
    order = sorted(files, key=lambda name: (name != "full", name))
    return {name: read(name, tomllib.loads(files[name].read_text(encoding="utf-8"))) for name in order}


def template(name: str) -> Template:
    """One template; UnknownName with the nearest one when there is none of that name."""
    if name not in templates():
        raise UnknownName(what="template", given=name, allowed=list(templates()))
    return templates()[name]


def read(name: str, entry: dict[str, Any]) -> Template:
    """A template from its file. Raises Broken naming the file and what is wrong in it."""

    def check(fine: object, wrong: str) -> None:
        if not fine:
            raise Broken(reason=f"templates/{name}.toml: {wrong}")

    for wrong in sorted(set(entry) ^ _KEYS):
        check(wrong in entry, f"{wrong} is missing")
        check(wrong in _KEYS, f"unknown key {wrong}")
    check(entry["period"] in PERIODS, f"period is one of {', '.join(PERIODS)}")
    check(entry["baseline"] in BASELINES, f"baseline is one of {', '.join(BASELINES)}")
    for key, allowed in (("parts", PARTS), ("results", (*GROUPS, REST))):
        for item in entry[key]:
            check(item in allowed, f"{key}: {item} is none of {', '.join(allowed)}")
        check(len(set(entry[key])) == len(entry[key]), f"{key}: one of them is named twice")
    for metric in (*entry["headline"], *(metric for names in entry["trends"] for metric in names)):
        check(metric in catalogue(), f"no metric {metric}")
    check(entry["parts"][-1:] == ["appendix"], "parts: the appendix is the last")
    for pattern in (*entry["exhibits"], *entry["metrics"]):
        check(re.fullmatch(r"[a-z_0-9]*\*?", pattern), f"{pattern} is no id or beginning of one")
    for pattern in entry["metrics"]:
        check(arranged(list(catalogue()), (pattern,)), f"metrics: no metric {pattern}")
    check(isinstance(entry["charts"], int) and 1 <= entry["charts"] <= 10, "charts is a number from 1 to 10")
    texts: dict[str, Text] = {}
    for key in ("name", "audience", "title", "title_plain"):
        try:
            texts[key] = Text.of(entry[key])
        except (ValueError, TypeError, AttributeError) as fault:
            raise Broken(reason=f"templates/{name}.toml: {key}: {fault}") from fault
    return Template(
        id=name,
        **texts,
        period=entry["period"],
        baseline=entry["baseline"],
        headline=tuple(entry["headline"]),
        metrics=tuple(entry["metrics"]),
        parts=tuple(entry["parts"]),
        results=tuple(entry["results"]),
        trends=tuple(tuple(names) for names in entry["trends"]),
        exhibits=tuple(entry["exhibits"]),
        charts=entry["charts"],
    )


def arranged(names: list[str], wanted: tuple[str, ...]) -> list[str]:
    """Names in the order of patterns ("by_*" is a beginning, "*" whatever no other pattern takes); a name no pattern takes is left out.

    >>> arranged(["a", "by_x", "b", "by_y"], ("by_*", "a"))
    ['by_x', 'by_y', 'a']
    >>> arranged(["a", "by_x", "b"], ("*", "a"))
    ['by_x', 'b', 'a']
    """
    own = [pattern for pattern in wanted if pattern != REST]

    def takes(pattern: str, name: str) -> bool:
        return name.startswith(pattern[:-1]) if pattern.endswith("*") else name == pattern

    taken: list[str] = []
    for pattern in wanted:
        if pattern == REST:
            found = [name for name in names if not any(takes(other, name) for other in own)]
        else:
            found = [name for name in names if takes(pattern, name)]
        taken += [name for name in found if name not in taken]
    return taken
