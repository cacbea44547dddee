"""Errors are not swallowed."""

import ast
from collections.abc import Iterator

from tools.rules.source import Source, Violation, dotted, imported_names

EVERYTHING = {"Exception", "BaseException", "builtins.Exception", "builtins.BaseException"}


def silent_except(source: Source) -> Iterator[Violation]:
    """No bare except, and no catching of everything that then does nothing."""
    names = imported_names(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ExceptHandler):
            if node.type is None:
                yield Violation(
                    source.path, node.lineno, "silent-except", "a bare except also catches an interrupt; name what may go wrong"
                )
            elif catches_everything(node.type, names) and all(does_nothing(statement) for statement in node.body):
                yield Violation(source.path, node.lineno, "silent-except", "name what may go wrong, and say what was done about it")
        elif isinstance(node, ast.Call) and suppresses_everything(node, names):
            yield Violation(source.path, node.lineno, "silent-except", "suppress only what is named")


def suppresses_everything(call: ast.Call, names: dict[str, str]) -> bool:
    """Whether a call is contextlib.suppress of every error."""
    return dotted(call.func, names) == "contextlib.suppress" and any(catches_everything(argument, names) for argument in call.args)


def catches_everything(caught: ast.expr, names: dict[str, str]) -> bool:
    """Whether an except clause's expression covers every error."""
    kinds = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(dotted(kind, names) in EVERYTHING for kind in kinds)


def does_nothing(statement: ast.stmt) -> bool:
    """Whether a statement is pass, continue, a bare return, or a constant such as `...`."""
    if isinstance(statement, ast.Return):
        return statement.value is None or (isinstance(statement.value, ast.Constant) and statement.value.value is None)
    return isinstance(statement, ast.Pass | ast.Continue) or (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant))
