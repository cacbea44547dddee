"""Sentences for people are templates with named placeholders, the same in both languages."""

import ast
import re
from collections.abc import Iterator

from tools.rules.source import Source, Violation, dotted, imported_names

NAMED = re.compile(r"%\((\w+)\)([#0\- +]*\d*(?:\.\d+)?[sdifgeFGEr])?")
ANONYMOUS = re.compile(r"%[sdrf](?![A-Za-z])")
SENTENCES = {"message", "remedy"}
LANGUAGES = {"zh", "en"}


# The one place that fills placeholders and makes a Text of the result.
FILLS = "lianyi.kernel.numbers"


def assembled_text(source: Source) -> Iterator[Violation]:
    """A Text, a message or a remedy is never put together by the caller: placeholders are filled where it is said."""
    if source.within(FILLS):
        return
    for line, sentence, joined in sentences(source.tree):
        if is_assembled(sentence, joined=joined):
            yield Violation(
                source.path, line, "assembled-text", "write %(name)s in it and hand the value over: Text.say, or kernel.numbers.sentence"
            )


def wrong_placeholders(source: Source) -> Iterator[Violation]:
    """Both languages name the same placeholders; each has a name and, in a sentence, a value; a percent sign beside one is doubled."""
    names = imported_names(source.tree)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call) and is_text(node, names):
            filled = None
        elif isinstance(node, ast.Call) and is_sentence(node, names):
            filled = {keyword.arg for keyword in node.keywords} - LANGUAGES
        else:
            continue
        for fault in faults_of(wordings_of(node), filled):
            yield Violation(source.path, node.lineno, "wrong-placeholders", fault)


def wordings_of(call: ast.Call) -> dict[str, str]:
    """The wordings that a call states as plain strings, by language."""
    stated = dict(zip(("zh", "en"), call.args, strict=False)) | {
        keyword.arg: keyword.value for keyword in call.keywords if keyword.arg in LANGUAGES
    }
    return {
        str(language): value.value for language, value in stated.items() if isinstance(value, ast.Constant) and isinstance(value.value, str)
    }


def faults_of(wordings: dict[str, str], filled: set[str | None] | None) -> Iterator[str]:
    """What is wrong with the wordings of one Text; `filled` names the values handed over, None where that happens later."""
    for wording in wordings.values():
        fault = fault_of(wording, always_filled=filled is not None)
        if fault:
            yield fault
    asked = {language: {found[1] for found in NAMED.finditer(wording)} for language, wording in wordings.items()}
    if len(asked) == len(LANGUAGES) and asked["zh"] != asked["en"]:
        yield f"only one language names {', '.join(sorted(asked['zh'] ^ asked['en']))}"
    elif asked and filled is not None and None not in filled:
        missing = set.union(*asked.values()) - filled
        if missing:
            yield f"no value is handed over for {', '.join(sorted(missing))}"


def fault_of(wording: str, *, always_filled: bool = False) -> str | None:
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
    if (named or always_filled) and "%" in rest.replace("%%", ""):
        return "a percent sign beside placeholders is written %%"
    if not named and not always_filled and "%%" in rest:
        return "without a placeholder a percent sign is written once"
    return None


def sentences(tree: ast.Module) -> Iterator[tuple[int, ast.expr, bool]]:
    """Every expression that becomes a sentence: its line, itself, and whether clauses may be joined there before they are filled.

    Arguments of Text(...) and of sentence(...), and what message and remedy are set to.
    """
    names = imported_names(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and is_text(node, names):
            for argument in [*node.args, *(keyword.value for keyword in node.keywords)]:
                yield node.lineno, argument, False
        elif isinstance(node, ast.Call) and is_sentence(node, names):
            for argument in [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg in LANGUAGES)]:
                yield node.lineno, argument, True
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Name) and target.id in SENTENCES for target in targets):
                yield node.lineno, node.value, False


def is_text(call: ast.Call, names: dict[str, str]) -> bool:
    """Whether a call makes a Text."""
    return (dotted(call.func, names) or "").endswith("kernel.text.Text")


def is_sentence(call: ast.Call, names: dict[str, str]) -> bool:
    """Whether a call fills a sentence in both languages."""
    return (dotted(call.func, names) or "").endswith("kernel.numbers.sentence")


def is_assembled(sentence: ast.expr, *, joined: bool) -> bool:
    """Whether an expression glues a sentence together: an f-string with a value in it, % or .format(), and + unless `joined` allows it."""
    if isinstance(sentence, ast.JoinedStr):
        return any(isinstance(part, ast.FormattedValue) for part in sentence.values)
    if isinstance(sentence, ast.BinOp):
        return isinstance(sentence.op, ast.Mod) or (isinstance(sentence.op, ast.Add) and not joined)
    return isinstance(sentence, ast.Call) and isinstance(sentence.func, ast.Attribute) and sentence.func.attr == "format"
