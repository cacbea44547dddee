"""Who may see a page of the console: signed in, active, and holding the permission that the page names."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.team.services import note_seen
from lianyi.web.console.patience import StillWorking, patient_for

SEEN_EVERY_SECONDS = 600
View = Callable[..., HttpResponse]


def opened_to(permission: str = "") -> Callable[[View], View]:
    """Let a signed-in team member in who holds a permission; without one, every team member. The view finds `request.actor`.

    Visitors are led to the door and back; who lacks the permission is told so (403). What takes long is worked out aside meanwhile (202).
    """

    def gated(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path(), reverse("console:sign_in"))
            request.actor = request.user.actor
            _seen(request)
            if permission:
                request.actor.require(permission)
            try:
                with patient_for(settings.ANSWER_WITHIN_SECONDS if request.method == "GET" else None):
                    return view(request, *args, **kwargs)
            except StillWorking as fault:
                return _working(request, fault)

        guarded.permission = permission
        return guarded

    return gated


def _working(request: HttpRequest, fault: StillWorking) -> HttpResponse:
    """A page, or the part of one that was asked for, that comes back by itself, with or without script."""
    part = bool(request.htmx)
    response = render(
        request, "console/parts/working.html" if part else "console/working.html", {"fault": fault}, status=HTTPStatus.ACCEPTED
    )
    response["Cache-Control"] = "no-store"
    if not part:
        response["Refresh"] = str(fault.retry_after_seconds)
    return response


def _seen(request: HttpRequest) -> None:
    """Note that this device was used, once in ten minutes."""
    key = request.session.session_key
    if key and cache.add(f"seen:{key}", value=True, timeout=SEEN_EVERY_SECONDS):
        note_seen(session_key=key, at=request.at)


def may(request: HttpRequest, permission: str) -> bool:
    """Whether to offer something; the service decides again."""
    actor: Actor = request.actor
    return actor.may(permission)


def form_key(request: HttpRequest) -> str:
    """The key of a form that changes something: sent twice, it is done once. Raises BadInput for a form without one."""
    key = request.POST.get("key", "").strip()
    if not key or len(key) > 64:
        raise BadInput(reason=Text(zh="表单不完整，请刷新页面后重试。", en="The form is incomplete; reload the page and try again."))
    return f"console:{request.actor.id}:{key}"[:120]
