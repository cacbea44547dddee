"""Uploads on their way into the history; the files themselves lie in the workspace, found by the upload's id."""

from typing import ClassVar

from django.db import models

# waiting -> checking -> ready | unusable; ready -> queued -> importing -> done | failed; what nobody works on may be dropped.
STATES = ("waiting", "checking", "ready", "unusable", "queued", "importing", "done", "failed", "dropped")
BUSY = ("waiting", "checking", "queued", "importing")
OPEN = ("ready", "unusable", "failed")


class Upload(models.Model):
    """One file.

    public_id : short random text, the name of its folder
    look      : its head: {"names", "rows", "kind", "unsure", "encoding", "sheet"}
    choices   : what a person said: {"kind", "columns": heading -> field, "constants": field -> value, "money_contract", "remembered"}
    report    : of the last check, or of the import: {"dry_run", "snapshot", "written", "file": {...}}
    fault     : why it cannot be used: {"zh", "en"}
    progress  : share done, percent
    """

    public_id = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=120)
    size_bytes = models.BigIntegerField()
    state = models.CharField(max_length=12, default="waiting")
    progress = models.PositiveSmallIntegerField(default=0)
    look = models.JSONField(default=dict)
    choices = models.JSONField(default=dict)
    report = models.JSONField(default=dict)
    fault = models.JSONField(default=dict)
    uploaded_by = models.CharField(max_length=64)
    uploaded_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "上传"
        ordering: ClassVar[list[str]] = ["-id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="upload_state"),
            models.CheckConstraint(condition=models.Q(progress__lte=100), name="upload_progress"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_busy(self) -> bool:
        """Whether something works on it."""
        return self.state in BUSY


class RememberedMapping(models.Model):
    """What the columns of a file with these headings meant the last time.

    signature : of its headings, in their order
    """

    signature = models.CharField(max_length=64, unique=True)
    choices = models.JSONField()
    used_at = models.DateTimeField()

    class Meta:
        verbose_name = "映射记忆"

    def __str__(self) -> str:
        return self.signature[:12]
