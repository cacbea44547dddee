"""What people read stands in both languages, side by side."""

import ast
import re
from collections.abc import Iterator

from tools.rules.source import Source, Violation

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{2,}")
READ_BY_PEOPLE = ("lianyi.flows", "lianyi.ops", "lianyi.web")
# The name that the first owner has until they choose another: kept, not said.
KEPT = "lianyi.ops.team.services.members"


def half_said(source: Source) -> Iterator[Violation]:
    """A Chinese string has its English beside it: the next argument, `zh` and `en`, the other arm of an if, or both in one string."""
    if not source.within(*READ_BY_PEOPLE) or source.within(KEPT) or ".migrations." in source.module:
        return
    said = {id(part) for node in ast.walk(source.tree) for whole in answered(node) for part in ast.walk(whole)}
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and is_chinese(node) and not LATIN.search(str(node.value)) and id(node) not in said:
            yield Violation(source.path, node.lineno, "half-said", "write the English beside it: Text(zh=..., en=...)")


def answered(node: ast.AST) -> Iterator[ast.AST]:
    """Chinese that has its English beside it, and what nobody reads on a page: documentation, Django's names of tables."""
    if isinstance(node, ast.Call):
        named = {keyword.arg: keyword.value for keyword in node.keywords}
        if {"zh", "en"} <= set(named):
            yield named["zh"]
        yield from (one for one, other in zip(node.args, node.args[1:], strict=False) if is_chinese(one) and not is_chinese(other))
    elif isinstance(node, ast.Dict):
        by_key = {key.value: value for key, value in zip(node.keys, node.values, strict=True) if isinstance(key, ast.Constant)}
        if {"zh", "en"} <= set(by_key):
            yield by_key["zh"]
    elif isinstance(node, ast.IfExp) and is_chinese(node.body) != is_chinese(node.orelse):
        yield node
    elif isinstance(node, ast.Expr | ast.Assign) and is_unread(node):
        yield node.value


def is_unread(statement: ast.Expr | ast.Assign) -> bool:
    """Documentation, or Django's name of a table."""
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Constant)
    return any(isinstance(to, ast.Name) and to.id == "verbose_name" for to in statement.targets)


def is_chinese(node: ast.AST) -> bool:
    """Whether a string of an expression holds Chinese."""
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) and CHINESE.search(part.value) for part in ast.walk(node))
