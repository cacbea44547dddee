"""Coming in and going out: a name and a password, or, at the first visit, a link that works once."""

from urllib.parse import quote

from django.contrib.auth import login, update_session_auth_hash
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.views.decorators.http import require_http_methods

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.team.selectors import TeamMember, find_member
from lianyi.ops.team.services import choose_password
from lianyi.web.console.gate import opened_to


class SignIn(LoginView):
    """The door. Who is in already is led on."""

    template_name = "console/sign_in.html"
    redirect_authenticated_user = True
    next_page = reverse_lazy("console:home")


class SignOut(LogoutView):
    """Out, and back to the door."""

    next_page = reverse_lazy("console:sign_in")


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
        login(request, member, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("console:home" if member.has_usable_password() else "console:password")
    return render(request, "console/enter.html", {"member": member})


@opened_to()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Choose a password, for oneself."""
    form = SetPasswordForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        choose_password(
            key=f"team.choose_password:{request.request_id}",
            actor=request.actor,
            at=request.at,
            username=request.user.username,
            password=form.cleaned_data["new_password1"],
        )
        request.user.refresh_from_db()
        update_session_auth_hash(request, request.user)
        return redirect("console:home")
    return render(request, "console/password.html", {"form": form, "later": reverse("console:home")})


def entry_url(origin: str, member: TeamMember) -> str:
    """The whole address of an entry, for a terminal or a message."""
    return origin.rstrip("/") + quote(entry_path(member), safe="/:@")
