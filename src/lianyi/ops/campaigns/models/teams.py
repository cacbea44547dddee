"""Group-buy teams and who is in them."""

from django.db import models
from django.db.models import F, Q

from lianyi.ops.campaigns.mechanics.group_buy import STATES

SEAT_STATES = ("held", "paid", "left", "refunded", "released")


class Team(models.Model):
    """One team. opener : who opened it; leader : who leads it now. joined : members who paid; held : seats whose orders wait for payment. Full exactly when joined = size."""

    public_id = models.CharField(max_length=40, unique=True)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="teams")
    opener = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    leader = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    size = models.IntegerField()
    joined = models.IntegerField(default=0)
    held = models.IntegerField(default=0)
    state = models.CharField(max_length=12, default="open")
    opened_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "团"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="team_state_known"),
            models.CheckConstraint(condition=Q(joined__gte=0, held__gte=0, joined__lte=F("size") - F("held")), name="team_within_size"),
            models.CheckConstraint(
                condition=Q(state="full", joined=F("size")) | (~Q(state="full") & Q(joined__lt=F("size"))), name="team_full_when_joined"
            ),
            models.UniqueConstraint(fields=["campaign", "opener"], condition=Q(state="open"), name="team_open_once_an_opener"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="team_due", condition=Q(state="open"))]

    def __str__(self) -> str:
        return self.public_id


class Seat(models.Model):
    """One member's place in a team, with the order that pays for it. nth : order of taking it."""

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="seats")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    order = models.OneToOneField("shop.Order", on_delete=models.PROTECT, related_name="+")
    nth = models.IntegerField()
    state = models.CharField(max_length=12, default="held")
    at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "团员"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SEAT_STATES), name="seat_state_known"),
            models.UniqueConstraint(fields=["team", "member"], condition=~Q(state="released"), name="seat_once_a_member"),
            models.UniqueConstraint(fields=["team", "nth"], name="seat_in_order"),
        ]

    def __str__(self) -> str:
        return f"{self.team_id}/{self.nth}"
