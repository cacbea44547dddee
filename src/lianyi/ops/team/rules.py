"""What makes a team member or a key valid; no database."""

import re
from collections.abc import Iterable

from lianyi.kernel.actor import ROLE_NAMES
from lianyi.kernel.errors import BadInput, Refusal, UnknownName
from lianyi.kernel.text import Text

USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{1,63}")
# A partner is no colleague: partners have a door of their own.
TEAM_ROLES = tuple(role for role in ROLE_NAMES if role != "partner")


class UsernameUnusable(BadInput):
    """A name nobody could sign in with."""

    code = "username_unusable"
    message = Text(zh="登录名 %(given)s 用不了。", en="The user name %(given)s cannot be used.")
    remedy = Text(
        zh="请用 2 到 64 个小写字母、数字或 . _ @ + -，以字母或数字开头。",
        en="Use 2 to 64 lower-case letters, digits or . _ @ + -, beginning with a letter or digit.",
    )


class UsernameTaken(Refusal):
    """Someone else signs in with it."""

    code = "username_taken"
    message = Text(zh="登录名 %(given)s 已有人用。", en="The user name %(given)s is taken.")


class LastOwner(Refusal):
    """Without an owner nobody could let anybody in."""

    code = "last_owner"
    message = Text(zh="至少要有一位在职的负责人。", en="There must be at least one active owner.")
    remedy = Text(zh="请先让另一位成员成为负责人。", en="Make someone else an owner first.")


def usable_username(given: str) -> str:
    """The user name as it is kept.

    Raises UsernameUnusable.
    >>> usable_username(" Lin.Yi ")
    'lin.yi'
    """
    name = given.strip().lower()
    if not USERNAME.fullmatch(name):
        raise UsernameUnusable(given=given)
    return name


def usable_roles(given: Iterable[str]) -> list[str]:
    """Roles in the order of the catalogue, each once; at least one.

    Raises UnknownName, BadInput for none at all.
    >>> usable_roles(["analyst", "owner", "analyst"])
    ['owner', 'analyst']
    """
    wanted = set(given)
    for role in sorted(wanted):
        if role not in TEAM_ROLES:
            raise UnknownName(what="role", given=role, allowed=list(TEAM_ROLES))
    if not wanted:
        raise BadInput(reason=Text(zh="请至少选一个角色。", en="Choose at least one role."))
    return [role for role in TEAM_ROLES if role in wanted]
