"""The picture of a thing that has none: ripples in colours of its own, the same each time."""

import hashlib

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

# Pairs of ground and ring, chosen to sit beside each other; picked by the thing's id.
PAIRS = (
    ("#f6d9cb", "#d9663f"),
    ("#d3e6e6", "#0b5f70"),
    ("#e8ddf0", "#7a4f9a"),
    ("#f5e6c0", "#b3801f"),
    ("#d5e6d3", "#4c7f47"),
    ("#dce3f3", "#44609f"),
    ("#f3d6dd", "#b2506a"),
    ("#e3e1d8", "#6d6650"),
)


def cover_svg(key: str, title: str = "") -> SafeString:
    """A square of ripples for an id; `title` is what a screen reader says, "" hides it."""
    seed = hashlib.sha256(key.encode()).digest()
    ground, ring = PAIRS[seed[0] % len(PAIRS)]
    centres = ((40 + seed[1] % 120, 50 + seed[2] % 100, 6), (20 + seed[3] % 160, 20 + seed[4] % 160, 3))
    rings = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="{}" fill="none" stroke="{}" stroke-width="{}" opacity="{}"/>',
        ((x, y, 14 + 17 * n, ring, f"{2.6 - 0.28 * n:.2f}", f"{0.62 - 0.085 * n:.3f}") for x, y, rounds in centres for n in range(rounds)),
    )
    drop = format_html('<circle cx="{}" cy="{}" r="6" fill="{}"/>', centres[0][0], centres[0][1], ring)
    named = format_html('role="img" aria-label="{}"', title) if title else SafeString('aria-hidden="true"')
    return format_html(
        '<svg class="cover" viewBox="0 0 200 200" preserveAspectRatio="xMidYMid slice" {}><rect width="200" height="200" fill="{}"/>{}{}</svg>',
        named,
        ground,
        rings,
        drop,
    )
