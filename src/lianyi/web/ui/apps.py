"""The design system as a Django app: its templates and static files are found by it."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "lianyi.web.ui"
    label = "ui"
    verbose_name = "界面 Interface"
