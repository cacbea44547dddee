"""What an imported history knows is taken over by the operations: members, groups, who is in them, products; again and again, and never who was erased."""

import datetime as dt

import pytest

from lianyi.flows import take_over as flow
from lianyi.flows.erase_member import erase_named
from lianyi.flows.take_over import find_taking, take_over
from lianyi.kernel.actor import SYSTEM, Actor, NotAllowed
from lianyi.ops.journal.checking import Found
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.journal.services import reach_stream_with_erasures
from lianyi.ops.members.groups import KnownGroup, KnownSeat, Seated, adopt_groups, adopt_seats, enter_group
from lianyi.ops.members.invariants import INVARIANTS
from lianyi.ops.members.models import GroupMember, Member
from lianyi.ops.members.selectors import get_group, get_member, groups_of, list_groups, list_tags
from lianyi.ops.members.services import Known, adopt, erase
from lianyi.ops.shop.selectors import get_product
from lianyi.stream import workspace as workspaces
from lianyi.stream.intake import import_files
from lianyi.stream.log.maintain import maintain
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
ANALYST = Actor("team", "t_analyst", frozenset({"analyst"}))
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MEMBERS = (
    "member_id,joined_at,referrer_id,等级,标签,退出时间\n"
    "m1,2026-05-01 10:00:00,,金卡,敏感肌;老客,\nm2,2026-05-02 10:00:00,m1,,,\nm3,2026-05-03 10:00:00,m2,,,\n"
)
MOVES = "event,time,member_id,group_id\n"
CAME = MOVES + "group_joined,2026-05-04 10:00:00,m1,g1\ngroup_joined,2026-05-04 10:00:00,m2,g1\ngroup_joined,2026-05-04 10:00:00,m2,g2\n"


@pytest.fixture
def space(tmp_path):
    return workspaces.create(tmp_path / "w")


@pytest.fixture
def bring(space, tmp_path):
    """Import a text as a file of a kind, ids as they are."""

    def brought(kind, text):
        file = tmp_path / f"{kind}.csv"
        file.write_text(text, encoding="utf-8")
        import_files(
            space,
            [file],
            kind=kind,
            received_t=1_790_000_000_000_000,
            keep_personal=[name for name in ("member_id", "referrer_id") if name in text],
        )

    return brought


def every_book_agrees():
    for one in INVARIANTS:
        found = Found()
        one.check(None, found)
        assert found.wrong == 0, found.examples


def test_members_groups_and_products_come_once_and_it_is_noted_who_did_it(space, bring, at):
    bring("members", MEMBERS)
    bring("groups", "群id,名称\ng1,春日群\n")
    bring("events", CAME)
    bring("products", "商品id,商品名称,售价,成本\np1,面霜,99.00,30.00\n")

    taken = take_over(space, actor=OWNER, at=at, pieces=7)
    commands = Command.objects.count()
    again = take_over(space, actor=OWNER, at=at)

    assert taken == flow.Taken(members=3, groups=2, seats=3, left=0, products=1)
    assert (again, again.any, Command.objects.count() - commands) == (flow.Taken(), False, 1)
    assert get_member("m3").referrer.referrer.public_id == "m1"
    assert list_tags(get_member("m1")) == ["敏感肌", "老客"]
    assert {one.title: n for one, n in list_groups()} == {"春日群": 2, "g2": 1}
    assert groups_of([get_member("m1").pk]) == {get_member("m1").pk: "g1"}
    assert get_product("p1").unit_cost_fen == 3000
    assert not Fact.objects.filter(name="group_joined").exists()
    assert Command.objects.filter(name="flows.take_over", actor_kind="team", actor_id="t_owner").count() == 2
    assert (find_taking(space).state, find_taking(space).taken["members"]) == ("done", 0)
    every_book_agrees()


def test_products_alone_are_enough(space, bring, at):
    bring("products", "商品id,商品名称,售价\np1,面霜,99.00\n")
    assert take_over(space, actor=OWNER, at=at).products == 1
    assert take_over(workspaces.create(space.path / "empty"), actor=OWNER, at=at) == flow.Taken()


def test_however_small_the_pieces_who_brought_them_is_there_before(space, bring, at, monkeypatch):
    monkeypatch.setattr(flow, "AT_ONCE", 1)
    bring("members", MEMBERS)
    bring("events", CAME)
    seen = []

    taken = take_over(space, actor=OWNER, at=at, progress=lambda done, total: seen.append((done, total)))

    assert taken == flow.Taken(members=3, groups=2, seats=3)
    assert get_member("m3").referrer.referrer.public_id == "m1"
    assert seen[-1] == (8, 8)
    assert seen == sorted(seen)


def adopted(at, *names):
    return adopt(actor=OWNER, at=at, known=[Known(name, at - 30 * DAY) for name in names])


