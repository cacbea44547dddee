"""The ledger as a Django app."""

from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "lianyi.ops.ledger"
    label = "ledger"
    verbose_name = "总账 Ledger"
