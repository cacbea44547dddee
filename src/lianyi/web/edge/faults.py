"""From an error to an answer: the status, and a page or JSON in the reader's language."""

import logging
from http import HTTPStatus
from typing import Any

from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from lianyi.kernel.actor import NotAllowed
from lianyi.kernel.errors import BadInput, Broken, LianyiError, NotThere, Refusal, TryLater
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import BUSY_SECONDS, DatabaseSlow, is_out_of_time
from lianyi.web.edge.access import Answer
from lianyi.web.ui.templatetags.words import spoken

log = logging.getLogger("lianyi.faults")

# The most specific class first.
STATUS: tuple[tuple[type[LianyiError], HTTPStatus], ...] = (
    (TryLater, HTTPStatus.TOO_MANY_REQUESTS),
    (NotAllowed, HTTPStatus.FORBIDDEN),
    (NotThere, HTTPStatus.NOT_FOUND),
    (Refusal, HTTPStatus.CONFLICT),
    (BadInput, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Broken, HTTPStatus.INTERNAL_SERVER_ERROR),
)
TITLES = {
    HTTPStatus.BAD_REQUEST: Text(zh="这个请求读不懂", en="This request cannot be read"),
    HTTPStatus.FORBIDDEN: Text(zh="这里您不能进", en="This is not open to you"),
    HTTPStatus.NOT_FOUND: Text(zh="这里什么也没有", en="There is nothing here"),
    HTTPStatus.METHOD_NOT_ALLOWED: Text(zh="这个地址不是这样用的", en="This address is not used like this"),
    HTTPStatus.CONFLICT: Text(zh="没有办成", en="That was not done"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: Text(zh="文件太大了", en="That is too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: Text(zh="填写的内容用不了", en="What was given cannot be used"),
    HTTPStatus.TOO_MANY_REQUESTS: Text(zh="请稍等一下", en="One moment, please"),
    HTTPStatus.INTERNAL_SERVER_ERROR: Text(zh="是我们的问题", en="That was our fault"),
}
SAYINGS = {
    HTTPStatus.BAD_REQUEST: Text(zh="请回到上一页重试。", en="Go back and try again."),
    HTTPStatus.FORBIDDEN: Text(zh="请回到上一页，刷新后重试。", en="Go back, reload the page and try again."),
    HTTPStatus.NOT_FOUND: Text(zh="链接可能已经过期，或者地址抄漏了。", en="The link may have expired, or part of the address is missing."),
    HTTPStatus.METHOD_NOT_ALLOWED: Text(zh="请从页面上的按钮或链接过来。", en="Come here by a button or a link of a page."),
    HTTPStatus.INTERNAL_SERVER_ERROR: Text(
        zh="什么都没有改动，也没有扣款。请稍后再试；联系我们时报上编号。",
        en="Nothing was changed and nothing was charged. Try again later; if you contact us, give the number below.",
    ),
}


def status_of(fault: LianyiError) -> HTTPStatus:
    """The status that tells a program what kind of error it was."""
    return next((status for kind, status in STATUS if isinstance(fault, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)


class Faults:
    """Answers our own errors raised by a view, and a database that has no time, an address asked in a way it is not for; what else is not ours goes on to Django."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or response.content:
            return response
        # Django says this with an empty page.
        page = told(request, HTTPStatus.METHOD_NOT_ALLOWED, code="method_not_allowed")
        page["Allow"] = response["Allow"]
        return page

    def process_exception(self, request: HttpRequest, fault: Exception) -> HttpResponse | None:
        if isinstance(fault, OperationalError) and is_out_of_time(fault):
            return answer_to(request, DatabaseSlow(retry_after_seconds=BUSY_SECONDS))
        return answer_to(request, fault) if isinstance(fault, LianyiError) else None


def answer_to(request: HttpRequest, fault: LianyiError) -> HttpResponse:
    """The page or JSON that tells a person or a program what went wrong."""
    status = status_of(fault)
    if status == HTTPStatus.INTERNAL_SERVER_ERROR:
        log.error("%s %s", number_of(request), fault.say("en"), exc_info=fault)
        response = told(request, status, code=fault.code)
    else:
        response = told(request, status, code=fault.code, saying=fault.say(spoken()))
    if isinstance(fault, TryLater):
        response["Retry-After"] = str(fault.retry_after_seconds)
    return response


def told(request: HttpRequest, status: HTTPStatus, *, code: str, saying: str = "", title: str = "") -> HttpResponse:
    """One error as the reader wants it: JSON for a program, a page for a person."""
    words = spoken()
    title = title or TITLES[status].say(words)
    saying = saying or SAYINGS[status].say(words)
    if wants_json(request):
        return JsonResponse({"code": code, "message": saying, "request_id": number_of(request)}, status=status)
    page: dict[str, Any] = {
        "status": int(status),
        "title": title,
        "saying": saying,
        "request_id": number_of(request),
        "home": "/console/" if request.path_info.startswith("/console/") else "/",
        "LANGUAGE_CODE": "en" if words == "en" else "zh-CN",
        "theme": request.COOKIES.get("theme", ""),
    }
    return HttpResponse(render_to_string("ui/fault.html", page), status=status)


def wants_json(request: HttpRequest) -> bool:
    """Whether a program asks."""
    return request.path_info.startswith("/api/") or request.get_preferred_type(["text/html", "application/json"]) == "application/json"


def number_of(request: HttpRequest) -> str:
    """The request's number, by which its lines are found in the log."""
    return getattr(request, "request_id", "")


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler400."""
    return told(request, HTTPStatus.BAD_REQUEST, code="bad_request")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler403."""
    return told(request, HTTPStatus.FORBIDDEN, code="forbidden")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Django's handler404."""
    return told(request, HTTPStatus.NOT_FOUND, code="not_found")


def broken(request: HttpRequest) -> HttpResponse:
    """Django's handler500."""
    return told(request, HTTPStatus.INTERNAL_SERVER_ERROR, code="broken")


def forged(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that does not come from a page of ours, or from one that was left open too long."""
    title = Text(zh="请再提交一次", en="Please submit it again")
    saying = Text(
        zh="页面放得太久了。请返回，刷新后再提交；没有任何改动。",
        en="The page was open too long. Go back, reload, submit again; nothing was changed.",
    )
    return told(request, HTTPStatus.FORBIDDEN, code="forged", title=title.say(spoken()), saying=saying.say(spoken()))


def locked_out(request: HttpRequest, original_response: HttpResponse | None = None, credentials: object = None) -> HttpResponse:
    """Too many wrong passwords for one name from one address."""
    saying = Text(
        zh="密码错了太多次。请 15 分钟后再试，或请负责人重设。",
        en="Too many wrong passwords. Try again in 15 minutes, or ask the owner to set a new one.",
    )
    response = told(request, HTTPStatus.TOO_MANY_REQUESTS, code="locked_out", saying=saying.say(spoken()))
    response["Retry-After"] = "900"
    return response
