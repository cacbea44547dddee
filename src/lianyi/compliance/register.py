"""The register of rules: read from rules/*.toml, checked as it is read."""

import datetime as dt
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lianyi.compliance.conditions import Condition, parse
from lianyi.compliance.fields import fields
from lianyi.kernel.entries import Entry, EntryFault, check_keys, one_of, read, text_of
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import Text

FILES = ("advertising", "promotion", "distribution", "consumer", "privacy", "live", "platforms")
SEVERITIES = ("block", "high", "medium", "low", "info")
EVIDENCE = ("verified_text", "secondary", "unverified", "own")
READ = ("full_text", "partial", "secondary", "not_found", "own")
KINDS = ("law", "admin_regulation", "dept_rule", "guideline", "judicial", "standard", "platform_rule", "own")
# Where something is about to happen and is judged first.
GATES = (
    "content",
    "campaign",
    "price",
    "distribution",
    "partner",
    "live",
    "segment",
    "message",
    "review",
    "draw",
    "order",
    "page",
    "notice",
    "connector",
)
NEEDED = ("title", "severity", "gates", "says", "fix", "sources", "evidence")
MAY = (
    "when",
    "pattern",
    "spare",
    "terms",
    "requires",
    "keep_days",
    "values",
    "exceptions",
    "penalty",
    "lawyer_check",
    "note",
    "private",
    "hits",
    "misses",
)


@dataclass(frozen=True, slots=True)
class Law:
    """What rules stand on: a law, a guideline, a platform's terms, or our own limit.

    from_date  : in force since; None where no date is known
    checked_on : the last look at a platform's rule; None for law
    """

    id: str
    name: Text
    kind: str
    edition: str
    from_date: dt.date | None
    checked_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Source:
    """One law behind a rule: the article, and how far its text was read."""

    law: Law
    article: str
    read: str


@dataclass(frozen=True, slots=True)
class ExceptionClause:
    """A way in which a hit may be lawful after all, once there is proof of it."""

    id: str
    says: Text
    ref: str


