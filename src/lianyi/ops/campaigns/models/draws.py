"""Prizes, chances, draws."""

from django.db import models
from django.db.models import F, Q

ENTRY_STATES = ("blank", "won", "claimed", "forfeited", "denied")


class Prize(models.Model):
    """One rung of a campaign's ladder. given never exceeds units."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="prizes")
    place = models.IntegerField()
    units = models.BigIntegerField()
    given = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "奖品"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "place"], name="prize_once_a_place"),
            models.CheckConstraint(condition=Q(units__gte=0, given__gte=0, given__lte=F("units")), name="prize_not_overdrawn"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id}/{self.place}"


class Chance(models.Model):
    """How many draws of a campaign a member has earned and used."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    earned = models.IntegerField(default=0)
    used = models.IntegerField(default=0)

    class Meta:
        verbose_name = "抽奖机会"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member"], name="chance_once_a_member"),
            models.CheckConstraint(condition=Q(used__gte=0, used__lte=F("earned")), name="chance_not_overdrawn"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.used}/{self.earned}"


class Earned(models.Model):
    """Where chances came from: each order, check-in or task once."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=60)
    n = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "机会来源"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member", "source"], name="earned_once_a_source"),
            models.CheckConstraint(condition=Q(n__gte=1), name="earned_something"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.source}"


class Entry(models.Model):
    """One draw. public_id : ticket#own_nth, what the seed decides about; nth : of the campaign, without gaps; own_nth : of the member; drawn, given : places of the ladder, null for none."""

    public_id = models.CharField(max_length=80)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="draws")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    nth = models.BigIntegerField()
    own_nth = models.IntegerField()
    drawn = models.IntegerField(null=True)
    given = models.IntegerField(null=True)
    state = models.CharField(max_length=12)
    at = models.DateTimeField()
    claim_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "抽奖"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "nth"], name="entry_in_order"),
            models.UniqueConstraint(fields=["campaign", "member", "own_nth"], name="entry_once"),
            models.CheckConstraint(condition=Q(state__in=ENTRY_STATES), name="entry_state_known"),
            models.CheckConstraint(condition=Q(given__isnull=True) | Q(given__gte=F("drawn")), name="entry_given_not_above_drawn"),
        ]
        indexes = [models.Index(fields=["member", "state"], name="entry_of_member")]

    def __str__(self) -> str:
        return self.public_id
