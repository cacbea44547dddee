"""Pictures of an explorer, drawn on the server for a wide and for a narrow page; the style sheet shows the one that fits."""

import re
from functools import cache

from django.utils.safestring import SafeString, mark_safe

from lianyi.insight.evaluate.exhibits import STEP_NAMES
from lianyi.insight.report.charts import Slot, svg
from lianyi.insight.report.html.drawing import NARROW, WIDE, page_svg
from lianyi.insight.report.pictures import Picture
from lianyi.kernel.text import Text
from lianyi.stream.contracts import contracts
from lianyi.web.console.cards import formatter
from lianyi.web.ui.templatetags.words import spoken


def drawn(picture: Picture) -> SafeString:
    """A picture in both widths."""
    words = formatter()
    both = "".join(page_svg(svg(picture, Slot(width, words)), name) for width, name in ((WIDE, "wide"), (NARROW, "narrow")))
    return mark_safe(both)  # noqa: S308 - drawn by us, texts escaped by the drawer


@cache
def event_names() -> dict[str, Text]:
    """Event names that a contract knows, in a few words: what it says of its fields is left out; steps of buying as reports call them."""
    return {
        name: STEP_NAMES.get(name) or Text(zh=re.split("[（，；]", contract.says.zh)[0], en=re.split(r" \(|[,;]", contract.says.en)[0])
        for name, contract in contracts().items()
    }


def event_text(name: str) -> Text:
    """An event in words; your own events by their own names."""
    return event_names().get(name) or Text(zh=name, en=name)


def in_event_words(sentence: str) -> str:
    """A sentence of an analysis with the names of events in the reader's words."""
    quoted = "%s" if spoken() == "zh" else "“%s”"
    return re.sub(
        r"\b[a-z]+(?:_[a-z]+)+\b", lambda found: quoted % event_name(found[0]) if found[0] in event_names() else found[0], sentence
    )


def said(name: str | Text) -> str:
    """A name in the reader's language."""
    return name.say(spoken()) if isinstance(name, Text) else name


def event_name(name: str) -> str:
    """An event in the reader's language."""
    return event_text(name).say(spoken())
