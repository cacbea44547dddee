"""The engine: facts and texts of a case in, a verdict out. Pure; the day is handed over."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lianyi.compliance.conditions import Facts, Value
from lianyi.compliance.fields import fields
from lianyi.compliance.register import GATES, Law, Rule, Source, TermClass, edition, laws, records, rule, rules
from lianyi.compliance.wording import Normalised, normalised
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text

OUTCOMES = ("blocked", "needs_evidence", "advice", "on_file")
OF_SEVERITY = {"block": "blocked", "high": "needs_evidence", "medium": "needs_evidence", "low": "advice"}
WEIGHT = {"block": 0, "high": 1, "medium": 2, "low": 3}
# Texts that only certain people see: the Advertising Law does not reach them, the duty to be truthful does (CN-AD-019).
PRIVATE = frozenset({"group_chat", "member_only", "one_to_one"})
PRIVATE_BASIS = (("aucl", "第九条"), ("consumer_law", "第二十条"))
REGISTER_AGE_DAYS = 30
SAYS = {
    "blocked": Text(zh="不能这样做：%(title)s", en="Blocked: %(title)s"),
    "needs_evidence": Text(zh="要补证据或改写：%(title)s", en="Needs evidence or rewording: %(title)s"),
    "advice": Text(zh="建议：%(title)s", en="Advice: %(title)s"),
    "on_file": Text(zh="已附证据，按例外处理：%(title)s", en="Evidence on file, treated as an exception: %(title)s"),
}
OVERALL = {
    "blocked": Text(zh="有 %(n)s 处不能这样做。", en="%(n)s {thing is|things are} blocked."),
    "needs_evidence": Text(zh="有 %(n)s 处要补证据或改写。", en="%(n)s {thing needs|things need} evidence or rewording."),
    "advice": Text(zh="有 %(n)s 条建议。", en="%(n)s {piece|pieces} of advice."),
    "nothing_found": Text(
        zh="%(judged)s 条规则没有查到问题；这不等于合法。", en="%(judged)s rules found nothing; that does not make it lawful."
    ),
}


class ClaimUnusable(BadInput):
    """An exception is claimed without the proof or the person that it takes."""

    code = "claim_unusable"
    message = Text(
        zh="援引 %(rule)s 的例外要写明证据和批准人。", en="Claiming an exception of %(rule)s takes evidence and the name of who accepts it."
    )


@dataclass(frozen=True, slots=True)
class Claim:
    """An exception of a rule that someone says applies: which one, where the proof is, and who accepted it."""

    rule_id: str
    exception_id: str
    evidence: str
    accepted_by: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a rule has to say about a case.

    outcome : blocked | needs_evidence (or rewording) | advice | on_file (an exception with evidence; not a statement that it is lawful)
    where   : the text in which it was found, "" for facts
    span    : half-open span of that text as written; None for facts
    quote   : the words there
    basis   : what it stands on for this audience
    asks    : what would answer it; missing : records that are not there; unsure : facts that could lift it, were they stated
    """

    rule: Rule
    outcome: str
    severity: str
    where: str = ""
    span: tuple[int, int] | None = None
    quote: str = ""
    basis: tuple[Source, ...] = ()
    asks: Text | None = None
    missing: tuple[str, ...] = ()
    unsure: frozenset[str] = frozenset()
    claim: Claim | None = None

    def say(self, language: str = "zh") -> str:
        """The finding as one line: what, the words, what to do."""
        parts = [SAYS[self.outcome].say(language, title=self.rule.title.say(language))]
        if self.quote:
            parts.append(f"“{self.quote}”")
        if self.missing:
            parts.append(("、" if language == "zh" else ", ").join(records()[name].say(language) for name in self.missing))
        if self.outcome != "on_file":
            parts.append((self.asks or self.rule.fix).say(language))
        return (" · ").join(parts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the register has to say about a case on a day.

    findings : worst first
    unjudged : rule id -> the facts (or "records") for lack of which it could not be judged
    judged   : number of rules that gave an answer
    edition  : which text of the register was asked
    stale    : platform rules among those asked whose last look is more than 30 days old
    """

    gate: str
    on: dt.date
    findings: tuple[Finding, ...]
    unjudged: Mapping[str, frozenset[str]]
    judged: int
    edition: str
    stale: tuple[Law, ...] = field(default=())

    @property
    def outcome(self) -> str:
        """The worst of its findings, or nothing_found. It never says that something is lawful."""
        present = {finding.outcome for finding in self.findings} - {"on_file"}
        return next((outcome for outcome in OUTCOMES if outcome in present), "nothing_found")

    @property
    def blocked(self) -> bool:
        return self.outcome == "blocked"

    def say(self, language: str = "zh") -> str:
        """The verdict in one sentence."""
        n = sum(finding.outcome == self.outcome for finding in self.findings)
        return OVERALL[self.outcome].say(language, n=n, judged=self.judged)

    def of(self, rule_id: str) -> tuple[Finding, ...]:
        """The findings of one rule."""
        return tuple(finding for finding in self.findings if finding.rule.id == rule_id)


@dataclass(frozen=True, slots=True)
class _Case:
    """One case on its way through the rules."""

    facts: Facts
    texts: Mapping[str, Normalised]
    written: Mapping[str, str]
    held: frozenset[str] | None


def check(
    gate: str,
    facts: Mapping[str, Value],
    *,
    on: dt.date,
    texts: Mapping[str, str] | None = None,
    held: Iterable[str] | None = None,
    claims: Iterable[Claim] = (),
) -> Verdict:
    """Ask the register about a case.

    gate   : where it is about to happen: content, campaign, price, distribution, message, draw ... (register.GATES)
    facts  : "subject.name" -> value, from the closed list in fields.toml; what is not stated is not known, what is None or empty is known to be empty
    on     : the day it is to happen; rules in force then are asked
    texts  : name -> text that people will read
    held   : records and steps that are there; None: not stated
    claims : exceptions that someone accepted on evidence
    Returns a Verdict. Raises UnknownName or FactUnusable for a fact that is none, ClaimUnusable for a claim without proof.
    Cost: every rule of the gate once, every pattern over every text once; about a millisecond for a page of text.
    >>> check("content", {}, on=dt.date(2026, 11, 1), texts={"title": "全国第一的面膜"}).outcome
    'needs_evidence'
    """
    if gate not in GATES:
        raise UnknownName(what="gate", given=gate, allowed=list(GATES))
    written = dict(texts or {})
    stated = dict(facts)
    if isinstance(stated.get("content.text"), str):
        written.setdefault("content.text", str(stated["content.text"]))
    if written:
        stated["content.text"] = "\n".join(written.values())
    fields().check(stated)
    known = _known(claims)
    case = _Case(stated, {name: normalised(text) for name, text in written.items()}, written, None if held is None else frozenset(held))
    findings: list[Finding] = []
    unjudged: dict[str, frozenset[str]] = {}
    asked = [one for one in rules().values() if gate in one.gates and one.severity != "info" and one.in_force(on)]
    for one in asked:
        found, missing = _ask(one, case)
        findings += [_answered(finding, known) for finding in found]
        if missing:
            unjudged[one.id] = missing
    findings.sort(
        key=lambda finding: (
            OUTCOMES.index(finding.outcome),
            WEIGHT[finding.severity],
            finding.rule.id,
            finding.where,
            finding.span or (0, 0),
        )
    )
    return Verdict(gate, on, tuple(findings), unjudged, len(asked) - len(unjudged), edition(), _stale(asked, on))


def _known(claims: Iterable[Claim]) -> dict[str, Claim]:
    known = {}
    for claim in claims:
        allowed = [clause.id for clause in rule(claim.rule_id).exceptions]
        if claim.exception_id not in allowed:
            raise UnknownName(what="exception", given=claim.exception_id, allowed=allowed)
        if not claim.evidence.strip() or not claim.accepted_by.strip():
            raise ClaimUnusable(rule=claim.rule_id)
        known[claim.rule_id] = claim
    return known


def _answered(finding: Finding, claims: Mapping[str, Claim]) -> Finding:
    """The finding, put on file where an exception was claimed for its rule; a strict term has none."""
    claim = claims.get(finding.rule.id)
    if claim is None or (finding.outcome == "blocked" and finding.rule.severity != "block"):
        return finding
    return replace(finding, outcome="on_file", claim=claim)


def _ask(one: Rule, case: _Case) -> tuple[list[Finding], frozenset[str]]:
    """What one rule finds, and for lack of which facts it could not be judged."""
    answer = one.when.ask(case.facts) if one.when else None
    if answer is not None and answer.holds is False:
        return [], frozenset()
    unsure = answer.missing if answer else frozenset[str]()
    severity, basis = _for_audience(one, case.facts)
    if one.reads_texts:
        if not case.texts:
            return [], frozenset({"texts"})
        # A condition that is not known does not silence a word; it says what could.
        hits = [finding for name in case.texts for finding in _hits(one, name, case, severity)]
        return [replace(finding, basis=basis, unsure=unsure) for finding in hits], frozenset()
    if unsure:
        return [], unsure
    if one.requires:
        if case.held is None:
            return [], frozenset({"records"})
        missing = tuple(name for name in one.requires if name not in case.held)
        return ([Finding(one, OF_SEVERITY[severity], severity, basis=basis, missing=missing)] if missing else []), frozenset()
    return [Finding(one, OF_SEVERITY[severity], severity, basis=basis)], frozenset()


def _for_audience(one: Rule, facts: Facts) -> tuple[str, tuple[Source, ...]]:
    """Severity and basis of a rule for the audience of a case: before certain people other law is cited for the same duty."""
    if facts.get("content.audience") not in PRIVATE or not any(source.law.id == "ad_law" for source in one.sources):
        return one.severity, one.sources
    kept = tuple(source for source in one.sources if source.law.id not in {"ad_law", "internet_ads"} and source.law.kind != "guideline")
    return one.private or one.severity, (*kept, *(Source(laws()[law], article, "full_text") for law, article in PRIVATE_BASIS))


def _hits(one: Rule, name: str, case: _Case, severity: str) -> Iterator[Finding]:
    """Every place in one text where a rule's words stand; a longer hit swallows those inside it."""
    text = case.texts[name]
    spared = [found.span() for found in one.spare.finditer(text.text)] if one.spare else []
    marked: list[tuple[int, int, TermClass | None]] = []
    for words in one.terms:
        marked += [(*found.span(), words) for term in words.terms for found in re.finditer(re.escape(term), text.text)]
    if one.pattern:
        marked += [(*found.span(), None) for found in one.pattern.finditer(text.text)]
    taken: list[tuple[int, int]] = []
    # The class of a term knows more than a pattern, a long term more than a short one.
    for start, end, group in sorted(marked, key=lambda hit: (hit[2] is None, hit[0] - hit[1], hit[0])):
        if _touches(start, end, spared) or _touches(start, end, taken):
            continue
        taken.append((start, end))
        heavy = _weight(severity, group, case.facts)
        span = text.span(start, end)
        yield Finding(one, OF_SEVERITY[heavy], heavy, name, span, case.written[name][slice(*span)], asks=group.asks if group else None)


def _weight(severity: str, group: TermClass | None, facts: Facts) -> str:
    """The severity of a hit: its class's, never heavier than the rule allows for the audience, but blocked where there is no exception."""
    if group is None:
        return severity
    if facts.get("content.category") in group.blocked_in:
        return "block"
    return max(severity, group.severity, key=WEIGHT.__getitem__)


def _touches(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in spans)


def _stale(asked: Iterable[Rule], on: dt.date) -> tuple[Law, ...]:
    """Platform rules behind the rules asked that nobody looked at for 30 days."""
    stood_on = {source.law.id: source.law for one in asked for source in one.sources}
    return tuple(law for law in stood_on.values() if law.checked_on and (on - law.checked_on).days > REGISTER_AGE_DAYS)
