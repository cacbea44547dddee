"""Links that sign a member in: for one telephone or one member, for a quarter of an hour, once."""

import datetime as dt
import secrets
from dataclasses import dataclass

from lianyi.kernel.actor import Actor
from lianyi.ops.journal.commands import execute
from lianyi.ops.members.selectors import Member, get_member
from lianyi.ops.members.services import join
from lianyi.web.pages.models import UsedLink
from lianyi.web.pages.seals import LinkExpired, opened, seal

PURPOSE = "sign in"
LIFE = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Brought:
    """Who brought a visitor here, and over which channel; both "" when nobody did."""

    referrer_id: str = ""
    channel: str = ""


def link_token(*, at: dt.datetime, phone: str = "", member_id: str = "", life: dt.timedelta = LIFE) -> str:
    """A token that signs in whoever has this telephone number, or a member by public id."""
    who = {"p": phone} if phone else {"m": member_id}
    return seal(PURPOSE, {**who, "n": secrets.token_urlsafe(12)}, until=at + life)


def is_usable(token: str, *, at: dt.datetime) -> None:
    """Raises LinkBroken or LinkExpired for a token that would not sign in."""
    if UsedLink.objects.filter(nonce=opened(PURPOSE, token, at=at)["n"]).exists():
        raise LinkExpired


def use_link(token: str, *, actor: Actor, at: dt.datetime, brought: Brought) -> Member:
    """The member that a token stands for, who joins now if they are new; the token is used up with it.

    Raises LinkBroken, LinkExpired.
    """
    said = opened(PURPOSE, token, at=at)

    def do() -> dict[str, str]:
        _, first = UsedLink.objects.get_or_create(nonce=said["n"], defaults={"until": at + LIFE})
        if not first:
            raise LinkExpired
        UsedLink.objects.filter(until__lt=at - dt.timedelta(days=7)).delete()
        if "m" in said:
            return {"member": get_member(said["m"]).public_id}
        member = join(
            actor=actor, at=at, phone=said["p"], referrer_id=brought.referrer_id or None, channel=brought.channel, key=f"join:{said['n']}"
        )
        return {"member": member.public_id}

    # Under a key of its own each time: a repeat must find the link used, not the answer of the first.
    key = f"sign-in:{secrets.token_urlsafe(12)}"
    return get_member(execute(key=key, name="pages.sign_in", actor=actor, at=at, payload={"nonce": said["n"]}, do=do)["member"])
