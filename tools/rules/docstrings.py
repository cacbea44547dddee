"""What others may call says what it does."""

import ast
from collections.abc import Iterator

from tools.rules.source import Source, Violation

BINDING_IN = ("lianyi.kernel", "lianyi.stream", "lianyi.compliance", "lianyi.insight", "lianyi.lab")


def undocumented(source: Source) -> Iterator[Violation]:
    """Modules and public functions and classes of kernel, stream, compliance, insight and lab have a docstring."""
    if not source.within(*BINDING_IN):
        return
    if ast.get_docstring(source.tree) is None:
        yield Violation(source.path, 1, "undocumented", "a module begins with what it is for")
    for node in source.tree.body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and is_bare(node):
            yield Violation(source.path, node.lineno, "undocumented", f"{node.name} is public; its docstring is its reference page")


def is_bare(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    """Whether a definition is public and has no docstring."""
    return not node.name.startswith("_") and ast.get_docstring(node) is None
