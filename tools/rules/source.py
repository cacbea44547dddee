"""A source file as the rules see it."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file.

    path   : where it is
    module : dotted name below the folder that was given, such as lianyi.kernel.text; a package by its own name
    """

    path: Path
    module: str
    tree: ast.Module

    def within(self, *packages: str) -> bool:
        """Whether the module is one of these packages or inside one."""
        return any(self.module == package or self.module.startswith(package + ".") for package in packages)


@dataclass(frozen=True, slots=True, order=True)
class Violation:
    """One line that breaks a rule, and what to do about it."""

    path: Path
    line: int
    rule: str
    advice: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.rule}: {self.advice}"


def read(path: Path, top: Path) -> Source:
    """Parse one file; its module name is counted from `top`."""
    parts = list(path.relative_to(top).with_suffix("").parts)
    if parts[-1] == "__init__":
        parts.pop()
    return Source(path, ".".join(parts), ast.parse(path.read_text(encoding="utf-8"), filename=str(path)))


def read_tree(top: Path) -> Iterator[Source]:
    """Every Python file below a folder, in order."""
    for path in sorted(top.rglob("*.py")):
        yield read(path, top)


def imported_names(tree: ast.Module) -> dict[str, str]:
    """What each imported name of a file stands for: `import datetime as dt` gives dt -> datetime."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.partition(".")[0]] = alias.name if alias.asname else alias.name.partition(".")[0]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def dotted(node: ast.expr, names: dict[str, str]) -> str | None:
    """The full name of an attribute chain, through the file's imports; None for anything that is not a plain chain."""
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, names)
        return f"{before}.{node.attr}" if before else None
    return None
