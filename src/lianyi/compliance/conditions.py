"""Conditions of rules: a small part of Python's own expressions over named facts, with a third answer, "not known".

    campaign.is_chance_draw and campaign.top_prize_fen > 5_000_000
    empty(price.reference_basis)             the fact is known and there is nothing in it
    matches(content.text, '调查显示')         a pattern occurs in the normalised text
    overlaps(campaign.channels, ['wechat_moments'])

A fact that was not stated is neither true nor false: the condition is then decided by the rest, or is itself not known, and says for lack of what.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from lianyi.compliance.fields import fields
from lianyi.compliance.wording import normalised
from lianyi.kernel.errors import LianyiError

Value = str | int | float | bool | None | tuple[str, ...] | list[str]
Facts = Mapping[str, Value]
COMPARES: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
    ast.NotIn: "not in",
}
FUNCTIONS = {"empty": 1, "matches": 2, "overlaps": 2}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a condition says about a case.

    holds   : True, False, or None when it is not known
    missing : the facts for lack of which it is not known; empty otherwise
    """

    holds: bool | None
    missing: frozenset[str] = frozenset()


TRUE, FALSE = Answer(holds=True), Answer(holds=False)


@dataclass(frozen=True, slots=True)
class Condition:
    """A parsed condition. `fields` are the facts it may ask for."""

    text: str
    tree: ast.expr
    fields: frozenset[str]

    def ask(self, facts: Facts) -> Answer:
        """The answer for a case.

        facts : fact name -> value; a fact that is absent is not known, one that is None, "" or empty is known to be empty
        >>> rule = parse("campaign.is_chance_draw and campaign.top_prize_fen > 5_000_000")
        >>> rule.ask({"campaign.is_chance_draw": True, "campaign.top_prize_fen": 6_000_000}).holds
        True
        >>> rule.ask({"campaign.is_chance_draw": False}).holds
        False
        >>> sorted(rule.ask({"campaign.is_chance_draw": True}).missing)
        ['campaign.top_prize_fen']
        """
        return _ask(self.tree, facts)


def parse(text: str) -> Condition:
    """A condition from its text.

    Raises ValueError for anything but the few expressions above, an unknown fact, a word outside a fact's choices, or a broken pattern.
    """
    try:
        tree = ast.parse(text, mode="eval").body
    except SyntaxError as fault:
        raise ValueError(f"{text!r} is no condition: {fault.msg}") from None
    try:
        _check(tree)
    except (LianyiError, re.error) as fault:
        raise ValueError(str(fault)) from None
    return Condition(text, tree, frozenset(_names(tree)))


def _names(node: ast.AST) -> Iterator[str]:
    """The facts that an expression names."""
    for part in ast.walk(node):
        if isinstance(part, ast.Attribute):
            yield _fact(part)


def _fact(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
        return f"{node.value.id}.{node.attr}"
    raise ValueError(f"{ast.unparse(node)} is no fact: write subject.name")


def _check(node: ast.expr) -> None:
    """Refuse what is not a condition."""
    match node:
        case ast.BoolOp():
            for part in node.values:
                _check(part)
        case ast.UnaryOp(op=ast.Not()):
            _check(node.operand)
        case ast.Attribute():
            if fields().of(_fact(node)).kind != "flag":
                raise ValueError(f"{_fact(node)} is no flag: compare it with something")
        case ast.Compare(ops=[op], comparators=[right]) if type(op) in COMPARES:
            _check_sides(node.left, right)
        case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]) if FUNCTIONS.get(name) == len(arguments):
            first = fields().of(_fact(arguments[0]))
            if name == "matches":
                re.compile(str(_literal(arguments[1])))
            elif name == "overlaps":
                first.check(_literal(arguments[1]))
        case _:
            raise ValueError(f"{ast.unparse(node)} is not part of a condition")


def _check_sides(left: ast.expr, right: ast.expr) -> None:
    """One side is a fact; words on the other side are among its choices."""
    for side, other in ((left, right), (right, left)):
        if isinstance(side, ast.Attribute):
            kind = fields().of(_fact(side))
            if not isinstance(other, ast.Attribute):
                kind.check(_literal(other))
            return
    raise ValueError(f"{ast.unparse(left)} and {ast.unparse(right)}: one side must be a fact")


def _literal(node: ast.expr) -> Value:
    value: object = ast.literal_eval(node)
    if isinstance(value, str | int | float | bool):
        return value
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return tuple(value)
    raise ValueError(f"{ast.unparse(node)} is no word, number or list of words")


def _ask(node: ast.expr, facts: Facts) -> Answer:
    match node:
        case ast.BoolOp(op=ast.And()):
            return _both([_ask(part, facts) for part in node.values])
        case ast.BoolOp():
            return _not(_both([_not(_ask(part, facts)) for part in node.values]))
        case ast.UnaryOp():
            return _not(_ask(node.operand, facts))
        case ast.Attribute():
            name = _fact(node)
            return Answer(bool(facts[name])) if name in facts else Answer(None, frozenset({name}))
        case ast.Compare():
            return _compare(node, facts)
        case ast.Call():
            return _call(node, facts)
    raise AssertionError(ast.dump(node))  # parse lets nothing else through


def _both(answers: list[Answer]) -> Answer:
    """And, over three answers: false decides; else what is missing, if anything is."""
    if any(answer.holds is False for answer in answers):
        return FALSE
    missing = frozenset[str]().union(*(answer.missing for answer in answers))
    return Answer(None, missing) if missing else TRUE


def _not(answer: Answer) -> Answer:
    return Answer(None if answer.holds is None else not answer.holds, answer.missing)


def _call(node: ast.Call, facts: Facts) -> Answer:
    name = _fact(node.args[0])
    if name not in facts:
        return Answer(None, frozenset({name}))
    value = facts[name]
    function = ast.unparse(node.func)
    if function == "empty":
        return Answer(value is None or value in ("", (), []))
    literal = _literal(node.args[1])
    if function == "matches":
        return Answer(re.search(str(literal), normalised(str(value or "")).text) is not None)
    return Answer(bool(set(_words(value)) & set(_words(literal))))


def _compare(node: ast.Compare, facts: Facts) -> Answer:
    sides = []
    missing: set[str] = set()
    for side in (node.left, node.comparators[0]):
        if isinstance(side, ast.Attribute):
            name = _fact(side)
            if name not in facts:
                missing.add(name)
            sides.append(facts.get(name))
        else:
            sides.append(_literal(side))
    if missing:
        return Answer(None, frozenset(missing))
    return Answer(_compared(COMPARES[type(node.ops[0])], *sides))


def _compared(operator: str, left: Value, right: Value) -> bool:
    """One comparison of known values; an empty number compares as neither larger nor smaller."""
    match operator:
        case "==":
            return left == right
        case "!=":
            return left != right
        case "in":
            return left in _words(right)
        case "not in":
            return left not in _words(right)
    if not isinstance(left, int | float) or not isinstance(right, int | float):
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]


def _words(value: Value) -> tuple[object, ...]:
    return tuple(value) if isinstance(value, tuple | list) else () if value is None else (value,)
