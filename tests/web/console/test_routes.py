"""Every route of the console, for every role. A route without a row fails."""

from dataclasses import dataclass

import pytest
from django.urls import get_resolver, reverse

from lianyi.kernel.actor import PERMISSIONS, ROLE_NAMES
from lianyi.web.console.navigation import GROUPS, url_of
from tests.web.console.conftest import ROLES

ANYONE, TEAM = "anyone", "team"


@dataclass(frozen=True)
class Row:
    """Who may: a permission, TEAM or ANYONE. What it answers them; `post` makes it a POST."""

    who: str
    answer: int = 200
    post: dict[str, str] | None = None
    args: tuple[str, ...] = ()


ROWS = {
    "console_home": Row(TEAM),
    "account": Row(TEAM),
    "team_sign_in": Row(ANYONE),
    "second_factor": Row(ANYONE, 302),
    "first_account": Row(ANYONE, 422, args=("x",)),
    "choose_password": Row(ANYONE, 422, args=("x",)),
    "team_sign_out": Row(ANYONE, 302, {}),
}


def console_routes():
    (console,) = [entry for entry in get_resolver().url_patterns if str(entry.pattern) == "console/"]
    return console.url_patterns


def may(role, who):
    if who == ANYONE:
        return True
    if role in {"none", "visitor"}:
        return who == TEAM and role == "none"
    return who == TEAM or role == "owner" or role in PERMISSIONS[who]


def test_every_route_has_its_row():
    assert sorted(route.name for route in console_routes()) == sorted(ROWS)


def test_every_page_is_guarded_by_what_its_row_says():
    guards = {route.name: getattr(route.callback, "permission", ANYONE) for route in console_routes()}

    assert guards == {name: row.who for name, row in ROWS.items()}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", ROWS)
def test_each_route_is_for_its_roles(team, name, role):
    row = ROWS[name]
    browser = team(role)
    address = reverse(name, args=row.args)

    answer = browser.get(address) if row.post is None else browser.post(address, row.post)

    if may(role, row.who):
        assert answer.status_code == row.answer, answer.content[:300]
    elif role == "visitor":
        assert answer.url.startswith("/console/in/?next=")
    else:
        assert answer.status_code == 403


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.post is not None])
def test_what_changes_something_needs_a_form_of_ours(team, name):
    browser = team("owner")
    browser.handler.enforce_csrf_checks = True

    assert browser.post(reverse(name, args=ROWS[name].args), ROWS[name].post).status_code == 403
    assert browser.get(reverse(name, args=ROWS[name].args)).status_code == 405


@pytest.mark.parametrize("role", list(ROLE_NAMES))
def test_the_navigation_shows_exactly_what_may_be_opened(team, role):
    page = team(role).get("/console/").content.decode()

    for _, entries in GROUPS:
        for entry in entries:
            url = url_of(entry)
            shown = bool(url) and f'href="{url}"' in page.partition("<nav>")[2].partition("</nav>")[0]
            assert shown == (bool(url) and (not entry.permission or role == "owner" or role in PERMISSIONS[entry.permission]))
