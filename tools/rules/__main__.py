"""python -m tools.rules FOLDER: prints every violation, and fails when there is one."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from tools.rules.clock import hidden_clock
from tools.rules.docstrings import undocumented
from tools.rules.faults import silent_except
from tools.rules.languages import half_said
from tools.rules.names import banned_module_name, kernel_stands_alone
from tools.rules.source import Source, Violation, read_tree
from tools.rules.tables import foreign_table
from tools.rules.texts import assembled_text, wrong_placeholders

Rule = Callable[[Source], Iterator[Violation]]
RULES: tuple[Rule, ...] = (
    banned_module_name,
    kernel_stands_alone,
    silent_except,
    hidden_clock,
    undocumented,
    assembled_text,
    wrong_placeholders,
    half_said,
    foreign_table,
)


def violations(top: Path) -> list[Violation]:
    """Every violation below a folder, by file and line."""
    return sorted(violation for source in read_tree(top) for rule in RULES for violation in rule(source))


def main(folders: list[str]) -> int:
    """Check folders; 1 when a rule is broken."""
    found = [violation for folder in folders for violation in violations(Path(folder))]
    for violation in found:
        print(violation)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ["src"]))
