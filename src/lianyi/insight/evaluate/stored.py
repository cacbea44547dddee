"""An evaluation back from its JSON, so that a report can be made again without computing anything."""

import dataclasses
import types
import typing
from collections.abc import Mapping
from typing import Any, cast

from lianyi.insight.evaluate.result import SCHEMA, Evaluation, Statement
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import LANGUAGES, Text


class NotAnEvaluation(BadInput):
    """A file is not an evaluation of this program, or of a shape it does not know."""

    code = "not_an_evaluation"
    message = Text(zh="这不是能读的评估结果：%(why)s。", en="This is no evaluation that can be read: %(why)s.")
    remedy = Text(
        zh="给出 lianyi evaluate 写的 evaluation.json；旧版本写的请重新评估。",
        en="Name an evaluation.json written by lianyi evaluate; evaluate again if an older version wrote it.",
    )


def from_json(raw: Mapping[str, Any]) -> Evaluation:
    """The evaluation whose `to_json` gave this; nothing is computed, missing fields with a default take it.

    Raises NotAnEvaluation for another schema, an unknown key or a value of the wrong kind, naming where.
    """
    if not isinstance(raw, Mapping) or raw.get("schema") != SCHEMA:
        raise NotAnEvaluation(why=f"schema {raw.get('schema') if isinstance(raw, Mapping) else None!r}, {SCHEMA} wanted")
    return cast("Evaluation", _object({key: value for key, value in raw.items() if key != "schema"}, Evaluation, "evaluation"))


def _object(raw: Any, kind: type[Any], where: str) -> Any:
    if not isinstance(raw, Mapping):
        raise NotAnEvaluation(why=f"{where}: {type(raw).__name__}")
    fields = {field.name: field for field in dataclasses.fields(kind)}
    unknown = sorted(set(raw) - set(fields))
    if unknown:
        raise NotAnEvaluation(why=f"{where}.{unknown[0]}")
    lacking = [name for name, field in fields.items() if name not in raw and field.default is dataclasses.MISSING]
    if lacking:
        raise NotAnEvaluation(why=f"{where}.{lacking[0]}: –")
    hints = typing.get_type_hints(kind)
    return kind(**{name: _value(value, hints[name], f"{where}.{name}") for name, value in raw.items()})


def _value(raw: Any, kind: Any, where: str) -> Any:
    origin, inside = typing.get_origin(kind), typing.get_args(kind)
    if kind is Any:
        return _free(raw)
    if origin in (typing.Union, types.UnionType):
        return _either(raw, inside, where)
    if origin is tuple:
        return _tuple(raw, inside, where)
    if origin is dict:
        if not isinstance(raw, Mapping):
            raise NotAnEvaluation(why=f"{where}: {type(raw).__name__}")
        return {key: _value(value, inside[1], f"{where}.{key}") for key, value in raw.items()}
    if kind is Text:
        return _text(raw, where)
    if dataclasses.is_dataclass(kind):
        return _object(raw, cast("type[Any]", kind), where)
    wanted = (int, float) if kind is float else kind
    if not isinstance(raw, wanted) or (isinstance(raw, bool) and kind is not bool):
        raise NotAnEvaluation(why=f"{where}: {type(raw).__name__}")
    return raw


def _either(raw: Any, kinds: tuple[Any, ...], where: str) -> Any:
    if raw is None:
        if type(None) in kinds:
            return None
        raise NotAnEvaluation(why=f"{where}: –")
    faults: list[NotAnEvaluation] = []
    for kind in kinds:
        if kind is not type(None):
            try:
                return _value(raw, kind, where)
            except NotAnEvaluation as fault:
                faults.append(fault)
    raise faults[0]


def _tuple(raw: Any, inside: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(raw, list | tuple):
        raise NotAnEvaluation(why=f"{where}: {type(raw).__name__}")
    if len(inside) == 2 and inside[1] is Ellipsis:
        return tuple(_value(item, inside[0], f"{where}[{i}]") for i, item in enumerate(raw))
    if len(raw) != len(inside):
        raise NotAnEvaluation(why=f"{where}: {len(raw)} ≠ {len(inside)}")
    return tuple(_value(item, kind, f"{where}[{i}]") for i, (item, kind) in enumerate(zip(raw, inside, strict=True)))


def _text(raw: Any, where: str) -> Text:
    if not isinstance(raw, Mapping) or not set(LANGUAGES) <= set(raw) <= {*LANGUAGES, "rests_on"}:
        raise NotAnEvaluation(why=f"{where}: zh, en")
    if "rests_on" in raw:
        return Statement(raw["zh"], raw["en"], tuple(raw["rests_on"]))
    return Text(zh=raw["zh"], en=raw["en"])


def _free(raw: Any) -> Any:
    """A cell of a row: a text where it is one, else as it stands."""
    if isinstance(raw, Mapping) and set(raw) == set(LANGUAGES):
        return Text(zh=raw["zh"], en=raw["en"])
    return raw
