"""Reading members."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import Count, Q

from lianyi.kernel.errors import NotThere
from lianyi.kernel.ids import pseudonym
from lianyi.kernel.text import Text
from lianyi.ops.members.models import Consent, Group, GroupMember, Identity, Member

__all__ = [
    "Group",
    "GroupUnknown",
    "Member",
    "MemberUnknown",
    "find_by_identity",
    "find_consent",
    "find_group",
    "find_member",
    "find_member_by_row",
    "get_group",
    "get_member",
    "groups_of",
    "has_consent",
    "list_groups",
    "list_referred",
    "list_tags",
    "pseudonym_of",
    "tagged",
]
# Asked with every request of a member: written out, it costs a quarter of what working the statement out anew each time would.
LIVING = "SELECT * FROM members_member WHERE erased_at IS NULL"


class MemberUnknown(NotThere):
    """There is no such member, or they were erased."""

    code = "member_unknown"
    message = Text(zh="没有这位会员：%(member)s。", en="There is no such member: %(member)s.")


def get_member(public_id: str) -> Member:
    """A member by public id. Raises MemberUnknown."""
    member = find_member(public_id)
    if member is None:
        raise MemberUnknown(member=public_id)
    return member


def find_member(public_id: str) -> Member | None:
    """A member by public id; None when there is none or they were erased."""
    return next(iter(Member.objects.raw(f"{LIVING} AND public_id = %s", [public_id])), None)


def find_member_by_row(row: int) -> Member | None:
    """A member by the number of their row, which tells nobody who they are; None when there is none or they were erased."""
    return next(iter(Member.objects.raw(f"{LIVING} AND id = %s", [row])), None)


def find_by_identity(*, phone: str | None = None, open_id: str | None = None) -> Member | None:
    """The member whom a phone number or a WeChat open id belongs to."""
    for kind, value in (("open_id", open_id), ("phone", phone)):
        if value:
            found = Identity.objects.filter(kind=kind, pseudonym=pseudonym_of(kind, value)).select_related("member").first()
            if found is not None:
                return found.member
    return None


def pseudonym_of(kind: str, value: str) -> str:
    """The keyed stand-in for an identity. A phone's is the one under which imported files know the same person."""
    return pseudonym(value if kind == "phone" else f"{kind}:{value}", settings.WORKSPACE.key)


def find_consent(member: Member, purpose: str) -> bool | None:
    """What the member last said about a use of their data; None when they were never asked."""
    said = Consent.objects.filter(member=member, purpose=purpose).order_by("-at", "-id")
    newest: bool | None = said.values_list("granted", flat=True).first()
    return newest


def has_consent(member: Member, purpose: str) -> bool:
    """Whether the member agrees to a use of their data now; silence is no."""
    return bool(find_consent(member, purpose))


def list_referred(member: Member) -> list[Member]:
    """Whom a member brought, the latest first; without those who were erased."""
    return list(Member.objects.filter(referrer=member, erased_at__isnull=True).order_by("-joined_at", "-id"))


def list_tags(member: Member) -> list[str]:
    """The member's tags in order of the alphabet."""
    return sorted(member.tags.values_list("name", flat=True))


def members_of(public_ids: Iterable[str]) -> dict[str, Member]:
    """Members by public id; those unknown or erased are left out."""
    return {member.public_id: member for member in Member.objects.filter(public_id__in=list(public_ids), erased_at__isnull=True)}


def tagged(name: str, members: Iterable[Member]) -> set[int]:
    """The rows of those of some members who have a tag. One query."""
    return set(Member.objects.filter(tags__name=name, pk__in=[member.pk for member in members]).values_list("pk", flat=True))


class GroupUnknown(NotThere):
    """There is no such group."""

    code = "group_unknown"
    message = Text(zh="没有这个群：%(group)s。", en="There is no such group: %(group)s.")


def find_group(code: str) -> Group | None:
    """The group whose link has this code; None when no link has."""
    return Group.objects.filter(code=code).first()


def get_group(public_id: str) -> Group:
    """A group by public id. Raises GroupUnknown."""
    found = Group.objects.filter(public_id=public_id).first()
    if found is None:
        raise GroupUnknown(group=public_id)
    return found


def list_groups() -> list[tuple[Group, int]]:
    """Groups, the newest first, each with how many members are in it now. One query."""
    inside = Count("members", filter=Q(members__left_at__isnull=True))
    return [(one, one.n) for one in Group.objects.annotate(n=inside).order_by("-made_at", "-id")]


def groups_of(members: Iterable[int]) -> dict[int, str]:
    """The group that each of some members counts in, by the member's row: the first that they came into and have not left.

    members : rows, as values or as a query; who is in no group is left out. One query
    """
    inside = GroupMember.objects.filter(member_id__in=members, left_at__isnull=True)
    # The latest first, so that the earliest is what remains.
    seats = inside.order_by("-joined_at", "-group__public_id").values_list("member_id", "group__public_id")
    return dict(seats)
