"""Reading invitations, check-ins, and what is held for review."""

from lianyi.ops.campaigns.models import Campaign, CheckIn, Claim, Promoter, Review, Withdrawal
from lianyi.ops.members.selectors import Member


def find_claim_of(invitee: Member) -> Claim | None:
    """The one claim of who was invited; None before it."""
    return Claim.objects.filter(invitee=invitee).select_related("campaign", "inviter").first()


def list_claims_of(inviter: Member, campaign: Campaign | None = None) -> list[Claim]:
    """Friends whom a member brought (in one campaign, or in all), the latest first."""
    chosen = Claim.objects.filter(inviter=inviter, **({"campaign": campaign} if campaign else {}))
    return list(chosen.select_related("campaign", "invitee").prefetch_related("rewards").order_by("-at", "-id"))


def find_last_check_in(campaign: Campaign, member: Member) -> CheckIn | None:
    """A member's latest check-in; None before the first."""
    return CheckIn.objects.filter(campaign=campaign, member=member).order_by("-d").first()


def find_promoter(member: Member) -> Promoter | None:
    """A member's standing as promoter; None when they never agreed, or stopped."""
    return Promoter.objects.filter(member=member, stopped_at__isnull=True).first()


def list_withdrawals_of(member: Member) -> list[Withdrawal]:
    """What a member asked to be paid out, the latest first."""
    return list(Withdrawal.objects.filter(member=member).order_by("-requested_at", "-id"))


def list_reviews_of(member: Member) -> list[Review]:
    """Doubts about what a member is to get, the latest first."""
    return list(Review.objects.filter(member=member).select_related("campaign").order_by("-opened_at", "-id"))


def find_review(public_id: str) -> Review | None:
    """A review; None when there is none."""
    return Review.objects.filter(public_id=public_id).select_related("member", "campaign").first()
