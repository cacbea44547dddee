"""Addresses that every face of the product shares."""

from django.urls import path

from lianyi.web.ui import look

urlpatterns = [path("theme/", look.choose_theme, name="choose_theme")]
