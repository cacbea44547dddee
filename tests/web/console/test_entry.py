"""Coming into the console: the first account, passwords, the second factor, too many tries."""

import datetime as dt

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from lianyi.web.console.entry.links import FIRST_LIFE, first_path, password_path
from lianyi.web.console.team import roles_of
from tests.web.console.conftest import PASSWORD, hired

pytestmark = pytest.mark.django_db
NEW = {"username": "lin", "password": "plum-blossom-9", "again": "plum-blossom-9"}


@pytest.fixture
def browser():
    return Client(raise_request_exception=False, headers={"accept-language": "en"})


@pytest.fixture
def now():
    return dt.datetime.now(dt.UTC)


def code_of(device):
    return f"{totp(device.bin_key):06d}"


def test_the_first_account_is_the_owners_and_there_is_only_one_first(browser, now):
    path = first_path(at=now)

    assert browser.get(path).status_code == 200
    assert browser.post(path, NEW).url == "/console/"
    assert roles_of(User.objects.get()) == {"owner"}
    assert browser.get("/console/").status_code == 200
    assert first_path(at=now) == ""
    assert browser.post(path, {**NEW, "username": "eve"}).status_code == 409
    assert User.objects.count() == 1


def test_the_first_link_ends(browser, now):
    assert browser.post(first_path(at=now - FIRST_LIFE), NEW).status_code == 422
    assert User.objects.count() == 0


@pytest.mark.parametrize(
    "change",
    [
        {"again": "another-one-9"},
        {"password": "short", "again": "short"},
        {"password": "password123", "again": "password123"},
        {"username": ""},
    ],
)
def test_a_weak_or_mistyped_password_is_refused_beside_the_field(browser, now, change):
    page = browser.post(first_path(at=now), {**NEW, **change})

    assert page.status_code == 422
    assert 'role="alert"' in page.content.decode()
    assert User.objects.count() == 0


def test_the_right_password_leads_in_and_a_wrong_one_says_nothing_of_the_name(browser):
    hired("lin", "operator")

    pages = [browser.post("/console/in/", {"username": name, "password": "wrong-password"}) for name in ("lin", "nobody")]
    assert [page.status_code for page in pages] == [422, 422]
    assert all("The user name or the password is wrong." in page.content.decode() for page in pages)
    assert browser.post("/console/in/", {"username": "lin", "password": PASSWORD}).url == "/console/"


def test_five_wrong_passwords_lock_the_name_from_that_address_only(browser):
    hired("lin", "operator")
    answers = [browser.post("/console/in/", {"username": "lin", "password": f"wrong-{n}"}).status_code for n in range(5)]

    locked = browser.post("/console/in/", {"username": "lin", "password": PASSWORD})

    assert answers[-1] == 429
    assert (locked.status_code, locked.headers["Retry-After"]) == (429, "900")
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    assert elsewhere.post("/console/in/", {"username": "lin", "password": PASSWORD}).status_code == 302


def test_an_address_that_tries_many_names_is_slowed_down(browser):
    answers = [browser.post("/console/in/", {"username": f"name-{n}", "password": "x"}).status_code for n in range(31)]

    assert answers[-1] == 429


def test_after_signing_in_nobody_is_led_elsewhere(browser):
    hired("lin", "operator")

    assert browser.post("/console/in/", {"username": "lin", "password": PASSWORD, "next": "https://evil.example/"}).url == "/console/"


def test_a_closed_account_is_closed(browser):
    user = hired("lin", "operator")
    browser.force_login(user)
    User.objects.update(is_active=False)

    assert browser.get("/console/").url.startswith("/console/in/")


def test_a_second_factor_is_set_up_with_a_code_and_asked_for_from_then_on(browser):
    user = hired("lin", "finance")
    browser.force_login(user)
    assert "otpauth" not in browser.get("/console/account/").content.decode(), "the secret is drawn, not written as a link"
    device = TOTPDevice.objects.get(user=user, confirmed=False)

    assert browser.post("/console/account/", {"code": "000000"}).status_code == 200
    assert not TOTPDevice.objects.get(user=user).confirmed
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    page = browser.post("/console/account/", {"code": code_of(device)}).content.decode()
    codes = page.count("<li><code>")

    other = Client(headers={"accept-language": "en"}, raise_request_exception=False)
    assert other.post("/console/in/", {"username": "lin", "password": PASSWORD}).url == "/console/"
    assert other.get("/console/").url.startswith("/console/in/code/")
    assert codes == 8
    recovery = page.split("<li><code>")[1].split("<")[0]
    assert other.post("/console/in/code/", {"code": recovery}).url == "/console/"
    assert other.get("/console/").status_code == 200


def test_a_recovery_code_serves_once_and_a_used_code_is_not_taken_again(browser):
    user = hired("lin", "finance")
    browser.force_login(user)
    browser.get("/console/account/")
    device = TOTPDevice.objects.get(user=user)
    page = browser.post("/console/account/", {"code": code_of(device)}).content.decode()
    recovery = page.split("<li><code>")[1].split("<")[0]

    def second_step(code):
        other = Client(raise_request_exception=False)
        other.post("/console/in/", {"username": "lin", "password": PASSWORD})
        return other.post("/console/in/code/", {"code": code}).status_code

    assert [second_step(recovery), second_step(recovery), second_step(code_of(device))] == [302, 422, 422]


def test_a_password_link_serves_until_a_password_is_chosen(browser, now):
    user = hired("lin", "operator")
    path = password_path(user, at=now)

    assert browser.post(path, {"password": "plum-blossom-9", "again": "plum-blossom-9"}).url == "/console/"
    assert browser.get(path).status_code == 422
    assert Client().post("/console/in/", {"username": "lin", "password": "plum-blossom-9"}).status_code == 302


def test_signing_in_takes_a_new_session_key(browser):
    hired("lin", "operator")
    browser.get("/console/in/")
    session = browser.session
    session["x"] = 1
    session.save()
    before = session.session_key
    browser.cookies["session"] = before
    browser.post("/console/in/", {"username": "lin", "password": PASSWORD})

    assert browser.session.session_key != before
