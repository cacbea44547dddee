"""Running text of the page: every number opens what it rests on, and the codes behind a sentence lead there too."""

from markupsafe import Markup, escape

from lianyi.insight.report.document import Document, Reference
from lianyi.insight.report.prose import cited, pieces


class Prose:
    """Sets the sentences of one document, and remembers which references they open."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.opened: dict[str, Reference] = {}

    def set(self, text: str, rests_on: tuple[str, ...], *, codes: bool = True) -> Markup:
        """A sentence: numbers as buttons that open their reference, then the codes of all it rests on."""
        cut = pieces(self.document, text, rests_on)
        said = Markup("").join(escape(piece.text) if piece.reference is None else self.number(piece.text, piece.reference) for piece in cut)
        return said + self.codes(rests_on) if codes else said

    def number(self, text: str, reference: Reference) -> Markup:
        """A number that opens its reference."""
        self.opened[reference.code] = reference
        return Markup('<button type="button" class="num" popovertarget="ref-{0}">{1}</button>').format(reference.code, text)

    def codes(self, rests_on: tuple[str, ...]) -> Markup:
        """The codes behind a sentence, each a link to the block that shows it."""
        links = [Markup('<a href="#{0}">{1}</a>').format(reference.anchor, reference.code) for reference in cited(self.document, rests_on)]
        return Markup('<sup class="cites">{0}</sup>').format(Markup(" ").join(links)) if links else Markup("")

    def figure(self, anchor: str, text: str) -> Markup:
        """A headline figure, which opens its definition where there is one."""
        reference = self.document.reference(anchor)
        return escape(text) if reference is None else self.number(text, reference)

    def references(self) -> list[Reference]:
        """Every reference that was opened by some number, in order of code."""
        return sorted(self.opened.values(), key=lambda reference: reference.place)
