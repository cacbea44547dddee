"""A family of invitations as a tree: generations from left to right, each leaf a line, circles as large as what stands behind them."""

from collections.abc import Callable, Sequence
from math import sqrt

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from lianyi.insight.analyse.fission.family import Family, Relative
from lianyi.insight.report.charts.theme import fitted
from lianyi.kernel.text import Text
from lianyi.web.ui.templatetags.words import spoken

LINE, SMALLEST, LARGEST = 22, 4.0, 13.0
LEFT, RIGHT, TOP = 20, 150, 18
MORE = Text(zh="另有 %(n)s 人", en="%(n)s more")
BEHIND = Text(zh="带来 %(invited)s 人，连同其后共 %(below)s 人", en="brought %(invited)s, with all that followed %(below)s")


def tree_svg(family: Family, width: int, name: str, href: Callable[[str], str], *, most: int) -> SafeString:
    """The tree of a family at a width; every circle leads to the family that begins with that member.

    most : members drawn at most, in the family's order, parents before children
    """
    relatives = family.relatives[:most]
    places = laid_out(relatives)
    deepest = max(one.depth for one in relatives)
    step = (width - LEFT - RIGHT) / max(1, deepest)
    largest = max(one.below for one in relatives) or 1
    height = TOP * 2 + LINE * max(1, round(max(places.values())))

    def at(one: Relative) -> tuple[float, float]:
        return LEFT + one.depth * step, TOP + places[one.member] * LINE

    by_name = {one.member: one for one in relatives}
    curves = []
    for one in relatives:
        if one.parent is not None:
            (x1, y1), (x2, y2) = at(by_name[one.parent]), at(one)
            middle = (x1 + x2) / 2
            curves.append((f"M{x1:.1f} {y1:.1f}C{middle:.1f} {y1:.1f} {middle:.1f} {y2:.1f} {x2:.1f} {y2:.1f}",))
    marks = []
    parents = {one.parent for one in relatives}
    for one in relatives:
        x, y = at(one)
        radius = SMALLEST + (LARGEST - SMALLEST) * sqrt(one.below / largest)
        hidden = one.invited - sum(other.parent == one.member for other in relatives)
        label = _label(one, hidden, leaf=one.member not in parents)
        tone = "paid" if one.net_fen > 0 else "unpaid"
        title = f"{one.member} · {BEHIND.say(spoken(), invited=one.invited, below=one.below)}"
        marks.append(
            (href(one.member), title, tone, f"{x:.1f}", f"{y:.1f}", f"{radius:.1f}", f"{x + radius + 6:.1f}", f"{y + 4:.1f}", label)
        )
    return format_html(
        '<svg class="tree {}" viewBox="0 0 {} {}" width="{}" height="{}">{}{}</svg>',
        name,
        width,
        height,
        width,
        height,
        format_html_join("", '<path class="branch" d="{}"/>', curves),
        format_html_join(
            "",
            '<a href="{}" aria-label="{}"><circle class="{}" cx="{}" cy="{}" r="{}"/><text x="{}" y="{}">{}</text></a>',
            marks,
        ),
    )


def laid_out(relatives: Sequence[Relative]) -> dict[str, float]:
    """The line of each member: leaves take the next free one, a parent stands in the middle of its children.

    >>> family = [Relative("a", None, 0, 2, 2, 0, 0), Relative("b", "a", 1, 0, 0, 0, 0), Relative("c", "a", 1, 0, 0, 0, 0)]
    >>> laid_out(family)
    {'b': 0.0, 'c': 1.0, 'a': 0.5}
    """
    children: dict[str, list[str]] = {}
    for one in relatives:
        if one.parent is not None:
            children.setdefault(one.parent, []).append(one.member)
    places: dict[str, float] = {}
    free = 0.0
    # Depth first without recursion: a family may be deeper than Python's stack.
    waiting = [(relatives[0].member, False)]
    while waiting:
        member, seen = waiting.pop()
        mine = children.get(member, [])
        if not mine:
            places[member] = free
            free += 1
        elif seen:
            places[member] = (places[mine[0]] + places[mine[-1]]) / 2
        else:
            waiting.append((member, True))
            waiting += [(child, False) for child in reversed(mine)]
    return places


def _label(one: Relative, hidden: int, *, leaf: bool) -> str:
    if not leaf and one.depth:
        return ""
    name = fitted(one.member, 96)
    if one.depth == 0:
        return ""
    return f"{name} · {MORE.say(spoken(), n=hidden)}" if hidden else name
