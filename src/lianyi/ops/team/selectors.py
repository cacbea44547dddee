"""Reading about the team."""

import datetime as dt

from django.db.models import Q

from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.ops.team.models import ApiKey, TeamMember
from lianyi.ops.team.rules import TEAM_ROLES

__all__ = ["ApiKey", "TeamMember", "find_key_owner", "find_member", "get_member", "list_api_keys", "list_members", "list_roles"]


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


def list_api_keys(member: TeamMember) -> list[ApiKey]:
    """A member's keys that were not revoked, newest first."""
    return list(ApiKey.objects.filter(member=member, revoked_at=None).order_by("-id"))


def find_key_owner(digest: str, at: dt.datetime) -> TeamMember | None:
    """Whom a program acts for, by the digest of its key; None when the key is unknown, revoked or over, or its owner may not sign in."""
    valid = Q(revoked_at=None) & (Q(expires_at=None) | Q(expires_at__gt=at)) & Q(member__is_active=True)
    found = ApiKey.objects.select_related("member").filter(valid, digest=digest).first()
    return found.member if found else None


def list_roles() -> tuple[str, ...]:
    """Role ids that a team member may have."""
    return TEAM_ROLES
