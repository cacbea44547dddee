"""Campaigns as a Django app."""

from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "lianyi.ops.campaigns"
    label = "campaigns"
    verbose_name = "活动 Campaigns"
