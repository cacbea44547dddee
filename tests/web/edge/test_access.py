"""The access log helps to find a fault and tells nothing about a person."""

import logging
import re

from django.http import HttpResponse
from django.test import Client
from django.urls import path

from lianyi.web.edge.access import AccessLog

urlpatterns = [path("in/<str:token>/", lambda request, token: HttpResponse("ok"))]


def test_a_line_has_number_route_status_and_nothing_of_the_asker(settings, caplog):
    settings.ROOT_URLCONF = __name__
    with caplog.at_level(logging.INFO, logger="lianyi.access"):
        page = Client().get("/in/eyJtIjoiMTM4In0/?phone=13800138000", REMOTE_ADDR="203.0.113.77")

    (line,) = [record.getMessage() for record in caplog.records if record.name == "lianyi.access"]
    assert re.fullmatch(rf"{page.headers['X-Request-Id']} GET /in/<str:token>/ 200 \d+ms", line)


def test_every_request_has_a_number_of_its_own(settings):
    settings.ROOT_URLCONF = __name__
    numbers = {Client().get("/in/x/").headers["X-Request-Id"] for _ in range(3)}

    assert len(numbers) == 3


def test_a_demonstration_lives_on_its_own_day(settings, rf):
    import dataclasses
    import datetime as dt

    settings.WORKSPACE = dataclasses.replace(settings.WORKSPACE, days_back=40)
    request = rf.get("/")
    AccessLog(lambda _: HttpResponse("ok"))(request)

    assert dt.timedelta(days=39) < dt.datetime.now(dt.UTC) - request.at < dt.timedelta(days=41)
