"""Addresses of the API."""

from django.urls import path

from lianyi.web.api.service import api

urlpatterns = [path("v1/", api.urls)]
