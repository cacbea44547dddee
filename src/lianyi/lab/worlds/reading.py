"""Reading a world from its file: closed keys, types and ranges checked, and a fault that says where."""

import tomllib
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from lianyi.kernel.clock import parse_day
from lianyi.kernel.errors import BadInput, LianyiError, UnknownName
from lianyi.kernel.text import Text
from lianyi.lab.worlds.world import CHANNELS, DRIFTS, MECHANICS, World


class WorldUnreadable(BadInput):
    """A world's file cannot be used."""

    code = "world_unreadable"
    message = Text(zh="世界 %(world)s 无法使用，%(where)s：%(why)s", en="The world %(world)s cannot be used, %(where)s: %(why)s")
    remedy = Text(zh="参照内置的世界改正该文件。", en="Mend the file after the built-in worlds.")


def world_names() -> list[str]:
    """The built-in worlds.

    >>> "null" in world_names()
    True
    """
    return sorted(entry.name.removesuffix(".toml") for entry in files(__package__).iterdir() if entry.name.endswith(".toml"))


def read_world(name: str) -> World:
    """A built-in world by its name, or one from a file by its path (ending in .toml).

    Raises UnknownName, or WorldUnreadable with the entry at fault.
    >>> read_world("null").campaigns
    ()
    """
    if name.endswith(".toml"):
        path = Path(name)
        try:
            text, known = path.read_text(encoding="utf-8"), path.stem
        except (OSError, UnicodeDecodeError) as fault:
            raise WorldUnreadable(world=name, where="file", why=str(fault)) from None
    elif name in world_names():
        text, known = files(__package__).joinpath(f"{name}.toml").read_text(encoding="utf-8"), name
    else:
        raise UnknownName(what="world", given=name, allowed=world_names())
    try:
        entries = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        raise WorldUnreadable(world=name, where="file", why=str(fault)) from None
    world: World = _built(World, {"name": known, **entries}, name, "")
    _check(world, name)
    return world


def _built(shape: type, entry: object, world: str, where: str) -> Any:
    """An instance of a frozen dataclass from a table of keys."""
    if not isinstance(entry, Mapping):
        raise WorldUnreadable(world=world, where=where, why="is not a table of keys")
    hints = get_type_hints(shape)
    unknown = sorted(set(entry) - set(hints))
    if unknown:
        near = UnknownName(what="key", given=unknown[0], allowed=list(hints)).say("en")
        raise WorldUnreadable(world=world, where=where or "top", why=near)
    values = {key: _value(hints[key], given, world, f"{where}.{key}".strip(".")) for key, given in entry.items()}
    needed = {f.name for f in fields(shape)} - set(values)
    try:
        return shape(**values)
    except TypeError:
        raise WorldUnreadable(world=world, where=where or "top", why=f"lacks one of {', '.join(sorted(needed))}") from None


def _value(kind: Any, given: object, world: str, where: str) -> Any:
    if isinstance(kind, types.UnionType):
        kind = next(arm for arm in get_args(kind) if arm is not type(None))
    origin = get_origin(kind)
    if kind is Text and isinstance(given, Mapping):
        try:
            return Text.of(given)
        except ValueError as fault:
            raise WorldUnreadable(world=world, where=where, why=str(fault)) from None
    if is_dataclass(kind) and isinstance(kind, type):
        return _built(kind, given, world, where)
    if origin is tuple and isinstance(given, list):
        return tuple(_value(get_args(kind)[0], one, world, f"{where}[{n}]") for n, one in enumerate(given))
    if origin is dict and isinstance(given, Mapping):
        return {key: _value(get_args(kind)[1], one, world, f"{where}.{key}") for key, one in given.items()}
    if kind is float and type(given) is int:
        return float(given)
    if isinstance(kind, type) and type(given) is kind:
        return given
    raise WorldUnreadable(world=world, where=where, why=f"{given!r} is not of the kind {getattr(kind, '__name__', kind)}")


def _check(world: World, name: str) -> None:
    """What the types do not say: shares within 0 and 1, known words, distinct names."""

    def refuse(where: str, why: str) -> None:
        raise WorldUnreadable(world=name, where=where, why=why)

    parts: tuple[Any, ...] = (
        world.people,
        world.buying,
        world.circles,
        world.contents,
        world.influence,
        world.ads,
        world.partners,
        world.nuisances,
        *world.campaigns,
    )
    for part in parts:
        for f in fields(part):
            if f.name.endswith("_share") and not 0 <= getattr(part, f.name) <= 1:
                refuse(f"{type(part).__name__.lower()}.{f.name}", "is not between 0 and 1")
    for channel in world.influence.weights:
        if channel not in CHANNELS:
            refuse("influence.weights", UnknownName(what="channel", given=channel, allowed=list(CHANNELS)).say("en"))
    for campaign in world.campaigns:
        if campaign.mechanic not in MECHANICS:
            refuse(f"campaign {campaign.id}", UnknownName(what="mechanic", given=campaign.mechanic, allowed=list(MECHANICS)).say("en"))
        if not 0 <= campaign.partner <= world.partners.number:
            refuse(f"campaign {campaign.id}", "its partner is none of the world's")
    for drift in world.drifts:
        if drift.what not in DRIFTS:
            refuse(f"drift {drift.id}", UnknownName(what="drift", given=drift.what, allowed=list(DRIFTS)).say("en"))
        if drift.platform and drift.platform not in world.people.platforms:
            refuse(f"drift {drift.id}", "its platform is none of the world's")
    names = [*(one.id for one in world.campaigns), *(one.id for one in world.drifts)]
    if len(names) != len(set(names)):
        refuse("campaigns and drifts", "a name is used twice")
    try:
        parse_day(world.start)
    except LianyiError as fault:
        refuse("start", fault.say("en"))
