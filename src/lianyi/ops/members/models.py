"""Members and what is known of them. No phone number, name or address is kept: identities are keyed pseudonyms."""

from django.db import models
from django.db.models import F, Q

IDENTITY_KINDS = ("phone", "open_id", "union_id", "external")


class Member(models.Model):
    """A member. `referrer` is who brought them, fixed at joining: an earlier member, so that there are no cycles."""

    public_id = models.CharField(max_length=40, unique=True)
    referrer = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="referred")
    channel = models.CharField(max_length=40, blank=True)
    platform = models.CharField(max_length=40, blank=True)
    tier = models.CharField(max_length=24, default="member")
    tier_since = models.DateTimeField()
    joined_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "会员"
        constraints = [
            models.CheckConstraint(condition=Q(referrer__isnull=True) | Q(referrer_id__lt=F("id")), name="member_referrer_came_before"),
        ]
        # What the team's list is ordered, filtered and counted by; who is erased is in no list.
        indexes = [
            models.Index(fields=["joined_at", "id"], name="member_newest", condition=Q(erased_at__isnull=True)),
            models.Index(fields=["tier", "joined_at", "id"], name="member_by_tier", condition=Q(erased_at__isnull=True)),
            models.Index(fields=["channel", "joined_at", "id"], name="member_by_channel", condition=Q(erased_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.public_id


class Identity(models.Model):
    """One way of recognising a member: a keyed pseudonym, never the number itself."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=16)
    pseudonym = models.CharField(max_length=40)
    linked_at = models.DateTimeField()

    class Meta:
        verbose_name = "身份"
        constraints = [
            models.UniqueConstraint(fields=["kind", "pseudonym"], name="identity_once"),
            models.CheckConstraint(condition=Q(kind__in=IDENTITY_KINDS), name="identity_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pseudonym}"


class Consent(models.Model):
    """What a member said about one use of their data, and when; the newest counts."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=32)
    granted = models.BooleanField()
    policy = models.CharField(max_length=32, blank=True)
    source = models.CharField(max_length=32, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "同意"
        indexes = [models.Index(fields=["member", "purpose", "-at"], name="consent_newest")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.purpose} {self.granted}"


class Tag(models.Model):
    """A word that the team put on a member."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="tags")
    name = models.CharField(max_length=32)
    source = models.CharField(max_length=16, default="manual")
    at = models.DateTimeField()

    class Meta:
        verbose_name = "标签"
        constraints = [models.UniqueConstraint(fields=["member", "name"], name="tag_once")]
        indexes = [models.Index(fields=["name", "member"], name="tag_of_member")]

    def __str__(self) -> str:
        return self.name


class Group(models.Model):
    """A group of members, such as a WeChat group. public_id : as in the history's table of groups; code : of the link that leads into it."""

    public_id = models.CharField(max_length=64, unique=True)
    title = models.CharField(max_length=60)
    code = models.CharField(max_length=24, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "社群"
        constraints = [models.CheckConstraint(condition=~Q(title="") & ~Q(code=""), name="group_has_title_and_code")]

    def __str__(self) -> str:
        return self.title


class GroupMember(models.Model):
    """That a member is, or was, in a group. source : link (they came by its link) | imported (the history says so)."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="members")
    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="groups")
    source = models.CharField(max_length=16)
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "群成员"
        constraints = [
            models.UniqueConstraint(fields=["group", "member"], name="group_member_once"),
            models.CheckConstraint(condition=Q(left_at__isnull=True) | Q(left_at__gte=F("joined_at")), name="group_left_after_joining"),
        ]
        indexes = [models.Index(fields=["member", "joined_at"], name="groups_of_member", condition=Q(left_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.group_id} {self.member_id}"
