"""Coming in and going out."""

import base64

import segno
from django.contrib import auth, messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import devices_for_user, login, user_has_device
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice

from lianyi.kernel.text import Text
from lianyi.web.console.entry.forms import ChoosePassword, Code, FirstAccount, SignIn
from lianyi.web.console.entry.links import require_first, user_of
from lianyi.web.console.showing import show
from lianyi.web.console.team import give_roles, team_only
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.ui.look import safe_next
from lianyi.web.ui.templatetags.words import spoken

TRIES = Limit("team sign-in", times=30, window_seconds=300)
CODES = Limit("second factor", times=15, window_seconds=300)
WORKDAY_SECONDS = 12 * 3600
RECOVERY_CODES = 8
WRONG = Text(zh="用户名或密码不对。", en="The user name or the password is wrong.")
WRONG_CODE = Text(zh="验证码不对或已过期，请看手机上最新的一组。", en="That code is wrong or too old; take the newest one.")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@limited(TRIES)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Name and password. Five wrong ones lock the name from this address for a quarter of an hour (django-axes)."""
    form = SignIn(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = auth.authenticate(request, username=form.cleaned_data["username"], password=form.cleaned_data["password"])
        if user is not None:
            return welcome(request, user)
        form.add_error(None, WRONG.say(spoken()))
    return door(request, "sign_in", form=form)


def welcome(request: HttpRequest, user: User) -> HttpResponse:
    """Bind the session to a member of the team, for a working day, and go on."""
    auth.login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(WORKDAY_SECONDS)
    return redirect(safe_next(request, "/console/"))


@require_http_methods(["GET", "POST"])
@limited(CODES)
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code from the telephone, for an account that has a second factor."""
    user = request.user
    if not user.is_authenticated:
        return redirect("team_sign_in")
    if user.is_verified() or not user_has_device(user):
        return redirect(safe_next(request, "/console/"))
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = matching(user, form.cleaned_data["code"])
        if device is not None:
            login(request, device)
            return redirect(safe_next(request, "/console/"))
        form.add_error("code", WRONG_CODE.say(spoken()))
    return door(request, "second_factor", form=form)


def matching(user: User, code: str) -> Device | None:
    """The device whose code this is, each asked within its own limit of wrong tries; a recovery code is used up."""
    typed = code.replace(" ", "").lower()
    return next((device for device in devices_for_user(user) if device.verify_token(typed)), None)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@limited(TRIES)
def first_account(request: HttpRequest, token: str) -> HttpResponse:
    """The owner's account, made by who started the server and read the link there."""
    require_first(token, at=request.at)
    form = FirstAccount(request.POST or None)
    if request.method == "POST" and form.is_valid():
        user = User.objects.create_user(form.cleaned_data["username"], password=form.cleaned_data["password"])
        give_roles(user, {"owner"})
        return welcome(request, user)
    return door(request, "first_account", form=form)


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
@limited(TRIES)
def choose_password(request: HttpRequest, token: str) -> HttpResponse:
    """A password for an account that the owner made or reset."""
    user = user_of(token, at=request.at)
    form = ChoosePassword(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        user.set_password(form.cleaned_data["password"])
        user.save(update_fields=["password"])
        return welcome(request, user)
    return door(request, "choose_password", form=form, whose=user)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session on this device."""
    auth.logout(request)
    return redirect("team_sign_in")


@require_http_methods(["GET", "POST"])
@team_only
@limited(CODES)
def account(request: HttpRequest) -> HttpResponse:
    """One's own account: set up a second factor by scanning a code and giving one back; or take it away with one."""
    user = request.user
    has_one = user_has_device(user)
    form = Code(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if has_one and matching(user, code):
            for device in devices_for_user(user, confirmed=None):
                device.delete()
            messages.success(request, Text(zh="两步验证已关闭", en="The second factor is off").say(spoken()))
            return redirect("account")
        waiting = TOTPDevice.objects.filter(user=user, confirmed=False).first()
        if not has_one and waiting is not None and waiting.verify_token(code.replace(" ", "")):
            return confirmed(request, waiting)
        form.add_error("code", WRONG_CODE.say(spoken()))
    context = {"form": form, "has_one": has_one}
    if not has_one:
        device, _ = TOTPDevice.objects.get_or_create(user=user, confirmed=False, defaults={"name": "phone"})
        drawn = segno.make(device.config_url, error="m").svg_inline(scale=4, border=2, dark="#16212a", light="#ffffff", omitsize=True)
        context |= {"code": mark_safe(drawn), "secret": base64.b32encode(device.bin_key).decode()}  # noqa: S308 - drawn here, it holds no text
    return show(request, "account", context, here="account")


def confirmed(request: HttpRequest, device: TOTPDevice) -> HttpResponse:
    """Turn the second factor on, and show the recovery codes, this once."""
    device.confirmed = True
    device.save(update_fields=["confirmed"])
    login(request, device)
    spare = StaticDevice.objects.create(user=request.user, name="recovery")
    codes = [StaticToken.random_token() for _ in range(RECOVERY_CODES)]
    StaticToken.objects.bulk_create([StaticToken(device=spare, token=code) for code in codes])
    return show(request, "recovery", {"codes": codes}, here="account")


def door(request: HttpRequest, name: str, **context: object) -> HttpResponse:
    """A page outside the frame; 422 when something on it is wrong."""
    form = context["form"]
    wrong = bool(getattr(form, "errors", None))
    page = {"next": safe_next(request, "/console/"), **context}
    response = render(request, f"console/doors/{name}.html", page, status=422 if wrong else 200)
    response["Cache-Control"] = "private, no-store"
    return response
