"""Numbers of a page that lead nowhere: written in prose, and neither pressed nor linked to what they rest on."""

from lianyi.insight.report.prose import numbers
from tests.insight.report.reading import Node

HOLDS = {"style", "svg", "table", "pre", "nav", "footer", "header", "title", "time", "data", "code", "dt"}
"""Tables, queries and pictures are the evidence itself; a figure in `data` stands in a card that leads to it; header and footer name days."""
PASSED = {"rule", "terms", "plan", "basis", "tag", "cites", "rank", "ref", "skip", "facts-line", "num", "stake", "term"}
"""Rules of counting and plans hold no results; n and interval stand with the statement they belong to; a term is what is defined; the others are ways to the evidence."""


def unbound(page: Node) -> list[str]:
    """Every stretch of prose that holds a number without a way to what it rests on, with that number."""
    found: list[str] = []
    _look(page, found, linked=False)
    return found


def _look(node: Node, found: list[str], *, linked: bool) -> None:
    classes = set(node.attributes.get("class", "").split())
    if node.tag in HOLDS or classes & PASSED or _names_a_chart(node):
        return
    linked = linked or (node.tag == "a" and node.attributes.get("href", "").startswith("#"))
    if not linked and (loose := numbers(node.text)):
        found.append(f"<{node.tag} class={node.attributes.get('class', '')!r}> {', '.join(loose)}: {' '.join(node.text.split())[:160]}")
    for child in node.children:
        _look(child, found, linked=linked)


def _names_a_chart(node: Node) -> bool:
    """A chart's title says what is drawn below it, with the table and the query it is drawn from."""
    return node.attributes.get("id", "").endswith("-title")
