"""Orders and their lines."""

from django.db import models
from django.db.models import F, Q

from lianyi.ops.shop.rules.machine import STATES


class Order(models.Model):
    """An order. Amounts in minor units; goods - discount + shipping = payable.

    state       : pending | paid | refunded | closed (see rules/machine.py)
    key         : of the command that placed it
    expires_at  : no payment is accepted at or after it
    refunded_fen: what has gone back so far
    """

    public_id = models.CharField(max_length=40, unique=True)
    key = models.CharField(max_length=120, unique=True)
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=16, default="pending")
    campaign_id = models.CharField(max_length=40, blank=True)
    referrer_id = models.CharField(max_length=40, blank=True)
    channel = models.CharField(max_length=40, blank=True)
    platform = models.CharField(max_length=40, blank=True)
    goods_fen = models.BigIntegerField()
    discount_fen = models.BigIntegerField(default=0)
    shipping_fen = models.BigIntegerField(default=0)
    payable_fen = models.BigIntegerField()
    refunded_fen = models.BigIntegerField(default=0)
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    close_reason = models.CharField(max_length=24, blank=True)

    class Meta:
        verbose_name = "订单"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=STATES), name="order_state_known"),
            models.CheckConstraint(
                condition=Q(goods_fen__gte=0, discount_fen__gte=0, shipping_fen__gte=0, payable_fen__gte=0),
                name="order_amounts_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(payable_fen=F("goods_fen") - F("discount_fen") + F("shipping_fen")), name="order_amounts_add_up"
            ),
            models.CheckConstraint(condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("payable_fen")), name="order_refund_within_paid"),
            models.CheckConstraint(
                condition=Q(state__in=("pending", "closed"), paid_at__isnull=True)
                | Q(state__in=("paid", "refunded"), paid_at__isnull=False),
                name="order_paid_has_instant",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], name="order_due", condition=Q(state="pending")),
            models.Index(fields=["member", "-placed_at"], name="order_of_member"),
            models.Index(fields=["campaign_id", "state"], name="order_of_campaign", condition=~Q(campaign_id="")),
            models.Index(fields=["placed_at", "id"], name="order_newest"),
            models.Index(fields=["state", "placed_at", "id"], name="order_by_state"),
            models.Index(fields=["paid_at", "member"], name="order_paid_by", condition=Q(paid_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.public_id


class OrderLine(models.Model):
    """One product in an order. paid_fen : what the line costs after discounts; its share of returns below."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="lines")
    number = models.IntegerField()
    product = models.ForeignKey("shop.Product", on_delete=models.PROTECT, related_name="+")
    stock = models.ForeignKey("shop.Stock", on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    unit_price_fen = models.BigIntegerField()
    discount_fen = models.BigIntegerField(default=0)
    paid_fen = models.BigIntegerField()
    returned_quantity = models.BigIntegerField(default=0)
    refunded_fen = models.BigIntegerField(default=0)
    deal_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "订单行"
        constraints = [
            models.UniqueConstraint(fields=["order", "number"], name="line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=1), name="line_quantity_positive"),
            models.CheckConstraint(condition=Q(unit_price_fen__gte=0, discount_fen__gte=0, paid_fen__gte=0), name="line_not_negative"),
            models.CheckConstraint(
                condition=Q(paid_fen=F("unit_price_fen") * F("quantity") - F("discount_fen")), name="line_amounts_add_up"
            ),
            models.CheckConstraint(
                condition=Q(returned_quantity__gte=0, returned_quantity__lte=F("quantity")), name="line_returned_within_bought"
            ),
            models.CheckConstraint(condition=Q(refunded_fen__gte=0, refunded_fen__lte=F("paid_fen")), name="line_refund_within_paid"),
        ]
        indexes = [models.Index(fields=["product", "-deal_at"], name="line_deal", condition=Q(deal_at__isnull=False))]

    def __str__(self) -> str:
        return f"{self.order_id}/{self.number}"
