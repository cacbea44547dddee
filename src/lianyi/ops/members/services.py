"""What is done to and by members."""

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.kernel.errors import Refusal
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import execute
from lianyi.ops.journal.selectors import erased_among, list_facts, was_erased
from lianyi.ops.journal.services import content_of, draft, erase_member, record, record_all, stop_erasures
from lianyi.ops.members.models import Consent, GroupMember, Identity, Member, Tag
from lianyi.ops.members.rules import known_purpose, phone_number, tag_name
from lianyi.ops.members.selectors import get_member, has_consent, members_of, pseudonym_of


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


@dataclass(frozen=True, slots=True)
class Known:
    """A member as the imported history knows them; the newest row of the reference table."""

    member_id: str
    joined_at: dt.datetime
    tier: str = ""
    channel: str = ""
    platform: str = ""
    referrer_id: str = ""
    tags: tuple[str, ...] = ()


def adopt(*, actor: Actor, at: dt.datetime, known: Sequence[Known], key: str = "") -> int:
    """Take members over from the imported history; answers how many were new here. Their joining is in the history already and is not told again.

    Those who are here already, and those who were erased, are left out. A referrer counts only if they joined earlier and are here or among these.
    Where nobody is new nothing is done, and nothing noted.
    Cost: one transaction, about 0.2 ms a new member; hand over a few thousand at a time. Raises NotAllowed.
    """
    actor.require("member.write")
    asked = {one.member_id: one for one in known}
    if not asked.keys() - members_of(asked).keys() - erased_among(asked):
        return 0

    def do() -> dict[str, int]:
        stop_erasures()
        here = members_of({*asked, *(one.referrer_id for one in known)})
        gone = erased_among(asked)
        fresh = [one for one in asked.values() if one.member_id not in here and one.member_id not in gone]
        waiting = {one.member_id: one for one in fresh}
        # A referrer has to be there before whom they brought: one generation after the other.
        while waiting:
            ready = [one for one in waiting.values() if one.referrer_id not in waiting] or list(waiting.values())
            for member in Member.objects.bulk_create([_adopted(one, here) for one in ready], batch_size=500):
                here[member.public_id] = member
                del waiting[member.public_id]
        Tag.objects.bulk_create(
            [
                Tag(member=here[one.member_id], name=tag_name(word), source="imported", at=at)
                for one in fresh
                for word in dict.fromkeys(one.tags)
            ],
            batch_size=500,
        )
        record_all([draft(name="member_adopted", at=at, actor=actor, member_id=one.member_id) for one in fresh])
        return {"members": len(fresh)}

    payload = {"members": [one.member_id for one in known]}
    return int(
        execute(key=key or f"adopt:{secrets.token_urlsafe(12)}", name="members.adopt", actor=actor, at=at, payload=payload, do=do)[
            "members"
        ]
    )


def _adopted(one: Known, here: Mapping[str, Member]) -> Member:
    referrer = here.get(one.referrer_id)
    return Member(
        public_id=one.member_id,
        referrer=referrer if referrer is not None and referrer.joined_at <= one.joined_at else None,
        channel=one.channel[:40],
        platform=one.platform[:40],
        tier=one.tier[:24] or "member",
        tier_since=one.joined_at,
        joined_at=one.joined_at,
    )


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


def set_tier(*, actor: Actor, at: dt.datetime, member: Member, tier: str, key: str = "") -> Member:
    """Put a member into a tier. Raises TagUnusable for a word that is none, NotAllowed."""
    actor.require("member.write")
    word = tag_name(tier)[:24]

    def do() -> dict[str, str]:
        if Member.objects.filter(pk=member.pk).exclude(tier=word).update(tier=word, tier_since=at):
            record(name="tier_changed", at=at, actor=actor, member_id=member.public_id, kind=word)
        return {"tier": word}

    payload = {"member": member.public_id, "tier": word}
    execute(key=key or f"tier:{secrets.token_urlsafe(12)}", name="members.set_tier", actor=actor, at=at, payload=payload, do=do)
    return get_member(member.public_id)


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
    """Erase a member who asks for it: identities, tags, consents and groups go, their facts lose them, the stream forgets them soon after.

    Orders and the ledger keep a member without a name, as the law on transaction records asks. Raises NotAllowed.
    """
    actor.require_self(member.public_id, otherwise="member.erase")
    public_id = member.public_id

    def do() -> dict[str, int]:
        for model in (Identity, Tag, Consent, GroupMember):
            model.objects.filter(member=member).delete()
        Member.objects.filter(pk=member.pk).update(public_id=f"x_{secrets.token_hex(10)}", erased_at=at, channel="", platform="")
        return {"facts": erase_member(member_id=public_id, at=at)}

    # A member who asks for it themself is not kept as the actor: the log would name them.
    logged = actor if actor.kind == "team" else SYSTEM
    execute(key=key or f"erase:{secrets.token_urlsafe(12)}", name="members.erase", actor=logged, at=at, payload={"row": member.pk}, do=do)


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
        "groups": sorted(member.groups.filter(left_at__isnull=True).values_list("group__title", flat=True)),
        "facts": [content_of(fact) for fact in list_facts(member_id=member.public_id)],
    }


def hand_out(*, actor: Actor, at: dt.datetime, member: Member, key: str = "") -> dict[str, Any]:
    """What `export` answers, noted in the log of commands under the name of who took it. Raises NotAllowed."""
    found = export(actor=actor, member=member)
    payload = {"row": member.pk}
    execute(
        key=key or f"export:{secrets.token_urlsafe(12)}", name="members.export", actor=actor, at=at, payload=payload, do=lambda: payload
    )
    return found


def note_members_saved(*, actor: Actor, at: dt.datetime, member_ids: Sequence[str], key: str = "") -> None:
    """Note who was handed out in a file: one entry for each member. Raises NotAllowed."""
    actor.require("member.export")
    batch = key or f"saved:{secrets.token_urlsafe(12)}"
    for member_id in member_ids:
        payload = {"member": member_id}
        execute(
            key=f"{batch}:{member_id}", name="members.save_row", actor=actor, at=at, payload=payload, do=lambda payload=payload: payload
        )


def note_list_saved(*, actor: Actor, at: dt.datetime, what: str, rows: int, key: str = "") -> None:
    """Note that a list of members was saved as a file: what was asked for, and how many. Raises NotAllowed."""
    actor.require("member.export")
    payload = {"list": what[:200], "rows": rows}
    execute(
        key=key or f"list:{secrets.token_urlsafe(12)}", name="members.save_list", actor=actor, at=at, payload=payload, do=lambda: payload
    )
