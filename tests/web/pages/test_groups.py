"""A group's link: who comes by it counts as its member, also when they become one only afterwards."""

import datetime as dt
import json

import pytest
from django.test import RequestFactory
from django.utils import timezone

from lianyi.ops.journal.selectors import Fact
from lianyi.ops.members.groups import make_group
from lianyi.ops.members.selectors import find_by_identity, groups_of
from lianyi.web.pages.session import enter_kept_group, keep_group
from lianyi.web.pages.sign_in import link_token
from tests.web.pages.conftest import OWNER, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def group(now):
    return make_group(actor=OWNER, at=now, title="春日护肤群")


def told():
    return [(said["group_id"], said["member_id"]) for said in (json.loads(one.fact) for one in Fact.objects.filter(name="group_joined"))]


def test_a_member_who_comes_by_it_is_in_the_group_once(group, mei):
    browser = signed_in(mei)
    for _ in range(2):
        assert browser.get(f"/g/{group.code}/?next=/me/points/").url == "/me/points/"

    assert groups_of([mei.pk]) == {mei.pk: group.public_id}
    assert told() == [(group.public_id, mei.public_id)]


def test_a_visitor_is_in_it_once_they_have_joined(group):
    browser = signed_in(None)
    browser.get(f"/g/{group.code}/")
    assert told() == []
    browser.post(f"/in/{link_token(at=timezone.now(), phone='13800000066')}/")

    member = find_by_identity(phone="13800000066")
    assert groups_of([member.pk]) == {member.pk: group.public_id}


def test_a_link_is_remembered_for_its_time_only(group, mei, now):
    request = RequestFactory().get("/")
    request.session, request.at, request._member = {}, now, None
    keep_group(request, group, until=now + dt.timedelta(days=7))
    request.at, request._member = now + dt.timedelta(days=8), mei
    enter_kept_group(request)

    assert (groups_of([mei.pk]), request.session) == ({}, {})


def test_a_link_of_no_group_says_so():
    assert signed_in(None).get("/g/nosuch/").status_code == 404
