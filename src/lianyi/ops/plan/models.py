"""Goals, budgets and the calendar."""

from django.db import models
from django.db.models import F, Q

ROW_KINDS = ("campaign", "content", "holiday", "other")


class Goal(models.Model):
    """What a number should come to in a period. metric : of the catalogue; target, floor : in the metric's unit."""

    public_id = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    metric = models.CharField(max_length=64)
    target = models.FloatField()
    floor = models.FloatField(null=True)
    from_on = models.DateField()
    to_on = models.DateField()
    owner = models.CharField(max_length=60, blank=True)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = "目标"
        constraints = [models.CheckConstraint(condition=Q(to_on__gte=F("from_on")), name="goal_ends_after_it_begins")]

    def __str__(self) -> str:
        return self.title


class Budget(models.Model):
    """What may be spent, and what was. spent_fen : kept by plan.services.spend alone; it may pass the amount, which is then shown."""

    public_id = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    amount_fen = models.BigIntegerField()
    spent_fen = models.BigIntegerField(default=0)
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = "预算"
        constraints = [models.CheckConstraint(condition=Q(amount_fen__gte=0), name="budget_not_negative")]

    def __str__(self) -> str:
        return self.title


class CalendarRow(models.Model):
    """Something that stands in the calendar. subject_id : of what it is about, such as a campaign; one row each."""

    kind = models.CharField(max_length=16)
    subject_id = models.CharField(max_length=40, blank=True)
    title = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = "日历"
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ROW_KINDS), name="calendar_kind_known"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="calendar_ends_after_it_begins"),
            models.UniqueConstraint(fields=["kind", "subject_id"], condition=~Q(subject_id=""), name="calendar_once_a_subject"),
        ]
        indexes = [models.Index(fields=["starts_at"], name="calendar_by_start")]

    def __str__(self) -> str:
        return f"{self.title} {self.starts_at:%Y-%m-%d}"


class Segment(models.Model):
    """A group of members by what holds of them, counted anew each time. conditions : [{"id", "value"}], all of which hold (rules.py)."""

    public_id = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=60)
    conditions = models.JSONField()
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "人群"
        constraints = [models.CheckConstraint(condition=~Q(title=""), name="segment_has_title")]

    def __str__(self) -> str:
        return self.title
