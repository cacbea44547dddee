"""The app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Console."""

    name = "lianyi.web.console"
    label = "console"
    verbose_name = "工作台 Console"
