"""Bargains and the help of friends."""

from django.db import models
from django.db.models import F, Q

from lianyi.ops.campaigns.mechanics.bargain import STATES


class Bargain(models.Model):
    """One bargain. helps, cut_fen : so far; the cuts themselves follow from the campaign's seed and the public id."""

    public_id = models.CharField(max_length=40, unique=True)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="bargains")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    start_fen = models.BigIntegerField()
    floor_fen = models.BigIntegerField()
    helpers = models.IntegerField()
    helps = models.IntegerField(default=0)
    cut_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=12, default="open")
    order = models.OneToOneField("shop.Order", on_delete=models.PROTECT, null=True, related_name="+")
    started_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        verbose_name = "砍价单"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="bargain_state_known"),
            models.CheckConstraint(
                condition=Q(cut_fen__gte=0, floor_fen__gte=1, cut_fen__lte=F("start_fen") - F("floor_fen")), name="bargain_above_floor"
            ),
            models.CheckConstraint(condition=Q(helps__gte=0, helps__lte=F("helpers")), name="bargain_helps_within"),
            models.CheckConstraint(
                condition=Q(state__in=("ordered", "bought"), order__isnull=False) | Q(state__in=("open", "expired"), order__isnull=True),
                name="bargain_order_when_ordered",
            ),
            models.UniqueConstraint(
                fields=["campaign", "member"], condition=Q(state__in=("open", "ordered")), name="bargain_open_once_a_member"
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="bargain_due", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.public_id


class Help(models.Model):
    """One friend's cut. owner : of the bargain, written here too so that the database can tell them apart."""

    bargain = models.ForeignKey(Bargain, on_delete=models.PROTECT, related_name="given")
    helper = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    nth = models.IntegerField()
    cut_fen = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "帮砍"
        constraints = [
            models.UniqueConstraint(fields=["bargain", "helper"], name="help_once_a_helper"),
            models.UniqueConstraint(fields=["bargain", "nth"], name="help_in_order"),
            models.CheckConstraint(condition=Q(cut_fen__gte=1, nth__gte=1), name="help_cuts_something"),
            models.CheckConstraint(condition=~Q(helper=F("owner")), name="help_is_not_self_help"),
        ]

    def __str__(self) -> str:
        return f"{self.bargain_id}/{self.nth}"


class HelperDay(models.Model):
    """How many bargains of a campaign a member helped on one business day."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    helper = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    d = models.IntegerField()
    helps = models.IntegerField()
    allowed = models.IntegerField()

    class Meta:
        verbose_name = "每日帮砍"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "helper", "d"], name="helper_day_once"),
            models.CheckConstraint(condition=Q(helps__gte=0, helps__lte=F("allowed")), name="helper_day_within"),
        ]

    def __str__(self) -> str:
        return f"{self.helper_id} {self.d} {self.helps}"
