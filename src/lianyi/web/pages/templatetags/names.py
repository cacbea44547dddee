"""How a member is called on a page that others may see: no name is known, and none is needed."""

import hashlib

from django import template

from lianyi.ops.campaigns.selectors import Team
from lianyi.ops.members.selectors import Member
from lianyi.web.ui.templatetags.words import spoken

register = template.Library()


@register.filter
def called(member: Member) -> str:
    """A short name that is the same each time and says nothing about the person: 会员 7F3A."""
    mark = hashlib.sha256(member.public_id.encode()).hexdigest()[:4].upper()
    return f"会员 {mark}" if spoken() == "zh" else f"Member {mark}"


@register.filter
def face(member: Member) -> str:
    """What a member's picture is drawn from: not the id, which stays among us."""
    return hashlib.sha256(f"face {member.public_id}".encode()).hexdigest()[:12]


@register.filter
def missing(team: Team) -> int:
    """How many members still have to pay before a team is full."""
    return max(0, team.size - team.joined)