def test_who_left_a_group_since_is_out_and_who_came_again_is_in(space, bring, at):
    adopted(at, "m1", "m2", "m3")
    bring("events", CAME)
    take_over(space, actor=OWNER, at=at)

    bring("events", MOVES + "group_left,2026-05-10 10:00:00,m2,g1\ngroup_left,2026-05-10 10:00:00,m3,g1\n")
    left = take_over(space, actor=OWNER, at=at)
    inside = dict(GroupMember.objects.filter(left_at__isnull=True).values_list("member__public_id", "group__public_id"))
    bring("events", MOVES + "group_joined,2026-05-11 10:00:00,m2,g1\n")
    back = take_over(space, actor=OWNER, at=at)

    assert (left.seats, left.left, inside) == (0, 1, {"m1": "g1", "m2": "g2"})
    assert (back.seats, back.left) == (1, 0)
    assert {one.public_id: n for one, n in list_groups()} == {"g1": 2, "g2": 1}


def test_the_later_counts_whether_it_was_noted_here_or_there(at):
    adopted(at, "m1")
    adopt_groups(actor=OWNER, at=at, groups=[KnownGroup(group_id="g1", title="")])
    group, member = get_group("g1"), get_member("m1")
    said = {"group_id": "g1", "member_id": "m1", "joined_at": at - 9 * DAY}
    assert adopt_seats(actor=OWNER, at=at, seats=[KnownSeat(**said)]) == Seated(came=1, left=0)

    assert adopt_seats(actor=OWNER, at=at, seats=[KnownSeat(**said, left_at=at - DAY)]) == Seated(came=0, left=1)
    enter_group(key="k", actor=as_member(member), at=at, group=group, member=member)

    assert adopt_seats(actor=OWNER, at=at, seats=[KnownSeat(**said, left_at=at - DAY)]) == Seated(came=0, left=0), "they came again since"
    assert adopt_seats(actor=OWNER, at=at, seats=[KnownSeat(**said, left_at=at + HOUR)]) == Seated(came=0, left=1)
    assert GroupMember.objects.filter(group=group, member=member).count() == 1


def test_who_was_erased_never_comes_back(space, bring, at, settings):
    settings.WORKSPACE = space
    bring("members", MEMBERS)
    take_over(space, actor=OWNER, at=at)
    erase(actor=OWNER, at=at, member=get_member("m2"))

    # Before the history knows of it, once it does, once its files do, and when the old export is imported again.
    for step in (
        lambda: None,
        lambda: reach_stream_with_erasures(space, at=at),
        lambda: maintain(space, now_us=1_790_000_100_000_000),
        lambda: bring("members", MEMBERS + "m4,2026-05-05 10:00:00,m2,,,\n"),
    ):
        step()
        take_over(space, actor=OWNER, at=at)
        assert set(Member.objects.filter(erased_at__isnull=True).values_list("public_id", flat=True)) <= {"m1", "m3", "m4"}
        assert not Member.objects.filter(public_id="m2").exists()
    assert get_member("m4").referrer is None
    every_book_agrees()


def test_who_was_erased_before_the_operations_knew_them_does_not_come_either(space, bring, at, settings):
    settings.WORKSPACE = space
    bring("members", MEMBERS)
    erase_named(actor=SYSTEM, at=at, member_id="m2")

    assert take_over(space, actor=OWNER, at=at).members == 2
    assert not Member.objects.filter(public_id="m2").exists()
    every_book_agrees()


def test_what_the_operations_cannot_hold_is_left_out_and_counted(space, bring, at):
    long = "x" * 41
    bring(
        "members",
        MEMBERS + f"{long},2026-05-01 10:00:00,,,,\nm5,,,,,\nm6,2026-05-01 10:00:00,,,,2026-05-02 10:00:00\n"
        f"m7,2027-01-01 10:00:00,,,,\nm8,2026-05-01 10:00:00,,,{'y' * 33};好,\n",
    )
    bring("products", f"商品id,商品名称,售价\np1,{'名' * 130},1.00\np2,无价,\n")

    taken = take_over(space, actor=OWNER, at=at)

    assert (taken.members, taken.products) == (4, 1)
    assert taken.left_out == {"unusable_id": 1, "undated": 1, "gone": 1, "to_come": 1, "unusable_tag": 1, "unpriced": 1}
    assert set(taken.left_out) == set(flow.LEFT_OUT)
    assert list_tags(get_member("m8")) == ["好"]


def test_who_may_not_write_members_takes_nobody_over(space, bring, at):
    bring("members", MEMBERS)
    with pytest.raises(NotAllowed):
        take_over(space, actor=ANALYST, at=at)
    with pytest.raises(NotAllowed):
        adopt_seats(actor=ANALYST, at=at, seats=[])
    with pytest.raises(NotAllowed):
        erase_named(actor=ANALYST, at=at, member_id="m1")
    assert not Member.objects.exists()
    assert find_taking(space) is None
