"""The console as a Django app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    name = "lianyi.web.console"
    label = "console"
    verbose_name = "后台 Console"
