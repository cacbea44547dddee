"""Who brought whom, and what it earns them."""

from django.db import models
from django.db.models import F, Q

from lianyi.ops.campaigns.mechanics.referral import SIDES

CLAIM_STATES = ("claimed", "confirmed", "void")
REWARD_STATES = ("waiting", "held", "given", "denied")


class Claim(models.Model):
    """One friend brought in a campaign: once in their life, never by themself, the inviter frozen here."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="claims")
    inviter = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    invitee = models.OneToOneField("members.Member", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=12, default="claimed")
    order = models.OneToOneField("shop.Order", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "邀请"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CLAIM_STATES), name="claim_state_known"),
            models.CheckConstraint(condition=~Q(inviter=F("invitee")), name="claim_not_of_self"),
            models.CheckConstraint(condition=Q(inviter__lt=F("invitee")), name="claim_inviter_came_before"),
        ]
        indexes = [models.Index(fields=["campaign", "inviter", "state"], name="claim_of_inviter")]

    def __str__(self) -> str:
        return f"{self.inviter_id}>{self.invitee_id}"


class Reward(models.Model):
    """One reward of a claim. due_at : not before; doubt : what is held against it."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="rewards")
    side = models.CharField(max_length=8)
    step = models.IntegerField()
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    points = models.BigIntegerField(default=0)
    coupon = models.CharField(max_length=40, blank=True)
    badge = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, default="waiting")
    due_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "邀请奖励"
        constraints = [
            models.UniqueConstraint(fields=["claim", "side", "step"], name="reward_once"),
            models.CheckConstraint(condition=Q(state__in=REWARD_STATES), name="reward_state_known"),
            models.CheckConstraint(condition=Q(side__in=SIDES, step__gte=0, points__gte=0), name="reward_in_range"),
        ]
        indexes = [models.Index(fields=["due_at"], name="reward_due", condition=Q(state="waiting"))]

    def __str__(self) -> str:
        return f"{self.claim_id} {self.side} {self.step}"
