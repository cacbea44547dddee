"""Icons, drawn inline from the Lucide set that its package holds: no font, no request."""

import re
from functools import cache

from lucide.templatetags.lucide import lucide

PIXELS = 20


@cache
def icon_svg(name: str, size: int = PIXELS) -> str:
    """The SVG of an icon by its Lucide name; decoration only, hidden from screen readers, so words stand beside it.

    size : pixels
    Raises IconDoesNotExist for a name that the set does not have.
    """
    drawn = str(lucide(name, size=size, aria_hidden="true", **{"class": "icon"}))
    return re.sub(r"\s*\n\s*", "", drawn)
