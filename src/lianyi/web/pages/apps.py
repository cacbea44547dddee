"""The members' pages as a Django app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "lianyi.web.pages"
    label = "pages"
    verbose_name = "会员页面 Pages"
