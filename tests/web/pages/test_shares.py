"""Share links: they lead where they say, tell who shared, and end."""

import datetime as dt
import re

import pytest
from django.test import RequestFactory
from django.urls import reverse

from lianyi.web.pages.seals import seal
from lianyi.web.pages.shares import LIFE, PURPOSE, REMEMBERED, brought_by, share_url
from lianyi.web.pages.sign_in import Brought
from tests.web.pages.conftest import signed_in

pytestmark = pytest.mark.django_db
YEAR = dt.timedelta(days=365)


def request_of(browser, at):
    request = RequestFactory().get("/")
    request.session, request.at = browser.session, at
    return request


def opened(browser, said, until):
    return browser.get(reverse("shared", args=[seal(PURPOSE, said, until=until)]))


def test_a_shared_link_leads_to_its_page_and_is_remembered_for_a_week(mei, now):
    request = RequestFactory().get("/")
    request.at = now
    url = share_url(request, mei, "/p/p_serum/", "wechat")
    browser = signed_in(None)

    assert browser.get(url.removeprefix("http://testserver")).url == "/p/p_serum/"
    assert brought_by(request_of(browser, now)) == Brought(mei.public_id, "wechat")
    assert brought_by(request_of(browser, now + REMEMBERED + dt.timedelta(minutes=1))) == Brought()


def test_a_link_says_nothing_of_who_shared_it_to_who_reads_it(mei, now):
    request = RequestFactory().get("/")
    request.at = now

    assert mei.public_id not in share_url(request, mei, "/")


def test_one_does_not_bring_oneself(mei, now):
    browser = signed_in(mei)
    opened(browser, {"m": mei.public_id, "p": "/", "c": "link"}, now + YEAR)

    assert "brought" not in browser.session


def test_an_expired_link_is_refused(mei, now):
    browser = signed_in(None)

    assert opened(browser, {"m": mei.public_id, "p": "/", "c": "link"}, now).status_code == 422
    assert "brought" not in browser.session


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil/", "/p/../../", "javascript:alert(1)", "/p/x"])
def test_even_a_sealed_link_leads_only_to_pages_of_ours(mei, now, path):
    answer = opened(signed_in(None), {"m": mei.public_id, "p": path, "c": "link"}, now + YEAR)

    assert answer.status_code == 422


def test_a_poster_carries_a_code_that_leads_to_the_link(mei):
    page = signed_in(mei).get("/me/poster/").content.decode()

    assert "<svg" in page
    token = re.search(r"/s/([A-Za-z0-9_-]+)/", page)[1]
    assert signed_in(None).get(f"/s/{token}/").status_code == 302


def test_friends_are_shown_without_their_numbers(mei, bo):
    page = signed_in(mei).get("/me/invites/").content.decode()

    assert re.search(r"Member [0-9A-F]{4}", page)
    assert bo.public_id not in page
    assert "13800000002" not in page


def test_a_link_lives_for_a_month():
    assert dt.timedelta(days=30) == LIFE
