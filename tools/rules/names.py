"""Names of modules, and what the kernel may import."""

import ast
import sys
from collections.abc import Iterator

from tools.rules.source import Source, Violation

# Names under which anything can be put, so that in the end everything is.
BANNED = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "data", "info"}


def banned_module_name(source: Source) -> Iterator[Violation]:
    """A module is named for its subject."""
    name = source.module.rpartition(".")[2].strip("_")
    if name in BANNED:
        yield Violation(source.path, 1, "banned-module-name", f"{name} says nothing; name the module for its one subject (GLOSSARY.md)")


def kernel_stands_alone(source: Source) -> Iterator[Violation]:
    """The kernel imports the standard library and itself, nothing else."""
    if not source.within("lianyi.kernel"):
        return
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or ""] if not node.level else []
        else:
            continue
        for module in modules:
            if module.partition(".")[0] not in sys.stdlib_module_names and not module.startswith("lianyi.kernel"):
                yield Violation(source.path, node.lineno, "kernel-stands-alone", f"{module} is not in the standard library")
