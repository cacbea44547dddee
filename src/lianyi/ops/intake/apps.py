"""The app."""

from django.apps import AppConfig


class IntakeConfig(AppConfig):
    """Intake: uploads and remembered mappings."""

    name = "lianyi.ops.intake"
    label = "intake"
    verbose_name = "导入 Import"
