"""Keys with which programs act for a member."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput, NotThere
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import ShownOnce, execute
from lianyi.ops.team.models import ApiKey, TeamMember
from lianyi.ops.team.rules import usable_roles

KEY_MARK = "ly_"
USED_EVERY = dt.timedelta(hours=1)


def make_api_key(
    *,
    key: str,
    actor: Actor,
    at: dt.datetime,
    member: TeamMember,
    name: str,
    roles: Iterable[str] = (),
    expires_at: dt.datetime | None = None,
) -> str:
    """A key for a program that acts for this member; shown once, here.

    roles : what it may do at most, of what its member may; none: all of it
    Raises NotAllowed, BadInput without a name, UnknownName for a role.
    """
    if actor.kind != "team" or actor.id != member.username:
        actor.require("settings.write")
    if not name.strip():
        raise BadInput(reason=Text(zh="请给密钥起个名字。", en="Give the key a name."))
    wanted = usable_roles(roles) if roles else []
    whole = KEY_MARK + secrets.token_urlsafe(32)

    made_now: list[bool] = []

    def do() -> dict[str, str]:
        made_now.append(True)
        made = ApiKey.objects.create(
            member=member, name=name.strip(), prefix=whole[:10], digest=digest_of(whole), roles=wanted, made_at=at, expires_at=expires_at
        )
        return {"id": str(made.pk), "prefix": made.prefix}

    execute(
        key=key, name="team.make_api_key", actor=actor, at=at, payload={"member": member.username, "name": name, "roles": wanted}, do=do
    )
    if not made_now:
        raise ShownOnce
    return whole


def revoke_api_key(*, key: str, actor: Actor, at: dt.datetime, api_key_id: int) -> None:
    """End a key at once. Raises NotAllowed, NotThere."""
    found = ApiKey.objects.select_related("member").filter(pk=api_key_id).first()
    if found is None:
        raise NotThere(what=Text(zh="接口密钥", en="API key"), given=str(api_key_id))
    if actor.kind != "team" or actor.id != found.member.username:
        actor.require("settings.write")

    def do() -> dict[str, str]:
        ApiKey.objects.filter(pk=api_key_id, revoked_at=None).update(revoked_at=at)
        return {"id": str(api_key_id)}

    execute(key=key, name="team.revoke_api_key", actor=actor, at=at, payload={"id": api_key_id}, do=do)


def digest_of(whole: str) -> str:
    """What is kept of a key. It has 256 random bits, so a plain digest is enough."""
    return hashlib.sha256(whole.encode()).hexdigest()


def note_key_used(*, api_key_id: int, at: dt.datetime) -> None:
    """When a key was used last, to the hour."""
    ApiKey.objects.filter(pk=api_key_id).exclude(last_used_at__gt=at - USED_EVERY).update(last_used_at=at)
