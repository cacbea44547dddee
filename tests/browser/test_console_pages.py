"""Every page of the console on the demo brand, on a phone and on a desk, light and dark, in both languages; and the doors that lead to them."""

import base64
import datetime as dt

import pytest
from django_otp.oath import totp

from lianyi.cli.demo_shop import TODAY
from lianyi.cli.simulate import fill
from lianyi.lab.brand import brand_name
from lianyi.lab.worlds import read_world
from lianyi.stream import workspace as workspaces
from tests.browser.conftest import DESK, LOOKS, PASSWORD, PHONE, Shop, serving
from tests.web.console.every_page import PAGES

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The demo brand with fewer people, its team's weeks, and one of everything; it lives on the day on which its history ends."""
    home = tmp_path_factory.mktemp("brand")
    behind = max(0, (dt.datetime.now(dt.UTC).date() - TODAY).days)
    world = read_world("brand")
    fill(workspaces.create(home, brand=brand_name(), days_back=behind), world, members=3_000, days=world.days, seed=1, twins=False)
    # Before it is served: the weeks are lived by a clock of their own, and the server has one too.
    return home, Shop("", home).do("brand", password=PASSWORD)


@pytest.fixture(scope="module")
def shop(made):
    with serving(made[0]) as served:
        yield served


@pytest.fixture
def things(made):
    return made[1]


@pytest.mark.parametrize(("screen", "scheme", "language"), LOOKS, ids=lambda v: str(v.get("width")) if isinstance(v, dict) else v)
def test_every_page_of_the_console_is_sound(things, visitor, screen, scheme, language):
    lin = visitor(screen, scheme=scheme, language=language)
    lin.come_in()
    for path in (path for paths in PAGES.values() for path in paths):
        lin.go(path.format(**things))
        lin.must_be_sound()
    lin.go("/console/nowhere/")
    lin.faults[:] = [fault for fault in lin.faults if "404" not in fault]
    lin.must_be_sound()


@pytest.mark.parametrize(("screen", "scheme", "language"), LOOKS[:2], ids=["phone-light", "phone-dark"])
def test_the_doors_are_sound(things, visitor, screen, scheme, language):
    an = visitor(screen, scheme=scheme, language=language)
    an.go("/console/sign-in/")
    an.must_be_sound()
    an.go(an.shop.do("invited", username="an"))
    an.must_be_sound()


def test_a_key_is_shown_once_and_a_telephone_guards_the_door(things, visitor):
    lin = visitor(DESK, language="en-US")
    lin.come_in("/console/settings/")
    page = lin.page
    page.fill("#key-name", "nightly export")
    lin.press("Make a key")
    lin.must_be_sound()
    assert page.locator("#keys .notice code").inner_text().startswith("ly_")
    lin.go("/console/settings/")
    assert page.locator("#keys .notice code").count() == 0

    page.locator("#second-factor").get_by_role("button", name="Switch on").click()
    lin.must_be_sound()
    secret = page.locator("details code").text_content().replace(" ", "")
    page.fill("#code", f"{totp(base64.b32decode(secret + '=' * (-len(secret) % 8))):06d}")
    lin.press("Switch on")
    lin.must_be_sound()
    recovery = page.locator(".codes code").first.inner_text()

    again = visitor(PHONE)
    again.go("/console/sign-in/")
    again.page.fill("#id_username", "owner")
    again.page.fill("#id_password", PASSWORD)
    again.page.locator("main form button").click()
    again.page.wait_for_url("**/second-factor/**")
    again.must_be_sound()
    again.page.fill("#code", recovery)
    again.page.locator("main form button").click()
    again.page.wait_for_url("**/console/")
    assert again.faults == []
