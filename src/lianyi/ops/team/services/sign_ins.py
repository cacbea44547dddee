"""Where a member is signed in, and ending it from afar."""

import datetime as dt

from django.contrib.sessions.backends.db import SessionStore

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import execute
from lianyi.ops.team.models import SignIn, TeamMember


def note_sign_in(*, member: TeamMember, session_key: str, device: str, at: dt.datetime) -> None:
    """A member has signed in on a device."""
    SignIn.objects.update_or_create(
        session_key=session_key, defaults={"member": member, "device": device[:80], "began_at": at, "seen_at": at, "ended_at": None}
    )


def note_seen(*, session_key: str, at: dt.datetime) -> None:
    """A device was used."""
    SignIn.objects.filter(session_key=session_key, ended_at=None).update(seen_at=at)


def forget_sign_in(*, session_key: str, at: dt.datetime) -> None:
    """A member has signed out."""
    SignIn.objects.filter(session_key=session_key, ended_at=None).update(ended_at=at)


def end_sign_in(*, key: str, actor: Actor, at: dt.datetime, sign_in_id: int) -> None:
    """Sign a device of one's own out, or, as owner, somebody else's. Raises NotAllowed, NotThere."""
    found = SignIn.objects.select_related("member").filter(pk=sign_in_id, ended_at=None).first()
    if found is None:
        raise NotThere(what=Text(zh="登录", en="sign-in"))
    if actor.kind != "team" or actor.id != found.member.username:
        actor.require("settings.write")

    def do() -> dict[str, str]:
        _end([found], at)
        return {"id": str(sign_in_id)}

    execute(key=key, name="team.end_sign_in", actor=actor, at=at, payload={"id": sign_in_id}, do=do)


def end_other_sign_ins(*, key: str, actor: Actor, at: dt.datetime, session_key: str) -> None:
    """Sign out everywhere but here."""

    def do() -> dict[str, str]:
        _end(list(SignIn.objects.filter(member__username=actor.id, ended_at=None).exclude(session_key=session_key)), at)
        return {"member": actor.id}

    execute(key=key, name="team.end_other_sign_ins", actor=actor, at=at, payload={"member": actor.id}, do=do)


def _end(sign_ins: list[SignIn], at: dt.datetime) -> None:
    for one in sign_ins:
        SessionStore(one.session_key).delete()
    SignIn.objects.filter(pk__in=[one.pk for one in sign_ins]).update(ended_at=at)
