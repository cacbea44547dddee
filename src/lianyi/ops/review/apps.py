"""The app."""

from django.apps import AppConfig


class ReviewConfig(AppConfig):
    """Review: evaluations, decisions, tasks."""

    name = "lianyi.ops.review"
    label = "review"
    verbose_name = "复盘 Review"
