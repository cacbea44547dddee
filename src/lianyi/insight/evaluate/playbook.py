"""From findings to suggestions, through the playbook data file."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lianyi.insight.evaluate.result import SEVERITIES, Finding, Suggestion
from lianyi.kernel.text import Text

KEYS = {"for", "action", "why", "owner", "effort", "measure", "due_days"}
MOST = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One action of the playbook and the finding kinds it answers."""

    id: str
    kinds: tuple[str, ...]
    action: Text
    why: Text
    owner: Text
    effort: str
    measure: str
    due_days: int


@cache
def entries() -> tuple[Entry, ...]:
    """The whole playbook; ValueError names the entry that is malformed."""
    found = []
    for name, entry in tomllib.loads(files(__package__).joinpath("playbook.toml").read_text(encoding="utf-8")).items():
        if set(entry) != KEYS:
            raise ValueError(f"playbook.toml [{name}]: needs exactly {', '.join(sorted(KEYS))}")
        if entry["effort"] not in ("low", "medium", "high"):
            raise ValueError(f"playbook.toml [{name}]: effort is low, medium or high")
        found.append(
            Entry(
                name,
                tuple(entry["for"]),
                Text.of(entry["action"]),
                Text.of(entry["why"]),
                Text.of(entry["owner"]),
                entry["effort"],
                entry["measure"],
                entry["due_days"],
            )
        )
    return tuple(found)


def suggest(findings: Sequence[Finding], *, most: int = MOST) -> tuple[Suggestion, ...]:
    """At most `most` actions for the findings, those with the most money and the worst findings first, one an entry."""
    ranked = []
    for entry in entries():
        reasons = [f for f in findings if f.kind in entry.kinds]
        if not reasons:
            continue
        at_stake = [f.money_at_stake for f in reasons if f.money_at_stake is not None]
        worst = min(SEVERITIES.index(f.severity) for f in reasons)
        money = max(map(abs, at_stake)) if at_stake else None
        suggestion = Suggestion(
            id=entry.id,
            finding_ids=tuple(f.id for f in reasons),
            action=entry.action,
            why=entry.why,
            owner=entry.owner,
            effort=entry.effort,
            measure=entry.measure,
            due_days=entry.due_days,
            money_at_stake=money,
        )
        ranked.append(((worst, -(money or 0)), suggestion))
    return tuple(suggestion for _, suggestion in sorted(ranked, key=lambda pair: pair[0])[:most])
