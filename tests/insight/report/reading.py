"""Reading a report as its reader would: numbers back from their writing, and the page as a tree."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from lianyi.kernel.money import minor_digits

STEPS = {"亿": 1e8, "万": 1e4, "B": 1e9, "M": 1e6, "K": 1e3}
TIMES = {"秒": 1, "s": 1, "分钟": 60, "min": 60, "小时": 3600, "h": 3600, "天": 86400, "d": 86400}
VOID = {"meta", "link", "br", "img", "input", "hr"}


def read_back(text: str, unit: str, currency: str) -> tuple[float, float]:
    """(value in the model's unit, half a unit of the last digit shown) of a written number."""
    text = text.strip().replace("−", "-").replace("+", "")
    match = re.fullmatch(r"(-?)[^\d-]*([\d,]+(?:\.\d+)?)\s*(\D*)", text)
    assert match, text
    sign, digits, suffix = match[1], match[2].replace(",", ""), match[3].strip()
    value, half = float(digits), 0.5 * 10 ** -len(digits.partition(".")[2])
    if suffix[:1] in STEPS and unit in ("money", "count", "times", "score"):
        value, half = value * STEPS[suffix[0]], half * STEPS[suffix[0]]
    if unit == "money":
        value, half = value * 10 ** minor_digits(currency), half * 10 ** minor_digits(currency)
    elif unit in ("ratio", "share"):
        value, half = value / 100, half / 100
    elif unit == "seconds":
        value, half = value * TIMES[suffix], half * TIMES[suffix]
    return (-value if sign else value), half


@dataclass
class Node:
    """One element with its attributes, its own text and its children."""

    tag: str
    attributes: dict[str, str]
    children: list["Node"] = field(default_factory=list)
    text: str = ""

    def every(self, tag: str = "") -> list["Node"]:
        found = [child for child in self.children if not tag or child.tag == tag]
        for child in self.children:
            found += child.every(tag)
        return found

    def all_text(self) -> str:
        return self.text + "".join(child.all_text() for child in self.children)


class _Tree(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.root = Node("root", {})
        self.open = [self.root]

    def handle_starttag(self, tag, attrs):
        node = Node(tag, {key: value or "" for key, value in attrs})
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag, attrs):
        self.open[-1].children.append(Node(tag, {key: value or "" for key, value in attrs}))

    def handle_endtag(self, tag):
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data):
        self.open[-1].text += data


def tree(page: str) -> Node:
    """The page as a tree; fails where tags are not balanced."""
    parser = _Tree()
    parser.feed(page)
    parser.close()
    assert [node.tag for node in parser.open] == ["root"], "unclosed elements"
    return parser.root
