"""Letting people in, and changing what they may do."""

import datetime as dt
from collections.abc import Iterable

from django.db import IntegrityError, transaction

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import execute
from lianyi.ops.team.models import TeamMember
from lianyi.ops.team.rules import LastOwner, UsernameTaken, usable_roles, usable_username

FIRST_OWNER = "owner"


def add_member(
    *, key: str, actor: Actor, at: dt.datetime, username: str, name: str, roles: Iterable[str], password: str = ""
) -> TeamMember:
    """Let someone in; without a password they choose one at their first visit, by a link.

    Raises NotAllowed, UsernameUnusable, UsernameTaken, UnknownName for a role.
    """
    actor.require("settings.write")
    username, wanted = usable_username(username), usable_roles(roles)
    shown = name.strip() or username

    def do() -> dict[str, str]:
        member = TeamMember(username=username, name=shown, roles=wanted, added_at=at)
        member.set_password(password or None)
        try:
            with transaction.atomic():
                member.save(force_insert=True)
        except IntegrityError:
            raise UsernameTaken(given=username) from None
        return {"username": username}

    execute(key=key, name="team.add_member", actor=actor, at=at, payload={"username": username, "name": shown, "roles": wanted}, do=do)
    return TeamMember.objects.get(username=username)


def found_owner(*, at: dt.datetime) -> TeamMember:
    """The first owner of a new workspace; the one there is when there is one."""
    owner = next((member for member in TeamMember.objects.filter(is_active=True).order_by("id") if "owner" in member.roles), None)
    return owner or add_member(
        key=f"team.found_owner:{FIRST_OWNER}", actor=SYSTEM, at=at, username=FIRST_OWNER, name="负责人", roles=["owner"]
    )


def change_member(
    *, key: str, actor: Actor, at: dt.datetime, username: str, roles: Iterable[str], name: str, is_active: bool
) -> TeamMember:
    """Change a team member's name and roles, and whether they may sign in.

    Raises NotAllowed, NotThere, LastOwner.
    """
    actor.require("settings.write")
    wanted = usable_roles(roles)

    def do() -> dict[str, str]:
        # Locked together, so that two owners cannot dismiss each other at the same moment.
        members = {member.username: member for member in TeamMember.objects.select_for_update().order_by("id")}
        if username not in members:
            raise NotThere(what=Text(zh="团队成员", en="team member"), given=username)
        member = members[username]
        member.roles, member.is_active, member.name = wanted, is_active, name.strip() or member.name
        if not any(one.is_active and "owner" in one.roles for one in members.values()):
            raise LastOwner
        member.save(update_fields=["roles", "is_active", "name"])
        return {"username": username}

    payload = {"username": username, "roles": wanted, "name": name, "is_active": is_active}
    execute(key=key, name="team.change_member", actor=actor, at=at, payload=payload, do=do)
    return TeamMember.objects.get(username=username)


def choose_password(*, key: str, actor: Actor, at: dt.datetime, username: str, password: str) -> None:
    """Set a password: one's own, or, as owner, someone else's. Raises NotAllowed, NotThere."""
    if actor.kind != "team" or actor.id != username:
        actor.require("settings.write")

    def do() -> dict[str, str]:
        member = TeamMember.objects.filter(username=username, is_active=True).first()
        if member is None:
            raise NotThere(what=Text(zh="团队成员", en="team member"), given=username)
        member.set_password(password)
        member.save(update_fields=["password"])
        return {"username": username}

    execute(key=key, name="team.choose_password", actor=actor, at=at, payload={"username": username}, do=do)
