"""Which column says what: headings matched to fields, personal columns set aside, with the reason of each decision."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from lianyi.kernel.numbers import sentence
from lianyi.kernel.text import Text, folded, nearest
from lianyi.stream.intake.catalogue import KINDS, Kind, kind
from lianyi.stream.intake.faults import ColumnMissing, KindDiffers, KindUnsure
from lianyi.stream.intake.mapping import IGNORED, Layout, Mapping, layout_of

_UNIT = re.compile(
    r"[(\[](?:元|人民币|rmb|cny|usd|gbp|eur|yuan|¥|￥|\$|£|€|件|个|次|人|%|万元|天|小时|秒|单|条|ms|s|pcs|必填|选填|gbp|in [a-z]{3})[)\]]$|[:：*]$"
)
_READING = Text(zh="识别", en="recognised")


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """What one column is used for.

    field : the canonical field, or "" when it fills none
    way   : plain | pseudonym (a keyed stand-in) | extra (kept in the body under its heading) | none
    why   : said to people when it is not simply used
    """

    heading: str
    position: int
    field: str
    way: str
    why: Text | None = None

    @property
    def shown(self) -> str:
        """What the report says of it."""
        return self.field or (f"body.{self.heading}" if self.way == "extra" else IGNORED)


@dataclass(frozen=True, slots=True)
class Personal:
    """A class of personal columns; see personal.toml."""

    name: str
    key: bool
    says: Text
    headings: frozenset[str]


@cache
def personal() -> tuple[Personal, ...]:
    """The classes of personal columns, member keys first."""
    entries = tomllib.loads(files(__package__).joinpath("personal.toml").read_text(encoding="utf-8"))
    return tuple(Personal(name, e["key"], Text.of(e["says"]), frozenset(folded(h) for h in e["headers"])) for name, e in entries.items())


def names_a_person(heading: str) -> Personal | None:
    """The class of personal column a heading belongs to.

    >>> names_a_person("收货人姓名").name, names_a_person("金额") is None
    ('name', True)
    """
    key = stem(heading)
    for group in personal():
        if group.name != "contains" and key in group.headings:
            return group
    last = personal()[-1]
    return last if any(part in key for part in last.headings) else None


def stem(heading: str) -> str:
    """A heading as compared: folded, and without a unit after it.

    >>> stem("金额（元）"), stem("Qty:")
    ('金额', 'qty')
    """
    key = folded(heading.strip("\ufeff\t '\""))
    return _UNIT.sub("", key) or key


def field_of(heading: str, shape: Kind, layout: Layout | None) -> tuple[str, int] | None:
    """The field a heading stands for and how well it does (0 best); ("ignored", 0) where the layout says so."""
    for key in (folded(heading.strip("\ufeff\t '\"")), stem(heading)):
        if layout is not None and key in layout.columns:
            return layout.columns[key], -1
        if key in shape.by_header:
            return shape.by_header[key]
    return None


def match(
    headings: Sequence[str], shape: Kind, *, mapping: Mapping, keep_personal: Sequence[str], layout: Layout | None
) -> tuple[ColumnUse, ...]:
    """Decide on every column of a file; every heading gets one answer."""
    said = {folded(k): v for k, v in mapping.columns.items()}
    kept = {folded(k) for k in keep_personal}
    claims: list[tuple[int, str, int]] = []
    for i, heading in enumerate(headings):
        if folded(heading) in said:
            if said[folded(heading)] != IGNORED:
                claims.append((-2, said[folded(heading)], i))
            continue
        found = field_of(heading, shape, layout)
        if found is not None and found[0] != IGNORED:
            claims.append((found[1], found[0], i))
    owner: dict[str, int] = {}
    for _, name, i in sorted(claims):
        if name not in owner and name not in mapping.constants:
            owner[name] = i
    uses: dict[int, ColumnUse] = {i: ColumnUse(headings[i], i, name, "plain") for name, i in owner.items()}
    for name, i in owner.items():
        sensitive = names_a_person(headings[i]) if name == "member_id" else None
        if (shape.fields[name].personal or (sensitive and sensitive.key)) and folded(headings[i]) not in kept:
            uses[i] = ColumnUse(headings[i], i, name, "pseudonym", _STAND_IN)
    if "member_id" in shape.fields and "member_id" not in owner and "member_id" not in mapping.constants:
        key = _member_key(headings, set(uses) | {i for i, h in enumerate(headings) if said.get(folded(h)) == IGNORED})
        if key is not None:
            plain = folded(headings[key]) in kept
            uses[key] = ColumnUse(headings[key], key, "member_id", "plain" if plain else "pseudonym", None if plain else _STAND_IN)
    claimed = {i: name for _, name, i in claims}
    return tuple(uses.get(i) or _unused(heading, i, shape, said, kept, claimed.get(i)) for i, heading in enumerate(headings))


_STAND_IN = Text(zh="含个人信息：换成加密代号，不保留原值", en="names a person: replaced by a keyed stand-in, the value is not kept")


def _member_key(headings: Sequence[str], taken: set[int]) -> int | None:
    for group in personal():
        if not group.key:
            continue
        for i, heading in enumerate(headings):
            if i not in taken and stem(heading) in group.headings:
                return i
    return None


def _unused(heading: str, position: int, shape: Kind, said: dict[str, str], kept: set[str], claimed: str | None) -> ColumnUse:
    if said.get(folded(heading)) == IGNORED:
        return ColumnUse(heading, position, "", "none", Text(zh="映射文件指定忽略", en="ignored by the mapping file"))
    if folded(heading) in kept:
        return ColumnUse(heading, position, "", "extra", Text(zh="按要求保留", en="kept as asked"))
    group = names_a_person(heading)
    if group is not None:
        why = sentence("含个人信息（%(what)s），已丢弃", "personal (%(what)s): dropped", what=group.says)
        return ColumnUse(heading, position, "", "none", why)
    if claimed is not None:
        name = shape.fields[claimed].says
        return ColumnUse(heading, position, "", "none", sentence("已有一列表示%(field)s", "another column says %(field)s", field=name))
    if shape.prepare == "events":
        return ColumnUse(heading, position, "", "extra", Text(zh="保留在附加内容中", en="kept in the body"))
    if stem(heading) in shape.unused or folded(heading) in shape.unused:
        return ColumnUse(heading, position, "", "none", Text(zh="评估用不到", en="of no use for evaluation"))
    return ColumnUse(heading, position, "", "none", Text(zh="不认识的列", en="not recognised"))


def require(uses: Sequence[ColumnUse], shape: Kind, mapping: Mapping, *, file: str) -> None:
    """Check that a kind's needs are met.

    Raises KindDiffers when the headings are clearly those of another kind, else ColumnMissing with the nearest heading and a
    snippet for a mapping file.
    """
    have = {u.field for u in uses if u.field} | set(mapping.constants)
    for group in shape.needs:
        if have & set(group):
            continue
        headings = [u.heading for u in uses]
        fields = [shape.fields[name] for name in group]
        needed, columns = " / ".join(f"{f.name}（{f.says.zh}, {f.says.en}）" for f in fields), ", ".join(headings[:40])
        other = _other_kind(headings, mapping)
        if other not in {"", shape.name}:
            raise KindDiffers(path=file, kind=shape.name, needed=needed, other=other, columns=columns)
        aliases = [h for name in group for h in (*shape.fields[name].headers, name)]
        near = next(
            (h for h in headings if nearest(folded(h), [folded(a) for a in aliases]) and not any(u.field for u in uses if u.heading == h)),
            None,
        )
        snippet = f'[columns] "{near or "…"}" = "{group[0]}"'
        raise ColumnMissing(
            path=file,
            kind=shape.name,
            needed=needed,
            columns=columns,
            hint=sentence("“%(near)s”是不是它？", "Is it %(near)s?", near=near) if near else "",
            snippet=snippet,
        )


def _other_kind(headings: Sequence[str], mapping: Mapping) -> str:
    """The kind whose headings these clearly are; "" where that is not so."""
    try:
        return guess_kind(headings, mapping, file="")
    except KindUnsure:
        return ""


def score(cells: Sequence[str], shape: Kind, mapping: Mapping) -> float:
    """How much a row looks like the headings of a kind: headings known, personal and unused ones at half."""
    said = {folded(k) for k in mapping.columns}
    points = 0.0
    for cell in cells:
        if not cell.strip():
            continue
        if folded(cell) in said or field_of(cell, shape, None) is not None:
            points += 1
        elif stem(cell) in shape.unused or names_a_person(cell) is not None:
            points += 0.5
    return points


def guess_kind(headings: Sequence[str], mapping: Mapping, *, file: str) -> str:
    """The kind whose headings these are.

    Raises KindUnsure naming the candidates when none or several fit.
    """
    layout = layout_of({stem(h) for h in headings} | {folded(h) for h in headings}, "auto")
    if layout is not None:
        return layout.kind
    points: dict[str, float] = {}
    for name in KINDS:
        shape = kind(name)
        uses = match(headings, shape, mapping=mapping, keep_personal=(), layout=None)
        have = {u.field for u in uses if u.field}
        if all((have | set(mapping.constants)) & set(group) for group in shape.needs):
            marks = len(have & set(shape.marks))
            points[name] = marks + 0.3 * (len(have) - marks)
    if {"orders", "order_lines"} <= set(points):
        lines = {u.field for u in match(headings, kind("order_lines"), mapping=mapping, keep_personal=(), layout=None)}
        points.pop("orders" if lines & {"price", "line_id"} else "order_lines")
    ranked = sorted(points, key=lambda n: -points[n])
    if not ranked or (len(ranked) > 1 and points[ranked[0]] - points[ranked[1]] < 1):
        near = ranked[:4] or list(KINDS)
        raise KindUnsure(path=file, candidates=", ".join(near), best=near[0])
    return ranked[0]
