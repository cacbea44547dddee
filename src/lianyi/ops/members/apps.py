"""Members as a Django app."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    name = "lianyi.ops.members"
    label = "members"
    verbose_name = "会员 Members"
