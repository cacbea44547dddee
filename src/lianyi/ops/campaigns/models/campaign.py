"""Campaigns, what was said of them, and who let them run."""

from django.db import models
from django.db.models import F, Q

from lianyi.ops.campaigns.mechanics import MECHANICS
from lianyi.ops.campaigns.rules.holdout import MOST_BP, UNITS
from lianyi.ops.campaigns.rules.machine import STATES

ARMS = ("treated", "held_out")


class Campaign(models.Model):
    """One campaign.

    terms          : of its mechanic, as JSON; revision : counts up with every change
    product        : what it sells, for mechanics that sell; pieces : set aside for it
    full_fen       : the price shown crossed out beside the campaign's, 0 for none; reference_basis : what that price is; raise_reason : why the
                     shop's own price went up in the month before, where it did
    category       : of compliance's content.category
    audience       : all | new | tag:<name> | tier:<name> | segment:<public id>
    channels       : names of compliance.channels
    holdout        : unit (none | member | group), share in basis points, salt
    expected_per_day : successes the team expects, for the date on which the budget is used up
    seed           : secret until revealed; commitment : its hash, published before the start
    rates_bp       : commission per level; approval : record of the legal approval of a second level
    entries        : draws made so far
    """

    public_id = models.CharField(max_length=40, unique=True)
    mechanic = models.CharField(max_length=16)
    title = models.CharField(max_length=120)
    state = models.CharField(max_length=16, default="draft")
    terms = models.JSONField()
    revision = models.IntegerField(default=1)
    product = models.ForeignKey("shop.Product", on_delete=models.PROTECT, null=True, related_name="+")
    pieces = models.BigIntegerField(default=0)
    full_fen = models.BigIntegerField(default=0)
    reference_basis = models.CharField(max_length=120, blank=True)
    raise_reason = models.CharField(max_length=200, blank=True)
    category = models.CharField(max_length=24, default="other")
    goal = models.ForeignKey("plan.Goal", on_delete=models.PROTECT, null=True, related_name="+")
    budget = models.ForeignKey("plan.Budget", on_delete=models.PROTECT, null=True, related_name="+")
    hypothesis = models.CharField(max_length=500, blank=True)
    audience = models.CharField(max_length=60, default="all")
    channels = models.JSONField(default=list)
    expected_per_day = models.BigIntegerField(default=0)
    holdout_unit = models.CharField(max_length=8, default="none")
    holdout_bp = models.IntegerField(default=0)
    salt = models.CharField(max_length=32)
    seed = models.CharField(max_length=64)
    commitment = models.CharField(max_length=64)
    revealed_at = models.DateTimeField(null=True)
    rates_bp = models.JSONField(default=list)
    commission_cap_fen = models.BigIntegerField(default=0)
    freeze_days = models.IntegerField(default=15)
    approval = models.CharField(max_length=200, blank=True)
    entries = models.BigIntegerField(default=0)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    lessons = models.TextField(blank=True)

    class Meta:
        verbose_name = "活动"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="campaign_state_known"),
            models.CheckConstraint(condition=Q(mechanic__in=list(MECHANICS)), name="campaign_mechanic_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="campaign_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(holdout_unit__in=UNITS, holdout_bp__gte=0, holdout_bp__lte=MOST_BP), name="campaign_holdout_in_range"
            ),
            models.CheckConstraint(
                condition=Q(holdout_unit="none", holdout_bp=0) | ~Q(holdout_unit="none"), name="campaign_holdout_has_unit"
            ),
            models.CheckConstraint(
                condition=Q(pieces__gte=0, expected_per_day__gte=0, entries__gte=0), name="campaign_counts_not_negative"
            ),
            models.CheckConstraint(condition=Q(commission_cap_fen__gte=0, freeze_days__gte=0), name="campaign_commission_in_range"),
        ]
        indexes = [
            models.Index(fields=["state", "starts_at"], name="campaign_to_start", condition=Q(state="scheduled")),
            models.Index(fields=["state", "ends_at"], name="campaign_to_end", condition=Q(state__in=("running", "paused"))),
        ]

    def __str__(self) -> str:
        return self.title


class Revision(models.Model):
    """What a campaign said, from when on; never changed. reason : why it was changed after the start."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="revisions")
    number = models.IntegerField()
    said = models.JSONField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "条款版本"
        constraints = [models.UniqueConstraint(fields=["campaign", "number"], name="revision_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.number}"


class LaunchCheck(models.Model):
    """One run of the check before launch. items : [{id, passed, hard, says, figures}]; edition : of the compliance register."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="checks")
    revision = models.IntegerField()
    items = models.JSONField()
    edition = models.CharField(max_length=16)
    passed = models.BooleanField()
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "上线检查"
        indexes = [models.Index(fields=["campaign", "-at"], name="check_newest")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.at:%Y-%m-%d %H:%M}"


class Override(models.Model):
    """One item that a named approver let pass, and why. It counts for one revision."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="overrides")
    revision = models.IntegerField()
    item = models.CharField(max_length=40)
    approver = models.CharField(max_length=64)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "放行"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "revision", "item"], name="override_once"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(approver=""), name="override_has_name_and_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.item}"


class Exposure(models.Model):
    """A member's first meeting with a campaign: whether they are shown it or held out.

    group_id : where whole groups are held out, the group that decided; "" for who was in none, is shown it and is compared with nobody
    """

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="exposures")
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+")
    arm = models.CharField(max_length=12)
    group_id = models.CharField(max_length=64, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "分组"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member"], name="exposure_once"),
            models.CheckConstraint(condition=Q(arm__in=ARMS), name="exposure_arm_known"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.member_id} {self.arm}"


class AudienceMember(models.Model):
    """A member who was in the segment that a campaign is for when it started: they may take part, whatever becomes of them later."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = "活动人群"
        constraints = [models.UniqueConstraint(fields=["campaign", "member"], name="audience_member_once")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.member_id}"


class Spending(models.Model):
    """Money that a campaign cost, or got back (negative). key : what for, once."""

    key = models.CharField(max_length=120, primary_key=True)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="spendings")
    kind = models.CharField(max_length=24)
    amount_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "活动花费"
        indexes = [models.Index(fields=["campaign", "kind"], name="spending_of_campaign")]

    def __str__(self) -> str:
        return f"{self.key} {self.amount_fen}"
