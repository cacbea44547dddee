"""Signing in: a link for a quarter of an hour, once, for whoever has the telephone."""

import datetime as dt
import json
import re

import pytest
from django.conf import settings
from django.urls import reverse

from lianyi.ops.journal.selectors import Fact
from lianyi.ops.members.selectors import find_by_identity
from lianyi.web.pages.seals import seal
from lianyi.web.pages.session import KEY
from lianyi.web.pages.shares import PURPOSE
from lianyi.web.pages.sign_in import LIFE, link_token
from tests.web.pages.conftest import signed_in

pytestmark = pytest.mark.django_db


def address(token):
    return reverse("use_link", args=[token])


def sent_to(phone):
    folder = settings.WORKSPACE.path / "messages"
    letters = [
        json.loads(file.read_text(encoding="utf-8")) for file in sorted(folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns)
    ]
    return re.search(r"http://testserver(\S+)", [letter["text"] for letter in letters if letter["phone"] == phone][-1])[1]


def test_a_new_telephone_gets_a_link_and_becomes_a_member():
    browser = signed_in(None)

    page = browser.post("/in/", {"phone": "138 0000 0077", "next": "/me/points/"})
    assert "ending in 0077" in page.content.decode()
    link = sent_to("13800000077")
    assert browser.get(link).status_code == 200
    assert find_by_identity(phone="13800000077") is None, "looking at a link does not use it"
    answer = browser.post(link.partition("?")[0], {"next": "/me/points/"})

    assert answer.url == "/me/points/"
    assert browser.session[KEY] == find_by_identity(phone="13800000077").pk
    assert browser.get("/me/").status_code == 200


def test_the_answer_does_not_tell_whether_a_number_is_known(mei):
    pages = [re.sub(r"\d{4}|[0-9a-f]{16}|value=\"[^\"]+\"|T[\d:.+]+", "", signed_in(None).post("/in/", {"phone": phone}).content.decode())
             for phone in ("13800000001", "13900000001")]  # fmt: skip

    assert pages[0] == pages[1]


def test_a_link_signs_in_once(mei, now):
    link = address(link_token(at=now, phone="13800000001"))

    assert signed_in(None).post(link).status_code == 302
    again = signed_in(None)
    assert again.post(link).status_code == 422
    assert again.get(link).status_code == 422
    assert KEY not in again.session


@pytest.mark.parametrize("late", [LIFE, dt.timedelta(days=400)])
def test_an_expired_link_signs_nobody_in(mei, now, late):
    browser = signed_in(None)

    answer = browser.post(address(link_token(at=now - late, phone="13800000001")))

    assert answer.status_code == 422
    assert "expired" in answer.content.decode()
    assert KEY not in browser.session


def test_a_tampered_link_signs_nobody_in(mei, now):
    token = link_token(at=now, phone="13800000001")
    browser = signed_in(None)

    assert browser.post(address("A" * 8 + token[8:])).status_code == 422
    assert browser.post(address(seal(PURPOSE, {"m": mei.public_id, "n": "x"}, until=now + LIFE))).status_code == 422
    assert KEY not in browser.session


def test_signing_in_takes_a_new_session_key(mei, now):
    browser = signed_in(None)
    browser.get(reverse("shared", args=[seal(PURPOSE, {"m": mei.public_id, "p": "/", "c": "link"}, until=now + LIFE)]))
    before = browser.session.session_key

    browser.post(address(link_token(at=now, phone="13800000005")))

    assert before
    assert browser.session.session_key != before


def test_whose_link_was_opened_is_who_brought_the_new_member(mei, now):
    browser = signed_in(None)
    browser.get(reverse("shared", args=[seal(PURPOSE, {"m": mei.public_id, "p": "/", "c": "poster"}, until=now + LIFE)]))

    browser.post(address(link_token(at=now, phone="13800000005")))

    joined = Fact.objects.filter(name="member_joined").latest("id")
    assert json.loads(joined.fact)["referrer_id"] == mei.public_id
    assert json.loads(joined.fact)["channel"] == "poster"


def test_an_erased_referrer_does_not_keep_a_friend_out(mei, now):
    browser = signed_in(None)
    browser.get(reverse("shared", args=[seal(PURPOSE, {"m": "m_gone", "p": "/", "c": "link"}, until=now + LIFE)]))

    assert browser.post(address(link_token(at=now, phone="13800000005"))).status_code == 302
    assert find_by_identity(phone="13800000005").referrer is None


@pytest.mark.parametrize("phone", ["", "1380000", "abc", "13800000001; drop", "１２", "9" * 200, "<b>"])
def test_a_number_that_is_none_is_refused_beside_the_field_and_nothing_is_sent(phone):
    folder = settings.WORKSPACE.path / "messages"
    before = len(list(folder.glob("*"))) if folder.exists() else 0

    page = signed_in(None).post("/in/", {"phone": phone})

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.content.decode()
    assert "<b>" not in page.content.decode().partition('id="phone"')[2].partition(">")[0]
    assert (len(list(folder.glob("*"))) if folder.exists() else 0) == before


def test_links_are_not_sent_to_one_number_again_and_again():
    answers = [signed_in(None).post("/in/", {"phone": "13800000088"}).status_code for _ in range(4)]

    assert answers == [200, 200, 200, 429]


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_after_signing_in_nobody_is_led_elsewhere(mei, now, wanted):
    assert signed_in(None).post(address(link_token(at=now, phone="13800000001")), {"next": wanted}).url == "/"


def test_signing_out_ends_the_session(mei):
    browser = signed_in(mei)
    browser.post("/out/")

    assert browser.get("/me/").url.startswith("/in/")


def test_messages_in_the_folder_are_for_the_servers_user_only():
    signed_in(None).post("/in/", {"phone": "13800000099"})

    folder = settings.WORKSPACE.path / "messages"
    assert folder.stat().st_mode & 0o077 == 0
    assert all(file.stat().st_mode & 0o077 == 0 for file in folder.iterdir())
