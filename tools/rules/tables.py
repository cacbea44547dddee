"""An app's tables are its own: others may hold its rows, and ask its selectors and services for them."""

import ast
import re
from collections.abc import Iterator

from tools.rules.source import Source, Violation, dotted, imported_names

OPS = re.compile(r"(lianyi\.ops\.\w+)\.(?:\w+\.)*[A-Z]\w*\.(objects|_base_manager|_default_manager)")


def foreign_table(source: Source) -> Iterator[Violation]:
    """Nobody outside an app of ops queries its tables, whichever module the model's name came from."""
    names = imported_names(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Attribute):
            found = OPS.fullmatch(dotted(node, names) or "")
            if found and not source.within(found[1]):
                yield Violation(source.path, node.lineno, "foreign-table", f"ask the selectors or services of {found[1]}")
