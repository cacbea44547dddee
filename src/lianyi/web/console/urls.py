"""Addresses of the console. Every route has its row in tests/web/console/test_routes.py."""

from django.urls import path

from lianyi.web.console.entry import views as entry
from lianyi.web.console.home import views as home

urlpatterns = [
    path("", home.overview, name="console_home"),
    path("in/", entry.sign_in, name="team_sign_in"),
    path("in/code/", entry.second_factor, name="second_factor"),
    path("in/first/<str:token>/", entry.first_account, name="first_account"),
    path("in/password/<str:token>/", entry.choose_password, name="choose_password"),
    path("out/", entry.sign_out, name="team_sign_out"),
    path("account/", entry.account, name="account"),
]
