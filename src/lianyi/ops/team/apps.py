"""The app."""

from django.apps import AppConfig


class TeamConfig(AppConfig):
    """Team: who may sign in."""

    name = "lianyi.ops.team"
    label = "team"
    verbose_name = "团队 Team"
