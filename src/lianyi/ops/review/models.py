"""What is kept about evaluations; their results are files in the workspace, found by the evaluation's id."""

import datetime as dt
from typing import ClassVar

from django.db import models

STATES = ("waiting", "running", "done", "failed")
DECISIONS = ("accepted", "declined")
TASK_STATES = ("open", "done", "dropped")
TEXT_LABELS = ("positive", "neutral", "negative")
CADENCES = ("weekly", "monthly", "quarterly")


class Review(models.Model):
    """One evaluation that was asked for.

    public_id : short random text, the name of its folder
    from_on, to_on : its window, the second day excluded
    baseline  : previous | year | FROM..TO
    template  : what report is written
    progress  : share done, percent
    summary   : when done, what the cockpit shows: {"methods": [{"id", "score", "grade"}], "findings", "high", "suggestions"}
    fault     : when failed, why: {"zh", "en"}
    """

    public_id = models.CharField(max_length=16, unique=True)
    from_on = models.DateField()
    to_on = models.DateField()
    baseline = models.CharField(max_length=32)
    template = models.CharField(max_length=32, blank=True)
    state = models.CharField(max_length=8, default="waiting")
    progress = models.PositiveSmallIntegerField(default=0)
    snapshot = models.CharField(max_length=32, blank=True)
    summary = models.JSONField(default=dict)
    fault = models.JSONField(default=dict)
    asked_by = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "评估"
        ordering: ClassVar[list[str]] = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="review_state"),
            models.CheckConstraint(condition=models.Q(from_on__lt=models.F("to_on")), name="review_window"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="review_progress"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def last_on(self) -> dt.date:
        """The last day, meant."""
        return self.to_on - dt.timedelta(days=1)


class Decision(models.Model):
    """What was decided about one suggestion of an evaluation."""

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="decisions")
    suggestion_id = models.CharField(max_length=120)
    decision = models.CharField(max_length=8)
    reason = models.CharField(max_length=400, blank=True)
    decided_by = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = "决定"
        constraints = [
            models.UniqueConstraint(fields=["review", "suggestion_id"], name="decision_once"),
            models.CheckConstraint(condition=models.Q(decision__in=DECISIONS), name="decision_kind"),
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id} {self.decision}"


class Task(models.Model):
    """What someone does because of a suggestion, and the metric that will show whether it helped.

    action   : {"zh", "en"}
    metric   : id in the catalogue
    before   : its value in the evaluation that suggested it; None where nothing could be said
    outcome  : when measured, what flows.measure_effect.Effect.to_json says
    """

    public_id = models.CharField(max_length=16, unique=True)
    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="task")
    action = models.JSONField()
    owner = models.CharField(max_length=64, blank=True)
    due_on = models.DateField()
    state = models.CharField(max_length=8, default="open")
    metric = models.CharField(max_length=64)
    before = models.FloatField(null=True)
    outcome = models.JSONField(default=dict)
    made_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "任务"
        ordering: ClassVar[list[str]] = ["due_on", "id"]
        constraints = [models.CheckConstraint(condition=models.Q(state__in=TASK_STATES), name="task_state")]

    def __str__(self) -> str:
        return self.public_id


class Schedule(models.Model):
    """An evaluation and its report that come by themselves, each time a period is over.

    template : what report is written
    baseline : previous | year
    last_from_on : first day of the last period that was asked for; None before the first
    """

    public_id = models.CharField(max_length=16, unique=True)
    cadence = models.CharField(max_length=12)
    template = models.CharField(max_length=32, blank=True)
    baseline = models.CharField(max_length=32, default="previous")
    is_on = models.BooleanField(default=True)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    last_from_on = models.DateField(null=True)

    class Meta:
        verbose_name = "定期评估"
        ordering: ClassVar[list[str]] = ["id"]
        constraints = [models.CheckConstraint(condition=models.Q(cadence__in=CADENCES), name="schedule_cadence")]

    def __str__(self) -> str:
        return f"{self.cadence} {self.template}"


class ReportShare(models.Model):
    """A link with which somebody outside reads one report until it expires; only the link's digest is kept.

    times : how often it was opened
    """

    review = models.ForeignKey(Review, on_delete=models.PROTECT, related_name="shares")
    public_id = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64, unique=True)
    language = models.CharField(max_length=2)
    made_by = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    times = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "报告分享"
        ordering: ClassVar[list[str]] = ["-id"]

    def __str__(self) -> str:
        return self.public_id


class TextLabel(models.Model):
    """What a person says a text feels, for training; kept under the digest of the text, never with the text itself.

    digest : of the cleaned text (insight.analyse.text.reading.digest_of)
    label  : positive | neutral | negative
    """

    digest = models.CharField(max_length=32, unique=True)
    label = models.CharField(max_length=8)
    labelled_by = models.CharField(max_length=64)
    labelled_at = models.DateTimeField()

    class Meta:
        verbose_name = "文字标注"
        constraints = [models.CheckConstraint(condition=models.Q(label__in=TEXT_LABELS), name="text_label")]

    def __str__(self) -> str:
        return f"{self.digest} {self.label}"
