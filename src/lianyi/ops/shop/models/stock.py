"""How many pieces there are, and for whom."""

from django.db import models
from django.db.models import F, Q


class Stock(models.Model):
    """Pieces of one product for one purpose: the shop at large ("shop"), or a campaign ("campaign:<id>").

    total = available + held (in orders not yet paid) + sold; the database holds this.
    member_limit : how many one member may have, pending and paid; null for no limit
    """

    product = models.ForeignKey("shop.Product", on_delete=models.PROTECT, related_name="stocks")
    purpose = models.CharField(max_length=60, default="shop")
    total = models.BigIntegerField(default=0)
    available = models.BigIntegerField(default=0)
    held = models.BigIntegerField(default=0)
    sold = models.BigIntegerField(default=0)
    member_limit = models.BigIntegerField(null=True)

    class Meta:
        verbose_name = "库存"
        constraints = [
            models.UniqueConstraint(fields=["product", "purpose"], name="stock_once_a_purpose"),
            models.CheckConstraint(condition=Q(available__gte=0, held__gte=0, sold__gte=0), name="stock_not_negative"),
            models.CheckConstraint(condition=Q(total=F("available") + F("held") + F("sold")), name="stock_adds_up"),
            models.CheckConstraint(condition=Q(member_limit__isnull=True) | Q(member_limit__gte=1), name="stock_limit_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.purpose}"


class Purchased(models.Model):
    """How many pieces of a limited stock one member has, pending and paid. allowed : the limit when it last grew."""

    stock = models.ForeignKey(Stock, on_delete=models.PROTECT, related_name="purchased")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    quantity = models.BigIntegerField()
    allowed = models.BigIntegerField()

    class Meta:
        verbose_name = "限购"
        constraints = [
            models.UniqueConstraint(fields=["stock", "member"], name="purchased_once_a_member"),
            models.CheckConstraint(condition=Q(quantity__gte=0, quantity__lte=F("allowed")), name="purchased_within_limit"),
        ]

    def __str__(self) -> str:
        return f"{self.stock_id} {self.member_id} {self.quantity}"
