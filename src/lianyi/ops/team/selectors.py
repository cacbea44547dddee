"""Reading about the team."""

import datetime as dt

from django.db.models import Q

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.team.models import ApiKey, RecoveryCode, SavedView, SecondFactor, SignIn, TeamMember
from lianyi.ops.team.rules import TEAM_ROLES

__all__ = ["ApiKey", "SavedView", "SecondFactor", "SignIn", "TeamMember"]


def list_members() -> list[TeamMember]:
    """Everybody, those who may sign in first."""
    return list(TeamMember.objects.order_by("-is_active", "id"))


def get_member(username: str) -> TeamMember:
    """One team member. Raises NotThere."""
    member = find_member(username)
    if member is None:
        raise NotThere(what=Text(zh="团队成员", en="team member"), given=username)
    return member


def find_member(username: str) -> TeamMember | None:
    """One team member, or None."""
    return TeamMember.objects.filter(username=username).first()


def find_member_by_key(pk: int) -> TeamMember | None:
    """One team member by the database's key, or None."""
    return TeamMember.objects.filter(pk=pk).first()


def list_api_keys(member: TeamMember) -> list[ApiKey]:
    """A member's keys that were not revoked, newest first."""
    return list(ApiKey.objects.filter(member=member, revoked_at=None).order_by("-id"))


def find_api_key(digest: str, at: dt.datetime) -> ApiKey | None:
    """The key of a digest; None when it is unknown, revoked or over, or its member may not sign in."""
    valid = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=at)) & Q(member__is_active=True)
    return ApiKey.objects.select_related("member").filter(valid, digest=digest).first()


def find_second_factor(member: TeamMember) -> SecondFactor | None:
    """A member's second factor, confirmed or not; None for none."""
    return SecondFactor.objects.filter(member=member).first()


def has_second_factor(member: TeamMember) -> bool:
    """Whether a code is asked for beside the password."""
    return SecondFactor.objects.filter(member=member, confirmed_at__isnull=False).exists()


def list_guarded() -> set[int]:
    """Keys of the members who have a second factor."""
    return set(SecondFactor.objects.filter(confirmed_at__isnull=False).values_list("member_id", flat=True))


def count_recovery_codes(member: TeamMember) -> int:
    """Recovery codes that are left."""
    return RecoveryCode.objects.filter(member=member, used_at=None).count()


def list_sign_ins(member: TeamMember) -> list[SignIn]:
    """Devices on which a member is signed in, the last used first."""
    return list(SignIn.objects.filter(member=member, ended_at=None).order_by("-seen_at"))


def list_views(username: str) -> list[SavedView]:
    """What a member keeps at hand, in the order in which it was kept."""
    return list(SavedView.objects.filter(member__username=username))


def list_roles() -> tuple[str, ...]:
    """Role ids that a team member may have."""
    return TEAM_ROLES
