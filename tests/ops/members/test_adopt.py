"""Members whom the imported history knows are taken over once, with who brought them, and without being told to have joined again."""

import datetime as dt

import pytest

from lianyi.kernel.actor import VISITOR, NotAllowed
from lianyi.ops.journal.checking import Found
from lianyi.ops.journal.models import Fact
from lianyi.ops.members.invariants import INVARIANTS
from lianyi.ops.members.models import Member
from lianyi.ops.members.selectors import get_member, list_tags
from lianyi.ops.members.services import Known, adopt, erase, join
from tests.ops.conftest import OWNER

pytestmark = pytest.mark.django_db


def known(at):
    """Three generations, the youngest first, and one whose referrer nobody knows."""
    day = dt.timedelta(days=1)
    return [
        Known("m3", at - 1 * day, referrer_id="m2", tags=("敏感肌", "敏感肌", "老客")),
        Known("m2", at - 2 * day, tier="金卡", referrer_id="m1", channel="social"),
        Known("m1", at - 3 * day),
        Known("m4", at - 3 * day, referrer_id="stranger"),
    ]


def test_they_come_with_tier_tags_and_who_brought_them(at):
    assert adopt(actor=OWNER, at=at, known=known(at)) == 4

    assert get_member("m3").referrer.referrer.public_id == "m1"
    assert get_member("m4").referrer is None
    assert (get_member("m2").tier, get_member("m2").channel, get_member("m1").tier) == ("金卡", "social", "member")
    assert list_tags(get_member("m3")) == ["敏感肌", "老客"]


def test_it_is_told_as_taking_over_and_every_book_agrees(at):
    join(actor=OWNER, at=at, phone="13800000009")
    adopt(actor=OWNER, at=at, known=known(at))

    assert sorted(Fact.objects.values_list("name", flat=True)) == ["member_adopted"] * 4 + ["member_joined"]
    for one in INVARIANTS:
        found = Found()
        one.check(None, found)
        assert found.wrong == 0, found.examples


def test_doing_it_again_adds_nobody_and_those_erased_do_not_come_back(at):
    adopt(actor=OWNER, at=at, known=known(at))
    erase(actor=OWNER, at=at, member=get_member("m4"))

    assert adopt(actor=OWNER, at=at, known=known(at)) == 0
    assert Member.objects.count() == 4


def test_a_visitor_may_not(at):
    with pytest.raises(NotAllowed):
        adopt(actor=VISITOR, at=at, known=known(at))
    assert not Member.objects.exists()
