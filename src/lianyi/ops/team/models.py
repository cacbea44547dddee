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
    roles   : what it may do at most; of these it may do what its member may. Empty: all that its member may
    last_used_at : to the hour
    """

    member = models.ForeignKey(TeamMember, on_delete=models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=64)
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    roles = models.JSONField(default=list)
    made_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "接口密钥"

    def __str__(self) -> str:
        return f"{self.name} {self.prefix}"

    @property
    def actor(self) -> Actor:
        """Its member, with no more than the key may do."""
        roles = frozenset(self.member.roles)
        return Actor("team", self.member.username, roles & frozenset(self.roles) if self.roles else roles)


class SecondFactor(models.Model):
    """What a member shows beside the password: codes of an app on their telephone.

    sealed       : the secret, encrypted with a key that is not in the database
    confirmed_at : when the first code was right; before that it does not count
    last_step    : the time step of the last code that was taken; a code is taken once
    """

    member = models.OneToOneField(TeamMember, on_delete=models.CASCADE, related_name="second_factor")
    sealed = models.CharField(max_length=200)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    last_step = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "两步验证"

    def __str__(self) -> str:
        return str(self.member)


class RecoveryCode(models.Model):
    """A code that stands in once for a lost telephone; only its digest is kept."""

    member = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "恢复码"
        constraints = [models.UniqueConstraint(fields=["member", "digest"], name="recovery_code_once")]

    def __str__(self) -> str:
        return str(self.member)


class SignIn(models.Model):
    """One device on which a member is signed in.

    device  : browser and system, as far as they tell
    seen_at : to ten minutes
    """

    member = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="sign_ins")
    session_key = models.CharField(max_length=40, unique=True)
    device = models.CharField(max_length=80)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "登录"

    def __str__(self) -> str:
        return f"{self.member} {self.device}"


class SavedView(models.Model):
    """A page of the console that a member wants to find again, or a metric they want on their overview.

    path   : its address within the console, parameters included
    metric : id in the catalogue when it is a card on the overview, else ""
    """

    member = models.ForeignKey(TeamMember, on_delete=models.CASCADE, related_name="saved_views")
    public_id = models.CharField(max_length=16, unique=True)
    title = models.CharField(max_length=80)
    path = models.CharField(max_length=600)
    metric = models.CharField(max_length=64, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        verbose_name = "保存的视图"
        ordering: ClassVar[list[str]] = ["id"]

    def __str__(self) -> str:
        return self.title
