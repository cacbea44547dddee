"""The plan as a Django app."""

from django.apps import AppConfig


class PlanConfig(AppConfig):
    name = "lianyi.ops.plan"
    label = "plan"
    verbose_name = "规划 Plan"
