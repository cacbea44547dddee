"""Who may sign in to the console."""

from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models

from lianyi.kernel.actor import Actor


class TeamMember(AbstractBaseUser, PermissionsMixin):
    """Someone of the brand.

    username : what they sign in with, lower case
    name     : as colleagues call them
    roles    : list of role ids of kernel.actor.ROLE_NAMES
    language : zh | en | "" for the workspace's
    """

    username = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=64)
    roles = models.JSONField(default=list)
    language = models.CharField(max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    added_at = models.DateTimeField()

    objects: ClassVar[BaseUserManager["TeamMember"]] = BaseUserManager()
    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = "团队成员"
        constraints = [models.CheckConstraint(condition=models.Q(language__in=["", "zh", "en"]), name="team_member_language")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_staff(self) -> bool:
        """Whether Django's own admin lets them in."""
        return self.is_superuser

    @property
    def actor(self) -> Actor:
        """This person as services know who acts."""
        return Actor("team", self.username, frozenset(self.roles))


class ApiKey(models.Model):
    """A key with which a program acts for a team member; only its digest is kept.

    prefix  : its first characters, by which people tell keys apart
    digest  : SHA-256 of the whole key
    """

    member = models.ForeignKey(TeamMember, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "接口密钥"

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}"
