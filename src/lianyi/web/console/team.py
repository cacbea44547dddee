"""Who of the team is looking at a page, and what they may see."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import Group, User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django_otp import user_has_device

from lianyi.kernel.actor import ROLE_NAMES, VISITOR, Actor

View = Callable[..., HttpResponse]


def roles_of(user: User) -> frozenset[str]:
    """The roles of a team member: the groups they are in, under their roles' names."""
    return frozenset(user.groups.values_list("name", flat=True)) & set(ROLE_NAMES)


def give_roles(user: User, roles: set[str]) -> None:
    """Set exactly these roles. Raises ValueError for one that does not exist."""
    unknown = roles - set(ROLE_NAMES)
    if unknown:
        raise ValueError(f"no such role: {', '.join(sorted(unknown))}")
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in sorted(roles)])


def actor_of(request: HttpRequest) -> Actor:
    """Who acts, as services want to know it; a visitor until the password and, where there is one, the second factor are in."""
    if not hasattr(request, "_team_actor"):
        user = request.user
        is_in = user.is_authenticated and user.is_active and (user.is_verified() or not user_has_device(user))
        request._team_actor = Actor("team", f"t_{user.pk}", roles_of(user)) if is_in else VISITOR  # noqa: SLF001 - kept for this request
    found: Actor = request._team_actor  # noqa: SLF001
    return found


def team_only(view: View) -> View:
    """A page for everyone of the team who has a role."""
    return _guarded(view, None)


def allowed(permission: str) -> Callable[[View], View]:
    """A page for who holds a permission; others of the team are told so, strangers are asked to sign in.

    The services behind the page ask again: this decides what is shown, they decide what is done.
    """
    return lambda view: _guarded(view, permission)


def _guarded(view: View, permission: str | None) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        actor = actor_of(request)
        if actor.kind != "team":
            waits = request.user.is_authenticated
            back = request.get_full_path() if request.method == "GET" else reverse("console_home")
            return redirect(f"{reverse('second_factor' if waits else 'team_sign_in')}?{urlencode({'next': back})}")
        if permission is not None:
            actor.require(permission)
        response = view(request, *args, **kwargs)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response

    guarded.permission = permission or "team"  # type: ignore[attr-defined]
    return guarded
