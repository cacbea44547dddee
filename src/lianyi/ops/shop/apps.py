"""The shop as a Django app."""

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "lianyi.ops.shop"
    label = "shop"
    verbose_name = "商城 Shop"
