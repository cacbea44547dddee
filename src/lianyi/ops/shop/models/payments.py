"""Money in and money back."""

from django.db import models
from django.db.models import Q

PAYMENT_STATES = ("captured", "returned")
REFUND_KINDS = ("order", "payment")
STUCK_TRIES = 3
REFUND_STATES = ("requested", "approved", "settled", "rejected")


class Payment(models.Model):
    """Money that came in. tender : offline, wechat, alipay; reference : theirs, once.

    state  : captured (it pays the order) | returned (late, twice, or a wrong amount: goes back whole)
    reason : of a return: late, closed, paid_already, amount
    """

    order = models.ForeignKey("shop.Order", on_delete=models.PROTECT, related_name="payments")
    tender = models.CharField(max_length=16)
    reference = models.CharField(max_length=64)
    amount_fen = models.BigIntegerField()
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "收款"
        constraints = [
            models.UniqueConstraint(fields=["tender", "reference"], name="payment_once"),
            models.UniqueConstraint(fields=["order"], condition=Q(state="captured"), name="payment_captured_once"),
            models.CheckConstraint(condition=Q(state__in=PAYMENT_STATES), name="payment_state_known"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0), name="payment_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.tender} {self.reference}"


class Refund(models.Model):
    """Money that goes back. The gateway is called with `public_id` as its key, after this row is committed.

    kind  : order (goods or part of the price, at most one open at a time) | payment (one that came late or twice, whole)
    state : requested (by the member) -> approved (decided; goods and amounts are counted) -> settled (the money is back), or rejected
    tries : how often the gateway was asked; fault : why it did not do it the last time, in its words, "" where nothing was wrong
    """

    public_id = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=16)
    order = models.ForeignKey("shop.Order", on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    amount_fen = models.BigIntegerField()
    shipping_fen = models.BigIntegerField(default=0)
    state = models.CharField(max_length=16)
    reason = models.CharField(max_length=200, blank=True)
    reference = models.CharField(max_length=64, blank=True)
    requested_at = models.DateTimeField()
    approved_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    fault = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = "退款"
        constraints = [
            models.CheckConstraint(condition=Q(state__in=REFUND_STATES), name="refund_state_known"),
            models.CheckConstraint(condition=Q(kind__in=REFUND_KINDS), name="refund_kind_known"),
            models.CheckConstraint(condition=Q(amount_fen__gte=0, shipping_fen__gte=0), name="refund_not_negative"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(kind="order", state__in=("requested", "approved")), name="refund_open_once"
            ),
            models.UniqueConstraint(fields=["payment"], condition=Q(kind="payment"), name="refund_of_payment_once"),
        ]
        indexes = [models.Index(fields=["approved_at"], name="refund_to_send", condition=Q(state="approved"))]

    def __str__(self) -> str:
        return self.public_id

    @property
    def is_stuck(self) -> bool:
        """Whether somebody has to look: the gateway was asked several times and does not do it. It is asked again all the same, ever less often."""
        return self.state == "approved" and self.fault != "" and self.tries >= STUCK_TRIES


class RefundLine(models.Model):
    """What of an order's line goes back. restocked : whether the pieces can be sold again."""

    refund = models.ForeignKey(Refund, on_delete=models.PROTECT, related_name="lines")
    line = models.ForeignKey("shop.OrderLine", on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    amount_fen = models.BigIntegerField()
    restocked = models.BooleanField(default=True)

    class Meta:
        verbose_name = "退款行"
        constraints = [
            models.UniqueConstraint(fields=["refund", "line"], name="refund_line_once"),
            models.CheckConstraint(condition=Q(quantity__gte=0, amount_fen__gte=0), name="refund_line_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.refund_id}/{self.line_id}"
