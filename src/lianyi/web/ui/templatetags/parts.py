"""The parts of a page as tags that every template has; their markup is in templates/ui/parts, the page of styles shows them all."""

import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from lianyi.web.ui.covers import cover_svg
from lianyi.web.ui.icons import icon_svg

register = template.Library()


def part(which: str, /, **given: Any) -> SafeString:
    """One partial of templates/ui/parts."""
    return mark_safe(render_to_string(f"ui/parts/{which}.html", given))  # noqa: S308 - a template escapes what it is given


@register.simple_tag
def icon(name: str, size: int = 20) -> SafeString:
    """An icon of the Lucide set; say beside it what it means."""
    return mark_safe(icon_svg(name, size))  # noqa: S308 - from the package, by a name written in a template


@register.simple_tag
def cover(key: str, title: str = "") -> SafeString:
    """The picture of a thing that has none."""
    return cover_svg(key, title)


@register.simple_block_tag
def button(
    content: str,
    kind: str = "",
    *,
    href: str = "",
    icon: str = "",
    wide: bool = False,
    little: bool = False,
    name: str = "",
    value: object = "",
    disabled: bool = False,
) -> SafeString:
    """A button that sends its form, or with `href` a link that looks like one. kind: primary | buy | plain | danger, several with a space."""
    return part(
        "button",
        content=content,
        kind=kind,
        href=href,
        icon=icon,
        wide=wide,
        little=little,
        name=name,
        value=value,
        disabled=disabled,
    )


@register.simple_block_tag
def badge(content: str, tone: str = "") -> SafeString:
    """A word on a coloured ground. tone: good | warn | bad | deal | accent | ""."""
    return part("badge", content=content, tone=tone)


@register.simple_block_tag
def card(content: str, title: str = "", *, href: str = "", more: str = "", id: str = "", flat: bool = False) -> SafeString:  # noqa: A002 - the attribute's name
    """A sheet with a heading and, where given, a link to more."""
    return part("card", content=content, title=title, href=href, more=more, id=id, flat=flat)


@register.simple_block_tag
def notice(content: str, tone: str = "") -> SafeString:
    """Something to know on this page. tone: good | warn | bad | ""."""
    return part("notice", content=content, tone=tone)


@register.simple_block_tag
def empty(content: str, title: str, icon: str = "droplets") -> SafeString:
    """What stands where there is nothing yet: why, and what to do next."""
    return part("empty", content=content, title=title, icon=icon)


@register.simple_block_tag
def drawer(content: str, id: str, title: str) -> SafeString:  # noqa: A002 - the attribute's name
    """A sheet from below, opened by a button with popovertarget=id; works without script."""
    return part("drawer", content=content, id=id, title=title)


@register.simple_tag
def progress(value: int, most: int, label: str, tone: str = "") -> SafeString:
    """How far something is. label is said by screen readers."""
    return part("progress", value=min(value, most), most=max(most, 1), label=label, tone=tone)


@register.simple_tag
def countdown(until: datetime, label: str = "") -> SafeString:
    """The time left, counted by the script; without it, the moment itself."""
    return part("countdown", until=until, label=label)


@register.simple_tag
def steps(names: Iterable[str], current: int) -> SafeString:
    """Where one is on a way of several steps; `current` counts from 0."""
    return part("steps", names=list(names), current=current)


@register.simple_tag
def form_key() -> SafeString:
    """A hidden key for a form that changes something: sent twice, it is done once."""
    return format_html('<input type="hidden" name="key" value="{}">', secrets.token_urlsafe(16))
