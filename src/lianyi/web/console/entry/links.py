"""Links that let somebody of the team choose a password: the owner's first one, and those for whom the owner adds."""

import datetime as dt

from django.contrib.auth.models import User
from django.urls import reverse

from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text
from lianyi.web.edge.seals import LinkExpired, opened, seal

FIRST, INVITED = "first account", "team password"
FIRST_LIFE, INVITED_LIFE = dt.timedelta(hours=12), dt.timedelta(days=3)


class TeamExists(Refusal):
    """The first account was made already."""

    code = "team_exists"
    message = Text(zh="已经有负责人账号了。", en="There is an owner's account already.")
    remedy = Text(zh="请用它登录；新成员由负责人添加。", en="Sign in with it; the owner adds others.")


def first_path(*, at: dt.datetime) -> str:
    """The path at which the owner makes the first account; "" once there is a team."""
    return "" if User.objects.exists() else reverse("first_account", args=[seal(FIRST, {}, until=at + FIRST_LIFE)])


def require_first(token: str, *, at: dt.datetime) -> None:
    """Raises LinkBroken, LinkExpired, TeamExists."""
    opened(FIRST, token, at=at)
    if User.objects.exists():
        raise TeamExists


def password_path(user: User, *, at: dt.datetime) -> str:
    """The path at which somebody chooses a password. It holds until a password is chosen: the present one's mark is in it."""
    return reverse("choose_password", args=[seal(INVITED, {"u": str(user.pk), "m": mark_of(user)}, until=at + INVITED_LIFE)])


def user_of(token: str, *, at: dt.datetime) -> User:
    """Whose link it is. Raises LinkBroken, LinkExpired (also when a password was chosen since, or the account was closed)."""
    said = opened(INVITED, token, at=at)
    user = User.objects.filter(pk=said["u"], is_active=True).first()
    if user is None or mark_of(user) != said["m"]:
        raise LinkExpired
    return user


def mark_of(user: User) -> str:
    """What changes when the password does."""
    return user.get_session_auth_hash()[:16]
