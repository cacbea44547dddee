"""Two steps into the console, where one is signed in, keys for programs, and the brand's settings."""

import base64
import datetime as dt
import re
from dataclasses import replace

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone
from django_otp.oath import totp

from lianyi.ops.team import selectors, services
from tests.web.console.conftest import browser

PASSWORD = "quite-a-secret"


def secret_of(page):
    spaced = re.search(r"<code>([A-Z2-7 ]+)</code>", page.content.decode())[1].replace(" ", "")
    return base64.b32decode(spaced + "=" * (-len(spaced) % 8))


@pytest.fixture
def guarded(team, brand):
    """The analyst has a password and a second factor; (member, secret, recovery codes)."""
    analyst = team["analyst"]
    analyst.set_password(PASSWORD)
    analyst.save()
    client = browser(analyst)
    secret = secret_of(client.post("/console/settings/second-factor/", {"key": "b"}))
    page = client.post("/console/settings/second-factor/confirm/", {"key": "c", "code": f"{totp(secret):06d}"})
    codes = re.findall(r"<li><code>([a-z2-7-]{19})</code>", page.content.decode())
    assert len(codes) == 10
    return analyst, secret, codes


def test_a_telephone_keeps_the_real_time_whatever_the_brands_clock_says(team, brand, settings):
    settings.WORKSPACE = replace(brand, days_back=57)
    client = browser(team["analyst"])
    secret = secret_of(client.post("/console/settings/second-factor/", {"key": "b"}))

    page = client.post("/console/settings/second-factor/confirm/", {"key": "c", "code": f"{totp(secret):06d}"})

    assert page.status_code == 200
    assert selectors.has_second_factor(team["analyst"])


def test_a_wrong_code_is_said_beside_the_secret_that_was_shown(team, brand):
    client = browser(team["analyst"])
    secret = secret_of(client.post("/console/settings/second-factor/", {"key": "b"}))

    page = client.post("/console/settings/second-factor/confirm/", {"key": "c", "code": "000000"})

    assert page.status_code == 422
    assert "The code is wrong" in page.content.decode()
    assert secret_of(page) == secret
    again = client.post("/console/settings/second-factor/confirm/", {"key": "d", "code": f"{totp(secret):06d}"})
    assert again.status_code == 200


def password_given():
    client = browser()
    answer = client.post("/console/sign-in/", {"username": "analyst", "password": PASSWORD})
    return client, answer


def test_a_password_alone_opens_nothing_once_there_is_a_second_factor(guarded):
    client, answer = password_given()

    assert answer.url == "/console/second-factor/"
    assert client.get("/console/").status_code == 302, "half way in is not in"


def test_the_code_of_the_app_lets_in_once(guarded):
    _, secret, _ = guarded
    code = f"{totp(secret, drift=1):06d}"
    first, _ = password_given()
    again, _ = password_given()

    assert first.post("/console/second-factor/", {"code": code}).url == "/console/"
    assert first.get("/console/settings/").status_code == 200
    assert "wrong" in again.post("/console/second-factor/", {"code": code}).content.decode(), "a code is taken once"


def test_a_recovery_code_stands_in_once(guarded):
    _, _, codes = guarded
    first, _ = password_given()
    again, _ = password_given()

    assert first.post("/console/second-factor/", {"code": codes[0].upper()}).status_code == 302
    assert again.post("/console/second-factor/", {"code": codes[0]}).status_code == 200
    assert selectors.count_recovery_codes(selectors.get_member("analyst")) == 9


def test_codes_cannot_be_tried_through(guarded):
    client, _ = password_given()
    answers = [client.post("/console/second-factor/", {"code": f"{n:06d}"}).status_code for n in range(7)]

    assert answers[-1] == 429


def test_without_a_password_the_second_step_leads_to_the_door(guarded):
    assert browser().get("/console/second-factor/").url == "/console/sign-in/"


def test_a_link_asks_for_the_second_step_too(guarded):
    from lianyi.web.console.doors import entry_path

    assert browser().post(entry_path(selectors.get_member("analyst"))).url == "/console/second-factor/"


def test_the_secret_is_not_kept_in_the_clear(guarded):
    member, secret, _ = guarded
    kept = selectors.find_second_factor(member)

    assert base64.b32encode(secret).decode() not in kept.sealed
    assert secret.hex() not in base64.b64decode(kept.sealed).hex()


def test_it_is_switched_off_with_a_code_and_by_the_owner_without(guarded, team):
    member, _, _ = guarded
    client = browser(member)

    assert client.post("/console/settings/second-factor/end/", {"key": "e1", "code": "000000"}).status_code == 422
    assert selectors.has_second_factor(member)
    browser(team["owner"]).post("/console/team/analyst/", {"key": "e2", "lost": "1"})
    assert not selectors.has_second_factor(member)


def test_nobody_but_an_owner_switches_off_what_is_another_ones(guarded, team):
    assert browser(team["growth_lead"]).post("/console/team/analyst/", {"key": "e", "lost": "1"}).status_code == 403
    assert selectors.has_second_factor(guarded[0])


def test_devices_are_listed_and_signed_out_from_afar(team, brand):
    team["analyst"].set_password(PASSWORD)
    team["analyst"].save()
    one, _ = password_given()
    other, _ = password_given()
    here = next(s for s in selectors.list_sign_ins(team["analyst"]) if s.session_key == one.session.session_key)
    there = next(s for s in selectors.list_sign_ins(team["analyst"]) if s.session_key == other.session.session_key)

    assert one.post(f"/console/settings/devices/{there.pk}/", {"key": "d"}).status_code == 302
    assert other.get("/console/settings/").status_code == 302, "signed out"
    assert one.get("/console/settings/").status_code == 200
    assert not Session.objects.filter(session_key=there.session_key).exists()
    assert browser(team["operator"]).post(f"/console/settings/devices/{here.pk}/", {"key": "x"}).status_code == 403


def test_the_brand_is_renamed_by_its_owner_only(team, brand, settings):
    before = brand.brand
    assert browser(team["growth_lead"]).post("/console/settings/brand/", {"key": "b", "brand": "别人"}).status_code == 403
    assert settings.WORKSPACE.brand == before

    browser(team["owner"]).post("/console/settings/brand/", {"key": "b", "brand": "新名字", "language": "zh"})
    page = browser(team["owner"]).get("/console/settings/").content.decode()
    browser(team["owner"]).post("/console/settings/brand/", {"key": "c", "brand": before, "language": "zh"})

    assert "新名字" in page
    assert settings.WORKSPACE.zone_name == brand.zone_name


def test_a_key_ends_when_it_is_revoked(team, brand):
    client = browser(team["analyst"])
    page = client.post("/console/settings/keys/", {"key": "k", "name": "看板", "days": "30", "roles": ["analyst"]}).content.decode()
    whole = re.search(r"<code>(ly_[\w-]+)</code>", page)[1]
    found = selectors.find_api_key(services.digest_of(whole), timezone.now())

    assert found.actor.roles == {"analyst"}
    assert whole not in client.get("/console/settings/").content.decode(), "shown once"
    assert selectors.find_api_key(services.digest_of(whole), timezone.now() + dt.timedelta(days=31)) is None
    assert browser(team["operator"]).post(f"/console/settings/keys/{found.pk}/", {"key": "r"}).status_code == 403
    client.post(f"/console/settings/keys/{found.pk}/", {"key": "r2"})
    assert selectors.find_api_key(services.digest_of(whole), timezone.now()) is None
