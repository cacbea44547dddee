"""Groups that members are in: made by the team or taken over from the history, entered by a group's link."""

import datetime as dt
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record
from lianyi.ops.members.models import Group, GroupMember, Member
from lianyi.ops.members.selectors import get_group

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownGroup:
    """A group as the imported history knows it."""

    group_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownSeat:
    """That a member is or was in a group, as the imported history knows it. left_at : None while they are in."""

    group_id: str
    member_id: str
    joined_at: dt.datetime
    left_at: dt.datetime | None = None


def make_group(*, actor: Actor, at: dt.datetime, title: str, key: str = "") -> Group:
    """A new group, with a link of its own. Raises BadInput for no title, NotAllowed."""
    actor.require("member.write")
    if not title.strip():
        raise BadInput(reason=Text(zh="请给群起个名字。", en="Give the group a name."))

    def do() -> Result:
        made = Group.objects.create(public_id=f"q_{secrets.token_hex(6)}", title=title.strip()[:60], code=_code(), made_at=at)
        return {"group": made.public_id}

    done = execute(
        key=key or f"group:{secrets.token_urlsafe(12)}", name="members.make_group", actor=actor, at=at, payload={"title": title}, do=do
    )
    return get_group(done["group"])


def enter_group(*, key: str, actor: Actor, at: dt.datetime, group: Group, member: Member) -> bool:
    """Note that a member came by a group's link; answers whether they were new there. Who had left is in again. Raises NotAllowed."""
    actor.require_self(member.public_id, otherwise="member.write")

    def do() -> Result:
        _, is_new = GroupMember.objects.get_or_create(group=group, member=member, defaults={"source": "link", "joined_at": at})
        back = GroupMember.objects.filter(group=group, member=member, left_at__isnull=False)
        if is_new or back.update(left_at=None, joined_at=at, source="link"):
            record(name="group_joined", at=at, actor=actor, member_id=member.public_id, group_id=group.public_id)
            return {"new": True}
        return {"new": False}

    payload = {"group": group.public_id, "member": member.public_id}
    return bool(execute(key=key, name="members.enter_group", actor=actor, at=at, payload=payload, do=do)["new"])


def adopt_groups(*, actor: Actor, at: dt.datetime, groups: Sequence[KnownGroup], seats: Sequence[KnownSeat], key: str = "") -> int:
    """Take groups over from the imported history, and who is in them; answers how many seats are new here. The history needs no telling of them.

    Seats of members or groups that are not here are left out; what came by a link stays. Cost: a few statements for 500 rows. Raises NotAllowed.
    """
    actor.require("member.write")

    def do() -> Result:
        Group.objects.bulk_create(
            [
                Group(public_id=one.group_id, title=(one.title.strip() or one.group_id)[:60], code=_code(), made_at=at)
                for one in groups
                if one.group_id
            ],
            batch_size=AT_ONCE,
            ignore_conflicts=True,
        )
        here = dict(Group.objects.values_list("public_id", "pk"))
        before = GroupMember.objects.count()
        for start in range(0, len(seats), AT_ONCE):
            some = seats[start : start + AT_ONCE]
            named = {one.member_id for one in some}
            members = dict(Member.objects.filter(public_id__in=named, erased_at__isnull=True).values_list("public_id", "pk"))
            GroupMember.objects.bulk_create(
                [
                    GroupMember(
                        group_id=here[one.group_id],
                        member_id=members[one.member_id],
                        source="imported",
                        joined_at=one.joined_at,
                        left_at=one.left_at,
                    )
                    for one in some
                    if one.group_id in here and one.member_id in members
                ],
                ignore_conflicts=True,
            )
        return {"seats": GroupMember.objects.count() - before}

    payload = {"groups": len(groups), "seats": len(seats)}
    done = execute(
        key=key or f"adopt-groups:{secrets.token_urlsafe(12)}", name="members.adopt_groups", actor=actor, at=at, payload=payload, do=do
    )
    return int(done["seats"])


def _code() -> str:
    return secrets.token_urlsafe(9)
