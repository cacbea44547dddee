"""Coming in and going out: a name and a password, or, at the first visit, a link that works once."""

from urllib.parse import quote

from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_http_methods

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.team import services
from lianyi.ops.team.selectors import TeamMember, find_member, find_member_by_key, has_second_factor
from lianyi.web.console.gate import opened_to
from lianyi.web.edge.limits import Limit, spend

HALF = "half"
"""In the session of who has shown a password and not yet the second factor."""
HALF_SECONDS = 600
CODES = Limit("second factor", 5, 900)
# The first mark that is found in what a browser says of itself; the order matters, as each claims to be others as well.
BROWSERS = (("MicroMessenger", "微信 WeChat"), ("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


class SignIn(LoginView):
    """The door. Who is in already is led on; who has a second factor shows it before they are in."""

    template_name = "console/sign_in.html"
    redirect_authenticated_user = True
    next_page = reverse_lazy("console:home")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        return let_in(self.request, form.get_user(), self.get_success_url())


class SignOut(LogoutView):
    """Out, and back to the door."""

    next_page = reverse_lazy("console:sign_in")

    def post(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.session.session_key:
            services.forget_sign_in(session_key=request.session.session_key, at=request.at)
        return super().post(request, *args, **kwargs)


def let_in(request: HttpRequest, member: TeamMember, after: str) -> HttpResponse:
    """Let a member in who has shown a password or a link, or ask for the second factor first."""
    if not has_second_factor(member):
        return _in(request, member, after)
    request.session[HALF] = {"member": member.pk, "at": request.at.timestamp(), "after": after}
    return redirect("console:second_factor")


@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """The code of the app, or a recovery code, within ten minutes of the password. Raises TryLater after five wrong ones."""
    half = request.session.get(HALF)
    member = find_member_by_key(half["member"]) if half and request.at.timestamp() - half["at"] < HALF_SECONDS else None
    if half is None or member is None or not member.is_active:
        request.session.pop(HALF, None)
        return redirect("console:sign_in")
    wrong = False
    if request.method == "POST":
        spend(CODES, str(member.pk))
        if services.take_code(member=member, code=request.POST.get("code", "").strip()[:40], at=request.at):
            return _in(request, member, half["after"])
        wrong = True
    return render(request, "console/second_factor.html", {"wrong": wrong})


def _in(request: HttpRequest, member: TeamMember, after: str) -> HttpResponse:
    request.session.pop(HALF, None)
    login(request, member, backend="django.contrib.auth.backends.ModelBackend")
    if not request.session.session_key:
        request.session.create()
    services.note_sign_in(member=member, session_key=request.session.session_key, device=device_of(request), at=request.at)
    return redirect(after)


def device_of(request: HttpRequest) -> str:
    """Browser and system in a few words, as far as the browser tells."""
    agent = request.headers.get("User-Agent", "")
    browser = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(part for part in (browser, system) if part) or "–"


def entry_path(member: TeamMember) -> str:
    """The address with which a team member comes in without a password: it works once, and until the link is older than settings allow."""
    return reverse("console:enter", args=[member.username, default_token_generator.make_token(member)])


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, username: str, token: str) -> HttpResponse:
    """Come in by a link. It is opened by a button, so that a messenger that looks at links does not use it up.

    Raises NotThere for a link that was used, is too old, or was never made.
    """
    member = find_member(username)
    if member is None or not member.is_active or not default_token_generator.check_token(member, token):
        raise NotThere(what=Text(zh="这个入口（可能已经用过或过期）", en="entry (it may have been used, or be too old)"))
    if request.method == "POST":
        return let_in(request, member, reverse("console:home" if member.has_usable_password() else "console:password"))
    return render(request, "console/enter.html", {"member": member})


@opened_to()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password, for oneself."""
    form = SetPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.choose_password(
            key=f"team.choose_password:{request.request_id}",
            actor=request.actor,
            at=request.at,
            username=request.user.username,
            password=form.cleaned_data["new_password1"],
        )
        request.user.refresh_from_db()
        _keep_sign_in(request)
        return redirect("console:home")
    return render(request, "console/password.html", {"form": form, "later": reverse("console:home")})


def _keep_sign_in(request: HttpRequest) -> None:
    """Stay in after one's own password changed; the session gets another key, and the list of devices follows."""
    before = request.session.session_key
    update_session_auth_hash(request, request.user)
    if before and before != request.session.session_key:
        services.forget_sign_in(session_key=before, at=request.at)
    if request.session.session_key:
        services.note_sign_in(member=request.user, session_key=request.session.session_key, device=device_of(request), at=request.at)


def entry_url(origin: str, member: TeamMember) -> str:
    """The whole address of an entry, for a terminal or a message."""
    return origin.rstrip("/") + quote(entry_path(member), safe="/:@")
