"""Law and platform rules as data, and the engine that reads them. It never says that something is legal.

    check("campaign", facts, on=date) -> Verdict

A verdict lists what is blocked, what needs evidence or rewording, what is advice, and what could not be judged because a fact is missing.
"""

from lianyi.compliance.channels import Use, use_of
from lianyi.compliance.register import Rule, rule, rules
from lianyi.compliance.verdict import Claim, Finding, Verdict, check

__all__ = ["Claim", "Finding", "Rule", "Use", "Verdict", "check", "rule", "rules", "use_of"]
