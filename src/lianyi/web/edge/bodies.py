"""How large a request may be: decided from its head, before anything of its body is read."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse

from lianyi.kernel.text import Text
from lianyi.web.edge.access import Answer
from lianyi.web.edge.faults import told
from lianyi.web.ui.templatetags.words import spoken

MOST_BYTES = 1 << 20
# Addresses that take files, and how large what they take may be; only who is signed in may bring so much.
LARGE = {"/console/intake/upload/": (200 << 20) + MOST_BYTES}
TOO_LARGE = Text(zh="这里最多收 %(most)s MB；什么也没有写入。", en="At most %(most)s MB are taken here; nothing was written.")


class BodyLimit:
    """Refuses a body that is larger than its address takes. It stands behind authentication and before forms are read."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        most = LARGE.get(request.path_info, MOST_BYTES) if request.user.is_authenticated else MOST_BYTES
        if length_of(request) > most:
            saying = TOO_LARGE.say(spoken(), most=most >> 20)
            return told(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="body_too_large", saying=saying)
        return self.get_response(request)


def length_of(request: HttpRequest) -> int:
    """Bytes that a request says it brings; Django reads no more than that, and nothing where it does not say."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    return int(length) if length.isascii() and length.isdigit() else 0
