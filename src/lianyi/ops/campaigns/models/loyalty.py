"""Check-ins, badges, and what orders earn."""

from django.db import models
from django.db.models import F, Q

ACCRUAL_KINDS = ("points", "commission")
ACCRUAL_STATES = ("pending", "held", "released", "denied")


class CheckIn(models.Model):
    """One member's check-in on one business day."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    d = models.IntegerField()
    streak = models.IntegerField()
    points = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "签到"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member", "d"], name="check_in_once_a_day"),
            models.CheckConstraint(condition=Q(streak__gte=1, points__gte=0), name="check_in_in_range"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.d}"


class Badge(models.Model):
    """A badge that a member has earned, once."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=40)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "徽章"
        constraints = [models.UniqueConstraint(fields=["member", "code"], name="badge_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.code}"


class Accrual(models.Model):
    """What an order earns somebody: points for the buyer (level 0), commission for who brought it (level 1, and 2 behind an approval).

    plan    : rates as they were when the order was paid, for what a refund takes back
    amount  : accrued, in points or fen; reversed : taken back; the rest is pending, or released once free_at has come
    """

    order = models.ForeignKey("shop.Order", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12)
    level = models.IntegerField()
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    plan = models.JSONField()
    base_fen = models.BigIntegerField()
    amount = models.BigIntegerField()
    reversed = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, default="pending")
    at = models.DateTimeField()
    free_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "应得"
        constraints = [
            models.UniqueConstraint(fields=["order", "kind", "level"], name="accrual_once"),
            models.CheckConstraint(condition=Q(state__in=ACCRUAL_STATES, kind__in=ACCRUAL_KINDS), name="accrual_words_known"),
            models.CheckConstraint(
                condition=Q(kind="points", level=0) | Q(kind="commission", level__in=(1, 2)), name="accrual_levels_at_most_two"
            ),
            models.CheckConstraint(condition=Q(amount__gte=0, reversed__gte=0, reversed__lte=F("amount")), name="accrual_in_range"),
        ]
        indexes = [
            models.Index(fields=["free_at"], name="accrual_due", condition=Q(state="pending")),
            models.Index(fields=["member", "kind", "-at"], name="accrual_of_member"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.kind} {self.level}"


class Promoter(models.Model):
    """A member who agreed to share for commission: free of charge, by contract, checked by name."""

    member = models.OneToOneField("members.Member", on_delete=models.PROTECT, related_name="+")
    agreement = models.CharField(max_length=40)
    agreed_at = models.DateTimeField()
    approved_by = models.CharField(max_length=64, blank=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "推广员"

    def __str__(self) -> str:
        return str(self.member_id)


class Withdrawal(models.Model):
    """Commission that a promoter asked to be paid out. tax_fen : what is kept back for the tax office, where that applies."""

    public_id = models.CharField(max_length=40, unique=True)
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    amount_fen = models.BigIntegerField()
    tax_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, default="requested")
    requested_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)
    reference = models.CharField(max_length=64, blank=True)

    class Meta:
        verbose_name = "提现"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=("requested", "paid", "refused")), name="withdrawal_state_known"),
            models.CheckConstraint(
                condition=Q(amount_fen__gte=1, tax_fen__gte=0, tax_fen__lte=F("amount_fen")), name="withdrawal_in_range"
            ),
            models.UniqueConstraint(fields=["member"], condition=Q(state="requested"), name="withdrawal_open_once"),
        ]

    def __str__(self) -> str:
        return self.public_id
