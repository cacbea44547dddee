"""What is done to and by members."""

import datetime as dt
import secrets
from typing import Any

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import execute
from lianyi.ops.journal.selectors import list_facts, was_erased
from lianyi.ops.journal.services import content_of, erase_member, record
from lianyi.ops.members.models import Consent, Identity, Member, Tag
from lianyi.ops.members.rules import known_purpose, phone_number, tag_name
from lianyi.ops.members.selectors import get_member, has_consent, pseudonym_of


class IdentityTaken(Refusal):
    """Two identities that belong to different members."""

    code = "identity_taken"
    message = Text(zh="这个手机号与微信号分属两位会员。", en="This phone number and this WeChat identity belong to two different members.")
    remedy = Text(zh="请联系客服合并。", en="Ask the service desk to sort it out.")


def join(
    *,
    actor: Actor,
    at: dt.datetime,
    phone: str | None = None,
    open_id: str | None = None,
    referrer_id: str | None = None,
    channel: str = "",
    platform: str = "",
    key: str = "",
) -> Member:
    """Become a member, or be recognised as one: by phone number, WeChat open id, or neither (then by public id alone).

    referrer_id : public id of who brought them; counts at the first joining only and never changes
    Raises PhoneUnusable, MemberUnknown (the referrer), IdentityTaken, NotAllowed for a partner.
    """
    if actor.kind not in ("visitor", "member"):
        actor.require("member.write")
    given = {"phone": phone_number(phone) if phone else "", "open_id": open_id or ""}
    identities = {kind: pseudonym_of(kind, value) for kind, value in given.items() if value}

    def do() -> dict[str, str]:
        known = {one.kind: one.member for one in _identities(identities)}
        if len({member.pk for member in known.values()}) > 1:
            raise IdentityTaken
        member = next(iter(known.values()), None)
        if member is None:
            referrer = get_member(referrer_id) if referrer_id else None
            member = Member.objects.create(
                public_id=_public_id(identities), referrer=referrer, channel=channel, platform=platform, tier_since=at, joined_at=at
            )
            record(
                name="member_joined",
                at=at,
                actor=actor,
                member_id=member.public_id,
                referrer_id=referrer.public_id if referrer else "",
                channel=channel,
                platform=platform,
            )
        Identity.objects.bulk_create(
            [Identity(member=member, kind=kind, pseudonym=value, linked_at=at) for kind, value in identities.items() if kind not in known]
        )
        return {"member": member.public_id}

    payload = {**identities, "referrer": referrer_id, "channel": channel, "platform": platform}
    done = execute(key=key or f"join:{secrets.token_urlsafe(12)}", name="members.join", actor=actor, at=at, payload=payload, do=do)
    return get_member(done["member"])


def set_consent(
    *, actor: Actor, at: dt.datetime, member: Member, purpose: str, granted: bool, policy: str = "", source: str = "", key: str = ""
) -> bool:
    """Agree to one use of one's data, or withdraw; answers what now holds. Only the member may agree; the team may withdraw for them.

    Raises UnknownName, NotAllowed.
    """
    if granted:
        actor.require_self(member.public_id, otherwise="member.erase")
    else:
        actor.require_self(member.public_id, otherwise="member.write")
    known_purpose(purpose)

    def do() -> dict[str, bool]:
        if has_consent(member, purpose) != granted or not Consent.objects.filter(member=member, purpose=purpose).exists():
            Consent.objects.create(member=member, purpose=purpose, granted=granted, policy=policy, source=source, at=at)
            name = "consent_given" if granted else "consent_withdrawn"
            body = {"policy": policy or None, "source": source or None}
            record(name=name, at=at, actor=actor, member_id=member.public_id, kind=purpose, body=body)
        return {"granted": granted}

    payload = {"member": member.public_id, "purpose": purpose, "granted": granted, "policy": policy}
    done = execute(key=key or f"consent:{secrets.token_urlsafe(12)}", name="members.consent", actor=actor, at=at, payload=payload, do=do)
    return bool(done["granted"])


