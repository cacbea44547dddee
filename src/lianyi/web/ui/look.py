"""How pages look to this reader: the brand's name, the language, light or dark."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from lianyi.web.ui.templatetags.words import spoken

COOKIE = "theme"
THEMES = ("light", "dark")
"""Choices beside the reader's system, which is the default."""
YEAR_SECONDS = 365 * 24 * 3600


def look(request: HttpRequest) -> dict[str, Any]:
    """What every template knows: brand, theme ("" follows the system), the language for the lang attribute."""
    theme = request.COOKIES.get(COOKIE, "")
    return {"brand": settings.WORKSPACE.brand, "theme": theme if theme in THEMES else "", "lang": "en" if spoken() == "en" else "zh-CN"}


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light or dark on this device, or follow the system again; then back to the page."""
    response = redirect(safe_next(request))
    theme = request.POST.get("theme", "")
    if theme in THEMES:
        response.set_cookie(COOKIE, theme, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True)
    else:
        response.delete_cookie(COOKIE, samesite="Lax")
    return response


def safe_next(request: HttpRequest, default: str = "/") -> str:
    """Where to go after a form: the `next` it names, if that is an address of this server."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    # A path and nothing else: what is not one would be looked up as the name of a page.
    safe = wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else default
