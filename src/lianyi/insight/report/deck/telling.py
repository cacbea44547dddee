"""One report being told on slides: its blocks at hand, its notes written, its sources counted."""

import io
from collections.abc import Callable, Iterable
from typing import TypeVar

from lianyi.insight.report.deck import master
from lianyi.insight.report.deck.frozen import frozen
from lianyi.insight.report.deck.native import Native
from lianyi.insight.report.deck.page import Page
from lianyi.insight.report.document import Document, Reference
from lianyi.insight.report.formats import Formatter
from lianyi.insight.report.words import Words

Kind = TypeVar("Kind")


class Telling:
    """One report being told on slides."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.words = Words(document.language)
        self.formatter = Formatter(document.language, document.currency)
        self.native = Native(self.formatter)
        self.made = master.blank()
        self.used: list[Reference] = []

    def every(self, kind: type[Kind]) -> list[Kind]:
        """Every block of a kind, in reading order."""
        return [block for block in self.document.blocks() if isinstance(block, kind)]

    def first(self, kind: type[Kind], test: Callable[[Kind], bool] = lambda _: True) -> Kind | None:
        """The first block of a kind that passes a test, or None."""
        return next((block for block in self.every(kind) if test(block)), None)

    def page(self, title: str, kicker: str, *, rests_on: Iterable[Reference] = ()) -> Page:
        """A new slide; its footer names what its numbers rest on."""
        sources = list(rests_on)
        self.used += [source for source in sources if source not in self.used]
        codes = self.words("deck.sources", codes=" ".join(source.code for source in sources)) + " · " if sources else ""
        footer = f"{codes}{self.words('paper.snapshot', snapshot=self.document.snapshot)} · {self.document.title}"
        page = Page(self.made, self.document.language, title.rstrip("。. "), kicker, footer)
        if sources:
            page.notes("\n\n".join(self.note(source) for source in sources))
        return page

    def note(self, source: Reference) -> str:
        """A definition with its source, for the speaker."""
        words = self.words
        lines = [f"[{source.code}] {source.title}", source.says]
        if source.n is not None:
            lines.append(words("value.n", n=f"{source.n:,}"))
        if source.interval is not None:
            lines.append(
                words("value.interval", level=self.formatter.level(self.document.level), ends=self.formatter.interval(source.interval))
            )
        if source.command:
            lines.append(f"{words('paper.command')}: {source.command}")
        elif source.sql:
            lines.append(f"SQL: {source.sql}")
        return "\n".join(line for line in lines if line)

    def saved(self) -> bytes:
        """The presentation as a file, without the moment of its making."""
        properties = self.made.core_properties
        properties.title, properties.author, properties.subject = self.document.title, "Lianyi", self.document.subtitle
        properties.comments, properties.last_modified_by, properties.revision = self.document.snapshot, "Lianyi", 1
        properties.language = "zh-CN" if self.document.language == "zh" else "en-GB"
        out = io.BytesIO()
        self.made.save(out)
        return frozen(out.getvalue(), self.document.made_at[:19] + "Z")
