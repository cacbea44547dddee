"""The team: one person for each role, and who has none."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from lianyi.kernel.actor import ROLE_NAMES
from lianyi.web.console import desk
from lianyi.web.console.team import give_roles

PASSWORD = "ripples-all-the-way"


@pytest.fixture(autouse=True)
def the_desk_is_clear():
    """No engine is left open on another test's history."""
    desk.DESK.close()
    yield
    desk.DESK.close()


def hired(name, *roles):
    user = User.objects.create_user(name, password=PASSWORD)
    give_roles(user, set(roles))
    return user


@pytest.fixture
def team(db):
    """Role -> a browser in which somebody of that role is signed in; "none" has no role, "visitor" nobody."""

    def signed_in(role):
        client = Client(raise_request_exception=False, headers={"accept-language": "en"})
        if role != "visitor":
            client.force_login(hired(f"{role}-1", *([] if role == "none" else [role])))
        return client

    return signed_in


ROLES = (*ROLE_NAMES, "none", "visitor")
