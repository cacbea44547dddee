"""The forms of a page as a browser sees them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass(frozen=True)
class Form:
    """One form. address : where it goes; fields : names with what they hold as the page came."""

    address: str
    method: str
    fields: tuple[tuple[str, str], ...]


@dataclass
class _Reader(HTMLParser):
    page: str
    forms: list[Form] = field(default_factory=list)
    links: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        super().__init__()
        self._open: dict | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.add(given["href"].partition("#")[0])
        if tag == "form":
            self._open = {
                "address": urljoin(self.page, given.get("action") or self.page),
                "method": given.get("method", "get").lower(),
                "fields": [],
            }
        if self._open is None or not given.get("name", self._select):
            return
        if tag == "option" and self._select:
            self._open["fields"].append((self._select, given.get("value", "")))
            self._select = ""
        elif tag == "select":
            self._select = given["name"]
        elif tag in ("input", "textarea", "button") and given.get("name") not in ("", None, "csrfmiddlewaretoken"):
            self._open["fields"].append((given["name"], given.get("value", "")))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._open is not None:
            address = urlsplit(self._open["address"])
            self.forms.append(Form(address.path, self._open["method"], tuple(self._open["fields"])))
            self._open = None


def read(page: str, html: str) -> tuple[list[Form], set[str]]:
    """The forms of a page, and the addresses on this server that it leads to."""
    reader = _Reader(page)
    reader.feed(html)
    return reader.forms, reader.links
