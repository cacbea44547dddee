"""Who asks: a program with a key, or a team member's browser."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja.security import APIKeyCookie, HttpBearer

from lianyi.ops.team.selectors import find_api_key
from lianyi.ops.team.services import digest_of, note_key_used
from lianyi.web.edge.address import client_address
from lianyi.web.edge.limits import Limit, spend

ASKED = Limit("api", 600, 60)
WRONG_KEYS = Limit("api key", 30, 60)


class Key(HttpBearer):
    """`Authorization: Bearer ly_...`: acts as its member, with no more than the key's roles."""

    openapi_name = "Key"

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        found = find_api_key(digest_of(token), request.at)
        if found is None:
            spend(WRONG_KEYS, client_address(request))
            return None
        spend(ASKED, f"key {found.pk}")
        note_key_used(api_key_id=found.pk, at=request.at)
        request.actor = found.actor
        return found


class Session(APIKeyCookie):
    """The console's own cookie; what changes something needs a CSRF token as well."""

    openapi_name = "Session"
    param_name = settings.SESSION_COOKIE_NAME

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        if not request.user.is_authenticated:
            return None
        spend(ASKED, f"member {request.user.pk}")
        request.actor = request.user.actor
        return request.user
