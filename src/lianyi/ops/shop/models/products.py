"""What is sold, and for how much."""

from django.db import models
from django.db.models import F, Q


class Product(models.Model):
    """One thing that can be bought: a single variant, with a price of its own."""

    public_id = models.CharField(max_length=40, unique=True)
    title = models.CharField(max_length=120)
    category = models.CharField(max_length=60, blank=True)
    brand = models.CharField(max_length=60, blank=True)
    unit_cost_fen = models.BigIntegerField(null=True)
    on_sale = models.BooleanField(default=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "商品"
        constraints = [
            models.CheckConstraint(condition=Q(unit_cost_fen__isnull=True) | Q(unit_cost_fen__gte=0), name="product_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return self.title


class Price(models.Model):
    """A price of a product from an instant on, until the next one. Never changed: a new price is a new row.

    list_fen   : a crossed-out price shown beside it; needs `basis`, or must not be above the lowest deal of the last seven days
    basis      : what the crossed-out price is (the maker's suggested price, the tag price of a day); shown to buyers
    """

    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="prices")
    price_fen = models.BigIntegerField()
    list_fen = models.BigIntegerField(null=True)
    basis = models.CharField(max_length=120, blank=True)
    since = models.DateTimeField()

    class Meta:
        verbose_name = "价格"
        constraints = [
            models.CheckConstraint(condition=Q(price_fen__gte=0), name="price_not_negative"),
            models.CheckConstraint(condition=Q(list_fen__isnull=True) | Q(list_fen__gte=F("price_fen")), name="price_list_not_below"),
            models.UniqueConstraint(fields=["product", "since"], name="price_once_an_instant"),
        ]

    def __str__(self) -> str:
        return f"{self.product_id} {self.price_fen}"
