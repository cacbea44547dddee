"""A member who asks for it is erased from everything that the operations keep, in one command."""

import datetime as dt
import secrets

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns import services as campaigns
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import erase_member
from lianyi.ops.members import services as members
from lianyi.ops.members.selectors import Member, find_member
from lianyi.ops.shop import services as shop


def erase(*, actor: Actor, at: dt.datetime, member: Member, key: str = "") -> None:
    """Erase a member: identities, tags, consents; their name in facts, commands, sessions and others' orders; what they wrote. The history forgets them soon after.

    Orders and the ledger keep a row without a name, as the law on transaction records asks. Raises NotAllowed.
    """
    actor.require_self(member.public_id, otherwise="member.erase")
    key = key or f"erase:{secrets.token_urlsafe(12)}"

    def do() -> Result:
        orders = shop.forget_member(member)
        campaigns.forget_words(member)
        members.erase(key=f"{key}:member", actor=actor, at=at, member=member)
        return {"orders": orders}

    # A member who asks for it themself is not kept as the actor: the log would name them.
    logged = actor if actor.kind == "team" else SYSTEM
    execute(key=key, name="flows.erase", actor=logged, at=at, payload={"row": member.pk}, do=do)


def erase_named(*, actor: Actor, at: dt.datetime, member_id: str) -> None:
    """Erase whoever has this id, also one whom only the history knows: no take-over brings them in afterwards. Raises NotAllowed."""
    actor.require("member.erase")

    def do() -> Result:
        facts = erase_member(member_id=member_id, at=at)
        # Looked up once a take-over that was under way is done.
        member = find_member(member_id)
        if member is not None:
            erase(actor=actor, at=at, member=member)
        return {"facts": facts}

    execute(key=f"erase:{secrets.token_urlsafe(12)}", name="flows.erase", actor=actor, at=at, payload={}, do=do)
