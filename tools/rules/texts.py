"""Sentences for people are templates with named placeholders, the same in both languages."""

import ast
import re
from collections.abc import Iterator

from tools.rules.source import Source, Violation, dotted, imported_names

NAMED = re.compile(r"%\((\w+)\)([#0\- +]*\d*(?:\.\d+)?[sdifgeFGEr])?")
ANONYMOUS = re.compile(r"%[sdrf](?![A-Za-z])")
SENTENCES = {"message", "remedy"}


def assembled_text(source: Source) -> Iterator[Violation]:
    """A Text, a message or a remedy is never put together by the caller: placeholders are filled where it is said."""
    for line, sentence in sentences(source.tree):
        if is_assembled(sentence):
            yield Violation(source.path, line, "assembled-text", "write %(name)s in the sentence and hand the value over when it is said")


def wrong_placeholders(source: Source) -> Iterator[Violation]:
    """Both languages of a Text name the same placeholders; each has a name; a percent sign beside one is doubled."""
    names = imported_names(source.tree)
    for node in ast.walk(source.tree):
        if not isinstance(node, ast.Call) or not is_text(node, names):
            continue
        wordings = {
            keyword.arg: keyword.value.value
            for keyword in node.keywords
            if isinstance(keyword.value, ast.Constant) and isinstance(keyword.value.value, str)
        }
        for wording in wordings.values():
            fault = fault_of(wording)
            if fault:
                yield Violation(source.path, node.lineno, "wrong-placeholders", fault)
        if {"zh", "en"} <= set(wordings):
            differing = {found[1] for found in NAMED.finditer(wordings["zh"])} ^ {found[1] for found in NAMED.finditer(wordings["en"])}
            if differing:
                yield Violation(source.path, node.lineno, "wrong-placeholders", f"only one language names {', '.join(sorted(differing))}")


def fault_of(wording: str) -> str | None:
    """What is wrong with the placeholders of one sentence, or None.

    >>> fault_of("%(n)s of %(all)s, 5%% off"), fault_of("within 5% of it")
    (None, None)
    >>> fault_of("%(n)s, 5% off")
    'a percent sign beside placeholders is written %%'
    """
    named = list(NAMED.finditer(wording))
    rest = NAMED.sub("", wording)
    if any(found[2] is None for found in named):
        return "a placeholder ends in a conversion: %(rows)s, not %(rows)"
    if ANONYMOUS.search(rest.replace("%%", "")):
        return "a placeholder has a name: %(rows)s, not %s"
    if named and "%" in rest.replace("%%", ""):
        return "a percent sign beside placeholders is written %%"
    if not named and "%%" in rest:
        return "without a placeholder a percent sign is written once"
    return None


def sentences(tree: ast.Module) -> Iterator[tuple[int, ast.expr]]:
    """Every expression that becomes a sentence, with its line: arguments of Text(...), and what message and remedy are set to."""
    names = imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_text(node, names):
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield node.lineno, argument
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in SENTENCES for target in targets):
                yield node.lineno, node.value


def is_text(call: ast.Call, names: dict[str, str]) -> bool:
    """Whether a call makes a Text."""
    return (dotted(call.func, names) or "").endswith("kernel.text.Text")


def is_assembled(sentence: ast.expr) -> bool:
    """Whether an expression glues a sentence together: an f-string with a value in it, %, + or .format()."""
    if isinstance(sentence, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in sentence.values)
    if isinstance(sentence, ast.BinOp):
        return isinstance(sentence.op, ast.Mod | ast.Add)
    return isinstance(sentence, ast.Call) and isinstance(sentence.func, ast.Attribute) and sentence.func.attr == "format"
