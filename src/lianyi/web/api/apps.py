"""The app."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """API."""

    name = "lianyi.web.api"
    label = "api"
    verbose_name = "接口 API"
