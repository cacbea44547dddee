"""Coupons."""

from django.db import models
from django.db.models import F, Q

from lianyi.ops.campaigns.mechanics.coupon import STATES


class CouponPool(models.Model):
    """How many coupons of a campaign there are and were issued: the row that everybody who grabs wants."""

    campaign = models.OneToOneField("campaigns.Campaign", on_delete=models.PROTECT, related_name="pool")
    total = models.BigIntegerField()
    issued = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "券池"
        constraints = [models.CheckConstraint(condition=Q(issued__gte=0, issued__lte=F("total")), name="pool_not_overdrawn")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.issued}/{self.total}"


class Grabbed(models.Model):
    """How many coupons of a campaign one member was issued."""

    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    n = models.IntegerField()
    allowed = models.IntegerField()

    class Meta:
        verbose_name = "领券"
        constraints = [
            models.UniqueConstraint(fields=["campaign", "member"], name="grabbed_once_a_member"),
            models.CheckConstraint(condition=Q(n__gte=0, n__lte=F("allowed")), name="grabbed_within"),
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.n}"


class Coupon(models.Model):
    """One coupon. offer : what was promised when it was issued, which is what counts; order : where it was used."""

    public_id = models.CharField(max_length=40, unique=True)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="coupons")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    offer = models.JSONField()
    face_fen = models.BigIntegerField()
    state = models.CharField(max_length=12, default="issued")
    source = models.CharField(max_length=24)
    order = models.OneToOneField("shop.Order", on_delete=models.PROTECT, null=True, related_name="+")
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "优惠券"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="coupon_state_known"),
            models.CheckConstraint(
                condition=Q(state="used", order__isnull=False) | (~Q(state="used") & Q(order__isnull=True)), name="coupon_order_when_used"
            ),
            models.CheckConstraint(condition=Q(face_fen__gte=0), name="coupon_face_not_negative"),
        ]
        indexes = [
            models.Index(fields=["member", "state"], name="coupon_of_member"),
            models.Index(fields=["expires_at"], name="coupon_due", condition=Q(state="issued")),
        ]

    def __str__(self) -> str:
        return self.public_id


class OrderOffer(models.Model):
    """What an offer took off an order: for the campaign's figures, and for what a refund gives back of the subsidy."""

    order = models.ForeignKey("shop.Order", on_delete=models.PROTECT, related_name="+")
    offer_id = models.CharField(max_length=80)
    campaign = models.ForeignKey("campaigns.Campaign", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16)
    off_fen = models.BigIntegerField()
    returned_fen = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = "订单优惠"
        constraints = [
            models.UniqueConstraint(fields=["order", "offer_id"], name="order_offer_once"),
            models.CheckConstraint(
                condition=Q(off_fen__gte=0, returned_fen__gte=0, returned_fen__lte=F("off_fen")), name="order_offer_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} {self.offer_id}"
