"""Settings: how one signs in and where, keys for programs, and, for the owner, the brand."""

import datetime as dt
from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from lianyi.kernel.actor import ROLE_NAMES
from lianyi.kernel.text import LANGUAGES
from lianyi.ops.team import selectors, services
from lianyi.stream import workspace as workspaces
from lianyi.web.console.doors import CODES
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.edge.limits import spend
from lianyi.web.ui.templatetags.words import spoken

KEY_DAYS = (30, 90, 365)


@require_GET
@opened_to()
def mine(request: HttpRequest) -> HttpResponse:
    """Everything one may set."""
    return render(request, "console/settings.html", _page(request))


@require_POST
@opened_to()
def begin(request: HttpRequest) -> HttpResponse:
    """Show the secret, as a code to scan and to type. Raises SecondFactorOn."""
    return _secret(request, services.begin_second_factor(key=form_key(request), actor=request.actor, at=request.at))


def _secret(request: HttpRequest, secret: str, wrong: str = "") -> HttpResponse:
    issuer = settings.WORKSPACE.brand
    label = quote(f"{issuer}:{request.user.username}")
    uri = f"otpauth://totp/{label}?{urlencode({'secret': secret, 'issuer': issuer, 'digits': 6, 'period': 30})}"
    drawn = segno.make(uri, error="m").svg_inline(scale=4, border=2, dark="#16212a", light="#ffffff", omitsize=True)
    spaced = " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
    page = {"secret": spaced, "picture": mark_safe(drawn), "wrong": wrong}  # noqa: S308 - drawn by us
    return _private(render(request, "console/second_factor_begin.html", page, status=422 if wrong else 200))


@sensitive_post_parameters("code")
@require_POST
@opened_to()
def confirm(request: HttpRequest) -> HttpResponse:
    """Switch it on; the recovery codes are shown once. A wrong code may be tried again beside its picture. Raises SecondFactorOn, TryLater."""
    spend(CODES, f"confirm {request.user.pk}")
    around: dict[str, Any] = {"key": form_key(request), "actor": request.actor, "at": request.at}
    try:
        codes = services.confirm_second_factor(**around, code=request.POST.get("code", ""))
    except services.CodeWrong as fault:
        secret = services.find_begun_secret(request.actor)
        if secret is None:
            raise
        return _secret(request, secret, fault.say(spoken()))
    return _private(render(request, "console/recovery_codes.html", {"codes": codes}))


@sensitive_post_parameters("code")
@require_POST
@opened_to()
def renew(request: HttpRequest) -> HttpResponse:
    """New recovery codes. Raises CodeWrong, TryLater."""
    spend(CODES, f"renew {request.user.pk}")
    codes = services.renew_recovery_codes(key=form_key(request), actor=request.actor, at=request.at, code=request.POST.get("code", ""))
    return _private(render(request, "console/recovery_codes.html", {"codes": codes}))


@sensitive_post_parameters("code")
@require_POST
@opened_to()
def end(request: HttpRequest) -> HttpResponse:
    """Switch it off. Raises CodeWrong, TryLater."""
    spend(CODES, f"end {request.user.pk}")
    services.end_second_factor(
        key=form_key(request), actor=request.actor, at=request.at, username=request.user.username, code=request.POST.get("code", "")
    )
    return redirect("console:settings")


@require_POST
@opened_to()
def sign_out_device(request: HttpRequest, sign_in_id: int) -> HttpResponse:
    """Sign one device out, or with 0 all others. Raises NotAllowed, NotThere."""
    given = {"key": form_key(request), "actor": request.actor, "at": request.at}
    if sign_in_id:
        services.end_sign_in(**given, sign_in_id=sign_in_id)
    else:
        services.end_other_sign_ins(**given, session_key=request.session.session_key or "")
    return redirect("console:settings")


@require_POST
@opened_to()
def add_key(request: HttpRequest) -> HttpResponse:
    """A key for a program; it is shown once. Raises BadInput, UnknownName."""
    days = request.POST.get("days", "")
    whole = services.make_api_key(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        member=request.user,
        name=request.POST.get("name", "")[:64],
        roles=request.POST.getlist("roles"),
        expires_at=request.at + dt.timedelta(days=int(days)) if days in {str(n) for n in KEY_DAYS} else None,
    )
    return _private(render(request, "console/settings.html", {**_page(request), "whole": whole}))


@require_POST
@opened_to()
def revoke_key(request: HttpRequest, api_key_id: int) -> HttpResponse:
    """End a key. Raises NotAllowed, NotThere."""
    services.revoke_api_key(key=form_key(request), actor=request.actor, at=request.at, api_key_id=api_key_id)
    return redirect("console:settings")


@require_POST
@opened_to("settings.write")
def brand(request: HttpRequest) -> HttpResponse:
    """The brand's name and the language of reports and messages. Raises BadInput."""
    form_key(request)
    language = request.POST.get("language", "")
    settings.WORKSPACE = workspaces.rename(
        settings.WORKSPACE, brand=request.POST.get("brand", ""), language=language if language in LANGUAGES else settings.WORKSPACE.language
    )
    return redirect("console:settings")


def _page(request: HttpRequest) -> dict[str, Any]:
    member = request.user
    return {
        "guarded": selectors.has_second_factor(member),
        "codes_left": selectors.count_recovery_codes(member),
        "sign_ins": selectors.list_sign_ins(member),
        "session_key": request.session.session_key,
        "keys": selectors.list_api_keys(member),
        "key_days": KEY_DAYS,
        "roles": {role: ROLE_NAMES[role] for role in selectors.list_roles() if role in member.roles},
        "role_names": ROLE_NAMES,
        "workspace": settings.WORKSPACE,
        "may_set_brand": may(request, "settings.write"),
    }


def _private(response: HttpResponse) -> HttpResponse:
    """A page with a secret on it is kept by nobody."""
    response["Cache-Control"] = "no-store"
    return response
