"""What accounts share, and rewards that a person has to look at."""

from django.db import models
from django.db.models import Q

from lianyi.ops.campaigns.rules.risk import BANDS, KINDS

SUBJECTS = ("reward", "accrual", "entry")
REVIEW_STATES = ("open", "released", "denied")


class Trait(models.Model):
    """Something an account was seen with: a keyed hash of a device, payment account, address or network; kept 180 days."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12)
    key = models.CharField(max_length=40)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        verbose_name = "账户特征"
        constraints = [
            models.UniqueConstraint(fields=["kind", "key", "member"], name="trait_once"),
            models.CheckConstraint(condition=Q(kind__in=KINDS), name="trait_kind_known"),
        ]
        indexes = [models.Index(fields=["member"], name="trait_of_member"), models.Index(fields=["last_at"], name="trait_by_age")]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Review(models.Model):
    """A doubt that a person decides. reasons : codes; appeal : the member's own words."""

    public_id = models.CharField(max_length=40, unique=True)
    subject = models.CharField(max_length=12)
    subject_id = models.BigIntegerField()
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    score = models.IntegerField()
    band = models.CharField(max_length=8)
    reasons = models.JSONField()
    state = models.CharField(max_length=12, default="open")
    opened_at = models.DateTimeField()
    appeal = models.CharField(max_length=500, blank=True)
    appealed_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.CharField(max_length=64, blank=True)
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = "风控复核"
        constraints = [
            models.UniqueConstraint(fields=["subject", "subject_id"], name="review_once"),
            models.CheckConstraint(condition=Q(subject__in=SUBJECTS, state__in=REVIEW_STATES, band__in=BANDS), name="review_words_known"),
            models.CheckConstraint(condition=Q(state="open") | (~Q(decided_by="") & ~Q(note="")), name="review_decided_by_a_person"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="review_score_in_range"),
        ]
        indexes = [models.Index(fields=["opened_at"], name="review_open", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.public_id
