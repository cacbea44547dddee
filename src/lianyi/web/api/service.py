"""The API put together: its doors, its errors, its parts."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, HttpError, ValidationError

from lianyi.kernel.errors import LianyiError
from lianyi.kernel.text import Text
from lianyi.web.api import asking, evaluations, operations
from lianyi.web.api.doors import Key, Session
from lianyi.web.edge.faults import answer_to, forbidden, number_of
from lianyi.web.ui.templatetags.words import spoken

NOT_SIGNED_IN = Text(zh="请带上接口密钥：Authorization: Bearer ly_…", en="Send an API key: Authorization: Bearer ly_...")
NO_JSON = Text(zh="请求正文不是 JSON。", en="The body of the request is not JSON.")
UNREADABLE = Text(zh="参数 %(where)s 用不了：%(why)s", en="The parameter %(where)s cannot be used: %(why)s")

api = NinjaAPI(
    title="Lianyi 涟漪",
    version="1",
    description="What the console shows, for programs.",
    urls_namespace="api",
    auth=[Key(), Session()],
    # The reference is a page of the documentation; the page that ships with the framework needs inline script.
    docs_url=None,
    openapi_url="/openapi.json",
)
api.add_router("", operations.router)
api.add_router("", asking.router)
api.add_router("", evaluations.router)


@api.exception_handler(LianyiError)
def ours(request: HttpRequest, fault: LianyiError) -> HttpResponse:
    """Our own errors: status, stable code, message in the reader's language."""
    return answer_to(request, fault)


@api.exception_handler(AuthenticationError)
def nobody(request: HttpRequest, _: AuthenticationError) -> HttpResponse:
    """Neither a key nor a cookie that counts."""
    response = JsonResponse(_told(request, "not_signed_in", NOT_SIGNED_IN.say(spoken())), status=401)
    response["WWW-Authenticate"] = "Bearer"
    return response


@api.exception_handler(HttpError)
def unheard(request: HttpRequest, fault: HttpError) -> HttpResponse:
    """What the framework refuses by itself: a cookie without its token, a body that is no JSON."""
    if fault.status_code == HTTPStatus.FORBIDDEN:
        return forbidden(request)
    return JsonResponse(_told(request, "bad_input", NO_JSON.say(spoken())), status=400)


@api.exception_handler(ValidationError)
def unreadable(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    """Parameters that are missing or not of their type; the first is named."""
    first = fault.errors[0] if fault.errors else {}
    where = str(first.get("loc", ["", ""])[-1])
    return JsonResponse(_told(request, "bad_input", UNREADABLE.say(spoken(), where=where, why=first.get("msg", ""))), status=422)


def _told(request: HttpRequest, code: str, message: str) -> dict[str, str]:
    return {"code": code, "message": message, "request_id": number_of(request)}
