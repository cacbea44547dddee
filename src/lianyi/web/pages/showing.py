"""How a member's page is answered: with who is looking, the moment it was made, and where its timings may go."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lianyi.web.pages.behaviour import answer_of
from lianyi.web.pages.session import member_of


def show(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, page: str, subject: str = "", status: int = 200
) -> HttpResponse:
    """A page from `pages/<template>.html`.

    page, subject : what was looked at, told to the history with the timings if the reader agreed to that
    """
    agreed = answer_of(request)
    around = {
        "member": member_of(request),
        "now": request.at,
        "page": page,
        "subject": subject,
        "beacon": reverse("beacon") if agreed else "",
        "asks_consent": agreed is None,
    }
    response = render(request, f"pages/{template}.html", {**around, **(context or {})}, status=status)
    response["Cache-Control"] = "private, no-cache"
    return response
