"""A number and a moment for every request, and one line of log that holds no personal data: no address, no query, no path with an id or a token in it."""

import datetime as dt
import logging
import secrets
import time
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-Id"
log = logging.getLogger("lianyi.access")
Answer = Callable[[HttpRequest], HttpResponse]


class AccessLog:
    """Numbers the request and notes when it came (`request.at`, the only clock that pages have), answers with the number, logs how it went."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        request.request_id = secrets.token_hex(8)
        request.at = settings.WORKSPACE.at(dt.datetime.now(dt.UTC))
        response = self.get_response(request)
        response[HEADER] = request.request_id
        spent_ms = (time.perf_counter() - begun) * 1000
        log.info("%s %s %s %d %.0fms", request.request_id, request.method, route_of(request), response.status_code, spent_ms)
        return response


def route_of(request: HttpRequest) -> str:
    """The address pattern that was matched, such as `orders/<str:order>/`; "-" where none was."""
    match = request.resolver_match
    return f"/{match.route}" if match else "-"
