"""Groups that members are in: made by the team or taken over from the history, entered by a group's link."""

import datetime as dt
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from lianyi.kernel.actor import Actor
from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.journal.services import record, stop_erasures
from lianyi.ops.members.models import Group, GroupMember, Member
from lianyi.ops.members.selectors import get_group, members_of

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


@dataclass(frozen=True, slots=True)
class Seated:
    """What became of seats. came : members who are in a group now and were not; left : who were in it and are not."""

    came: int
    left: int


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


def adopt_groups(*, actor: Actor, at: dt.datetime, groups: Sequence[KnownGroup], key: str = "") -> int:
    """Take groups over from the imported history; answers how many were new here. Where none is new nothing is noted. Raises NotAllowed."""
    actor.require("member.write")
    named = {one.group_id: one for one in groups if one.group_id}
    here = _rows(named)
    fresh = [one for group_id, one in named.items() if group_id not in here]
    if not fresh:
        return 0

    def do() -> Result:
        before = Group.objects.count()
        made = [Group(public_id=one.group_id, title=(one.title.strip() or one.group_id)[:60], code=_code(), made_at=at) for one in fresh]
        Group.objects.bulk_create(made, batch_size=AT_ONCE, ignore_conflicts=True)
        return {"groups": Group.objects.count() - before}

    payload = {"groups": [one.group_id for one in fresh]}
    done = execute(
        key=key or f"adopt-groups:{secrets.token_urlsafe(12)}", name="members.adopt_groups", actor=actor, at=at, payload=payload, do=do
    )
    return int(done["groups"])


def adopt_seats(*, actor: Actor, at: dt.datetime, seats: Sequence[KnownSeat], key: str = "") -> Seated:
    """Take over from the imported history who is in which group, and who left. The history needs no telling of it.

    What is later counts, here or there: who left after they came is out, who came again after they left is in, whoever noted the other.
    Seats of members or groups that are not here are left out, and those who left before they were known. Where nothing changes nothing is noted.
    Cost: one transaction, a statement for 500 changes. Raises NotAllowed.
    """
    actor.require("member.write")
    if not any(_changes(seats)):
        return Seated(0, 0)

    def do() -> Result:
        stop_erasures()
        fresh, changed = _changes(seats)
        GroupMember.objects.bulk_create(fresh, batch_size=AT_ONCE, ignore_conflicts=True)
        GroupMember.objects.bulk_update(changed, ["joined_at", "left_at"], batch_size=AT_ONCE)
        left = sum(one.left_at is not None for one in changed)
        return {"came": len(fresh) + len(changed) - left, "left": left}

    payload = {"seats": [[one.group_id, one.member_id] for one in seats]}
    done = execute(
        key=key or f"adopt-seats:{secrets.token_urlsafe(12)}", name="members.adopt_seats", actor=actor, at=at, payload=payload, do=do
    )
    return Seated(came=int(done["came"]), left=int(done["left"]))


def _changes(seats: Sequence[KnownSeat]) -> tuple[list[GroupMember], list[GroupMember]]:
    """Seats that are new here, and seats that are here with what became of them since."""
    groups = _rows({one.group_id for one in seats})
    members = {public_id: member.pk for public_id, member in members_of({one.member_id for one in seats}).items()}
    held = GroupMember.objects.filter(member_id__in=members.values(), group_id__in=groups.values())
    here = {(one.group_id, one.member_id): one for one in held}
    fresh, changed = [], []
    for one in seats:
        if one.group_id not in groups or one.member_id not in members:
            continue
        place = groups[one.group_id], members[one.member_id]
        seat = here.get(place)
        if seat is None:
            if one.left_at is None:
                fresh.append(GroupMember(group_id=place[0], member_id=place[1], source="imported", joined_at=one.joined_at))
        elif one.left_at is not None and seat.left_at is None and one.left_at >= seat.joined_at:
            seat.left_at = one.left_at
            changed.append(seat)
        elif one.left_at is None and seat.left_at is not None and one.joined_at > seat.left_at:
            seat.joined_at, seat.left_at = one.joined_at, None
            changed.append(seat)
    return fresh, changed


def _rows(group_ids: Iterable[str]) -> dict[str, int]:
    """The rows of those of some groups that are here, by their id."""
    return dict(Group.objects.filter(public_id__in=list(group_ids)).values_list("public_id", "pk"))


def _code() -> str:
    return secrets.token_urlsafe(9)