def tag(*, actor: Actor, at: dt.datetime, member: Member, name: str, source: str = "manual", key: str = "") -> None:
    """Put a tag on a member; one that is there stays. Raises TagUnusable, NotAllowed."""
    actor.require("member.write")
    word = tag_name(name)

    def do() -> dict[str, str]:
        _, created = Tag.objects.get_or_create(member=member, name=word, defaults={"source": source, "at": at})
        if created:
            record(name="member_tagged", at=at, actor=actor, member_id=member.public_id, kind=word, body={"source": source})
        return {"tag": word}

    payload = {"member": member.public_id, "tag": word}
    execute(key=key or f"tag:{secrets.token_urlsafe(12)}", name="members.tag", actor=actor, at=at, payload=payload, do=do)


def untag(*, actor: Actor, at: dt.datetime, member: Member, name: str, key: str = "") -> None:
    """Take a tag off a member, if it is on. Raises TagUnusable, NotAllowed."""
    actor.require("member.write")
    word = tag_name(name)

    def do() -> dict[str, str]:
        gone, _ = Tag.objects.filter(member=member, name=word).delete()
        if gone:
            record(name="member_untagged", at=at, actor=actor, member_id=member.public_id, kind=word)
        return {"tag": word}

    payload = {"member": member.public_id, "tag": word}
    execute(key=key or f"untag:{secrets.token_urlsafe(12)}", name="members.untag", actor=actor, at=at, payload=payload, do=do)


def hold_still(member: Member) -> None:
    """Wait for whoever else counts something of this member, and have them wait until the running command ends."""
    list(Member.objects.select_for_update(no_key=True).filter(pk=member.pk).values_list("pk"))


def _identities(identities: dict[str, str]) -> list[Identity]:
    return [
        one for kind, value in identities.items() for one in Identity.objects.filter(kind=kind, pseudonym=value).select_related("member")
    ]


def _public_id(identities: dict[str, str]) -> str:
    """A phone's stand-in where there is one, so that imported history is the member's; else drawn by lot.

    Who was erased and comes back is somebody new: the old stand-in is on the list of those to forget.
    """
    known = identities.get("phone", "")
    return known if known and not was_erased(known) else f"m_{secrets.token_hex(10)}"


def erase(*, actor: Actor, at: dt.datetime, member: Member, key: str = "") -> None:
    """Erase a member who asks for it: identities, tags and consents go, their facts lose them, the stream forgets them soon after.

    Orders and the ledger keep a member without a name, as the law on transaction records asks. Raises NotAllowed.
    """
    actor.require_self(member.public_id, otherwise="member.erase")
    public_id = member.public_id

    def do() -> dict[str, int]:
        for model in (Identity, Tag, Consent):
            model.objects.filter(member=member).delete()
        Member.objects.filter(pk=member.pk).update(public_id=f"x_{secrets.token_hex(10)}", erased_at=at, channel="", platform="")
        return {"facts": erase_member(member_id=public_id, at=at)}

    # The actor is not kept: an erased member who asked for it themself would be named by the log.
    execute(key=key or f"erase:{secrets.token_urlsafe(12)}", name="members.erase", actor=SYSTEM, at=at, payload={"row": member.pk}, do=do)


def export(*, actor: Actor, member: Member) -> dict[str, Any]:
    """Everything that is held about a member, to be handed to them: a JSON object. Raises NotAllowed."""
    actor.require_self(member.public_id, otherwise="member.export")
    return {
        "member": member.public_id,
        "joined_at": member.joined_at.isoformat(),
        "tier": member.tier,
        "channel": member.channel,
        "referrer": member.referrer.public_id if member.referrer else None,
        "identities": [{"kind": one.kind, "linked_at": one.linked_at.isoformat()} for one in member.identities.order_by("pk")],
        "consents": [
            {"purpose": one.purpose, "granted": one.granted, "policy": one.policy, "at": one.at.isoformat()}
            for one in member.consents.order_by("at", "pk")
        ],
        "tags": sorted(member.tags.values_list("name", flat=True)),
        "facts": [content_of(fact) for fact in list_facts(member_id=member.public_id)],
    }