@dataclass(frozen=True, slots=True)
class TermClass:
    """Words of one weight: how heavy a hit is, what would answer it, and where there is no answer."""

    id: str
    severity: str
    asks: Text
    blocked_in: frozenset[str]
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as data.

    severity  : block | high | medium | low | info (a fact that the engine or a report needs; no verdict)
    private   : the severity where a text has no public audience; None: the same
    gates     : where it is asked
    when      : a condition on facts; for a rule with patterns or requirements it says when they apply, else it is the violation
    pattern, spare, terms : what is looked for in texts, what is not meant, classes of terms
    requires  : records or steps that must be there
    keep_days : how long records are kept
    values    : figures of the rule, by name with their unit
    evidence  : how sure we are of it: verified_text | secondary | unverified | own
    lawyer_check : a lawyer must look before one relies on it
    hits, misses : texts that must and must not hit; tests read them
    """

    id: str
    title: Text
    severity: str
    gates: tuple[str, ...]
    says: Text
    fix: Text
    sources: tuple[Source, ...]
    evidence: str
    when: Condition | None = None
    pattern: re.Pattern[str] | None = None
    spare: re.Pattern[str] | None = None
    terms: tuple[TermClass, ...] = ()
    requires: tuple[str, ...] = ()
    keep_days: int | None = None
    values: Mapping[str, float] | None = None
    exceptions: tuple[ExceptionClause, ...] = ()
    penalty: Text | None = None
    lawyer_check: bool = False
    note: Text | None = None
    private: str | None = None
    hits: tuple[str, ...] = ()
    misses: tuple[str, ...] = ()

    @property
    def reads_texts(self) -> bool:
        """Whether it looks for something in texts."""
        return self.pattern is not None or bool(self.terms)

    def in_force(self, on: dt.date) -> bool:
        """Whether any of what it stands on is in force on a day; without a known date it is."""
        return any(source.law.from_date is None or source.law.from_date <= on for source in self.sources)


@cache
def laws() -> dict[str, Law]:
    """Every source by id, from laws.toml.

    >>> laws()["aucl"].from_date.isoformat()
    '2025-10-15'
    """
    found = {}
    for id_, entry in read(__package__, "laws.toml").items():
        where = f"laws.toml [{id_}]"
        check_keys(where, entry, needed=("name", "kind", "edition"), may=("from", "checked_on"))
        kind = one_of(where, entry, "kind", KINDS)
        if (kind == "platform_rule") != ("checked_on" in entry):
            raise EntryFault(where, "the rule of a platform, and only that, says when it was last looked at")
        found[id_] = Law(id_, text_of(where, entry, "name"), kind, entry["edition"], entry.get("from"), entry.get("checked_on"))
    return found


@cache
def records() -> dict[str, Text]:
    """Records and steps that rules require, with their names."""
    return {name: text_of("records.toml", {name: words}, name) for name, words in read(__package__, "records.toml").items()}


@cache
def term_classes() -> dict[str, TermClass]:
    """Classes of terms, from terms.toml."""
    found = {}
    for id_, entry in read(__package__, "terms.toml")["classes"].items():
        where = f"terms.toml [classes.{id_}]"
        check_keys(where, entry, needed=("severity", "asks", "terms"), may=("blocked_in",))
        severity = one_of(where, entry, "severity", SEVERITIES)
        blocked_in = frozenset(entry.get("blocked_in", ()))
        fields().of("content.category").check(tuple(blocked_in))
        found[id_] = TermClass(id_, severity, text_of(where, entry, "asks"), blocked_in, tuple(entry["terms"]))
    return found


@cache
def rules() -> dict[str, Rule]:
    """Every rule by id.

    Raises EntryFault with file and entry for an unknown key, law, fact, gate or record, a broken pattern, or an id written twice.
    >>> rules()["CN-LO-001"].values["prize_limit_fen"]
    5000000
    """
    found: dict[str, Rule] = {}
    for name in FILES:
        for id_, entry in read(__package__, f"rules/{name}.toml").items():
            where = f"rules/{name}.toml [{id_}]"
            if id_ in found:
                raise EntryFault(where, "written twice")
            found[id_] = _rule(where, id_, check_keys(where, entry, needed=NEEDED, may=MAY))
    return found


def rule(id_: str) -> Rule:
    """One rule; UnknownName when there is none of that id."""
    if id_ not in rules():
        raise UnknownName(what="rule", given=id_, allowed=list(rules()))
    return rules()[id_]


@cache
def edition() -> str:
    """A short hash of the whole register, stored with every verdict: which text of the rules was asked."""
    told = hashlib.sha256()
    for name in ("laws.toml", "terms.toml", "wording.toml", "channels.toml", *(f"rules/{name}.toml" for name in FILES)):
        told.update(files(__package__).joinpath(name).read_bytes())
    return told.hexdigest()[:12]


def _rule(where: str, id_: str, entry: Entry) -> Rule:
    """One entry as a rule."""
    if "private" in entry:
        one_of(where, entry, "private", SEVERITIES)
    one_of(where, entry, "severity", SEVERITIES)
    one_of(where, entry, "evidence", EVIDENCE)
    for gate in entry["gates"]:
        one_of(where, {"gates": gate}, "gates", GATES)
    for record in entry.get("requires", ()):
        one_of(where, {"requires": record}, "requires", records())
    if entry["severity"] != "info" and not {"when", "pattern", "terms", "requires"} & set(entry):
        raise EntryFault(where, "a rule that judges has when, pattern, terms or requires")
    try:
        when = parse(entry["when"]) if "when" in entry else None
        pattern, spare = (re.compile(entry[key]) if key in entry else None for key in ("pattern", "spare"))
        terms = tuple(term_classes()[name] for name in entry.get("terms", ()))
    except (ValueError, KeyError, re.error) as fault:
        raise EntryFault(where, str(fault)) from None
    return Rule(
        id=id_,
        title=text_of(where, entry, "title"),
        severity=entry["severity"],
        gates=tuple(entry["gates"]),
        says=text_of(where, entry, "says"),
        fix=text_of(where, entry, "fix"),
        sources=_sources(where, entry["sources"]),
        evidence=entry["evidence"],
        when=when,
        pattern=pattern,
        spare=spare,
        terms=terms,
        requires=tuple(entry.get("requires", ())),
        keep_days=entry.get("keep_days"),
        values=entry.get("values"),
        exceptions=tuple(_exception(where, clause) for clause in entry.get("exceptions", ())),
        penalty=text_of(where, entry, "penalty") if "penalty" in entry else None,
        lawyer_check=entry.get("lawyer_check", False),
        note=text_of(where, entry, "note") if "note" in entry else None,
        private=entry.get("private"),
        hits=tuple(entry.get("hits", ())),
        misses=tuple(entry.get("misses", ())),
    )


def _sources(where: str, entries: list[Entry]) -> tuple[Source, ...]:
    found = []
    for entry in entries:
        check_keys(where, entry, needed=("law", "article", "read"))
        found.append(Source(laws()[one_of(where, entry, "law", laws())], entry["article"], one_of(where, entry, "read", READ)))
    if not found:
        raise EntryFault(where, "a rule stands on something")
    return tuple(found)


def _exception(where: str, entry: Entry) -> ExceptionClause:
    check_keys(where, entry, needed=("id", "says", "ref"))
    return ExceptionClause(entry["id"], text_of(where, entry, "says"), entry["ref"])
