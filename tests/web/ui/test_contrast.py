"""Colours by number: what is read can be read, in light and in dark; both ways to be dark are the same."""

import re
from pathlib import Path

import pytest

import lianyi.web.ui

TOKENS = (Path(lianyi.web.ui.__file__).parent / "static" / "ui" / "tokens.css").read_text(encoding="utf-8")
BLOCKS = [
    (selector, dict(re.findall(r"--([a-z0-9-]+): ([^;]+);", body)))
    for selector, body in re.findall(r"(:root[^{]*)\{([^{}]*color-scheme[^{}]*)\}", TOKENS)
]
LIGHT, SYSTEM_DARK, CHOSEN_DARK = (values for _, values in BLOCKS)
SURFACES = ("ground", "paper", "wash")
TEXTS = ("ink", "ink-2", "ink-3", "accent", "deal", "good", "warn", "bad")
PAIRS = [(text, surface) for text in TEXTS for surface in SURFACES]
PAIRS += [(f"on-{name}", name) for name in ("accent", "deal")] + [
    (name, f"{name}-wash") for name in ("accent", "deal", "good", "warn", "bad")
]
PAIRS += [("ink", f"{name}-wash") for name in ("accent", "good", "warn", "bad")] + [("paper", "ink")]


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_contrast_is_the_webs_own():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, CHOSEN_DARK], ids=["light", "dark"])
@pytest.mark.parametrize("text,surface", PAIRS)
def test_text_stands_out_from_what_it_stands_on(theme, text, surface):
    assert contrast(theme[text], theme[surface]) >= 4.5


@pytest.mark.parametrize("theme", [LIGHT, CHOSEN_DARK], ids=["light", "dark"])
def test_the_edge_of_a_field_can_be_seen(theme):
    assert contrast(theme["edge"], theme["paper"]) >= 3


def test_dark_by_choice_is_dark_by_system():
    assert CHOSEN_DARK == SYSTEM_DARK
    assert set(CHOSEN_DARK) == set(LIGHT)
