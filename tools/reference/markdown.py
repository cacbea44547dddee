"""The little Markdown that the pages need."""

from collections.abc import Iterable, Sequence

NOTICE = "<!-- Written by `make docs` from the code and its data files; edit those. -->"


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; cells are escaped.

    >>> print(table(["a"], [["x|y"]]))
    | a |
    |---|
    | x\\|y |
    """
    lines = ["| " + " | ".join(heading) + " |", "|" + "---|" * len(heading)]
    lines += ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(text: str) -> str:
    """A text that stays in its cell; inside code only the bar needs care.

    >>> cell("a < b"), cell("`a < b`")
    ('a &lt; b', '`a < b`')
    """
    pieces = " ".join(text.split()).replace("|", "\\|").split("`")
    return "`".join(piece.replace("<", "&lt;") if place % 2 == 0 else piece for place, piece in enumerate(pieces))


def code(text: str) -> str:
    """A text set as code, or nothing.

    >>> code("gmv"), code("")
    ('`gmv`', '')
    """
    return f"`{text}`" if text else ""


def page(title: str, *parts: str) -> str:
    """A whole page; empty parts are left out."""
    return "\n\n".join([NOTICE, f"# {title}", *(part.strip("\n") for part in parts if part)]) + "\n"
