"""What must always be true of members."""

from collections import Counter

from django.db.models import F

from lianyi.kernel.text import Text
from lianyi.ops.journal.checking import Found, Invariant, Scope
from lianyi.ops.journal.selectors import count_by_member
from lianyi.ops.members.models import GroupMember, Identity, Member


def referrers_came_before(scope: Scope, found: Found) -> None:
    """A member's referrer joined before them: nobody refers themself, and there are no circles."""
    found.checked += Member.objects.filter(referrer__isnull=False).count()
    for member in Member.objects.filter(referrer_id__gte=F("id"))[:100]:
        found.fault(f"member {member.public_id} joined before who referred them")
    for member in Member.objects.filter(referrer__joined_at__gt=F("joined_at"))[:100]:
        found.fault(f"member {member.public_id} joined earlier than who referred them")


def joining_was_told_once(scope: Scope, found: Found) -> None:
    """Every member who is not erased joined, or was taken over from the imported history, in exactly one fact."""
    told = Counter(count_by_member("member_joined")) + Counter(count_by_member("member_adopted"))
    here = set(Member.objects.filter(erased_at__isnull=True).values_list("public_id", flat=True))
    for public_id in here:
        found.expect(told.get(public_id, 0) == 1, f"member {public_id} joined in {told.get(public_id, 0)} facts")
    for public_id in set(told) - here:
        found.fault(f"a fact says that {public_id} joined, who is no member")


def erased_members_have_nothing_left(scope: Scope, found: Found) -> None:
    """An erased member can be recognised by nothing."""
    found.checked += Member.objects.filter(erased_at__isnull=False).count()
    for identity in Identity.objects.filter(member__erased_at__isnull=False)[:100]:
        found.fault(f"{identity} is left of an erased member")
    for row in GroupMember.objects.filter(member__erased_at__isnull=False).values_list("member_id", flat=True)[:100]:
        found.fault(f"member row {row}, erased, is still in a group")


INVARIANTS = (
    Invariant(16, Text(zh="推荐人先于被推荐人，没有环", en="Who referred a member came before them; no circles"), referrers_came_before),
    Invariant(25, Text(zh="每位会员的加入恰有一条事实", en="Every member's joining is told in exactly one fact"), joining_was_told_once),
    Invariant(33, Text(zh="已抹除的会员不留身份", en="Nothing identifies an erased member"), erased_members_have_nothing_left),
)
