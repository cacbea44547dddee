"""The members' rooms: the list, one member from all sides, segments counted anew, and what a member may ask for."""

import datetime as dt
import json
import re

import pytest
from django.utils import timezone

from lianyi.flows import settle_order
from lianyi.kernel.actor import SYSTEM, Actor
from lianyi.ops.campaigns.services import checkout
from lianyi.ops.journal.selectors import Command
from lianyi.ops.members.lists import count_by_tag
from lianyi.ops.members.selectors import find_consent, find_member, get_member, list_tags
from lianyi.ops.members.services import Known, adopt, join, set_consent, set_tier, tag
from lianyi.ops.plan.segments import members_in
from lianyi.ops.plan.selectors import list_segments
from lianyi.ops.shop.services import add_product
from lianyi.stream.opening import opened
from lianyi.web.console.member_history import outside
from lianyi.web.console.timeline import fact_words
from tests.web.console.conftest import browser

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.timedelta(days=1)


@pytest.fixture
def people(team, brand):
    """Mei, gold, who bought two orders; Bo, whom she brought, who never bought; Lan, who bought long ago."""
    now = timezone.now()
    serum = add_product(actor=SYSTEM, at=now - 200 * DAY, title="精华", price_fen=10_000, pieces=50)
    mei = join(actor=SYSTEM, at=now - 100 * DAY, phone="13800000001", channel="social")
    bo = join(actor=SYSTEM, at=now - 5 * DAY, phone="13800000002", referrer_id=mei.public_id, channel="social")
    lan = join(actor=SYSTEM, at=now - 150 * DAY, phone="13800000003", channel="search")
    set_tier(actor=SYSTEM, at=now, member=mei, tier="金卡")
    tag(actor=SYSTEM, at=now, member=mei, name="敏感肌")
    for n, (member, days) in enumerate(((mei, 3), (mei, 2), (lan, 120))):
        at = now - days * DAY
        order = checkout(key=f"o{n}", actor=SYSTEM, at=at, member=member, lines=[(serum, 1)])
        settle_order.pay(key=f"p{n}", actor=SYSTEM, at=at, order=order, reference=f"r{n}", amount_fen=order.payable_fen)
    set_consent(actor=Actor("member", mei.public_id), at=now - DAY, member=mei, purpose="marketing", granted=True)
    return {"mei": get_member(mei.public_id), "bo": bo, "lan": lan}


def test_a_member_is_seen_from_all_sides(team, people):
    page = browser(team["operator"]).get(f"/console/members/{people['mei'].public_id}/").content.decode()

    for words in ("金卡", "敏感肌", "brought 1 member", "¥200", "Messages about offers"):
        assert words in page
    assert "Export everything" not in page, "that is for who may hand data out"


def test_tags_tier_and_consent_change_and_a_consent_is_never_given_by_the_team(team, people):
    mei = people["mei"]
    client, address = browser(team["operator"]), f"/console/members/{mei.public_id}/change/"

    client.post(address, {"key": "a", "change": "tag", "name": "老客"})
    client.post(address, {"key": "b", "change": "untag", "name": "敏感肌"})
    client.post(address, {"key": "c", "change": "tier", "tier": "铂金"})
    client.post(address, {"key": "d", "change": "withdraw", "purpose": "marketing"})

    assert list_tags(mei) == ["老客"]
    assert get_member(mei.public_id).tier == "铂金"
    assert find_consent(mei, "marketing") is False
    assert client.post(address, {"key": "e", "change": "agree", "purpose": "marketing"}).status_code == 422


def test_a_copy_of_everything_is_handed_out_and_noted(team, people):
    mei = people["mei"]

    file = browser(team["growth_lead"]).post(f"/console/members/{mei.public_id}/export/", {"key": "a"})

    assert json.loads(file.content)["tier"] == "金卡"
    assert file["Content-Disposition"].startswith("attachment")
    assert Command.objects.get(name="members.export").actor_id == "growth-lead"


def test_a_member_is_erased_only_by_their_whole_id_and_by_who_may(team, people):
    bo = people["bo"]
    address = f"/console/members/{bo.public_id}/erase/"

    assert browser(team["operator"]).post(address, {"key": "a", "confirm": bo.public_id}).status_code == 403
    assert browser(team["owner"]).post(address, {"key": "b", "confirm": "somebody"}).status_code == 422
    assert find_member(bo.public_id) is not None

    assert browser(team["owner"]).post(address, {"key": "c", "confirm": bo.public_id}).status_code == 302
    assert find_member(bo.public_id) is None
    assert browser(team["owner"]).get(f"/console/members/{bo.public_id}/").status_code == 404
    assert Command.objects.get(name="members.erase").actor_id == "owner"


def test_a_list_of_members_leaves_the_house_only_with_who_may_and_is_noted(team, people):
    assert browser(team["operator"]).get("/console/members/?as=csv").status_code == 403
    assert "as=csv" not in browser(team["operator"]).get("/console/members/").content.decode()

    file = browser(team["growth_lead"]).get("/console/members/?as=csv&channel=social")

    assert file.content.decode("utf-8-sig").count("social") == 2
    assert Command.objects.get(name="members.save_list").actor_id == "growth-lead"


@pytest.mark.parametrize(
    ("conditions", "who"),
    [
        ([("tier", "金卡")], {"mei"}),
        ([("tag", "敏感肌")], {"mei"}),
        ([("without_tag", "敏感肌")], {"bo", "lan"}),
        ([("channel", "social")], {"mei", "bo"}),
        ([("joined_within", 30)], {"bo"}),
        ([("joined_before", 120)], {"lan"}),
        ([("bought_within", 30)], {"mei"}),
        ([("not_bought_within", 30)], {"bo", "lan"}),
        ([("orders", 2)], {"mei"}),
        ([("paid", 10_000)], {"mei", "lan"}),
        ([("never_bought", "")], {"bo"}),
        ([("consents_to", "marketing")], {"mei"}),
        ([("channel", "social"), ("never_bought", "")], {"bo"}),
        ([("paid", 10_000), ("not_bought_within", 30)], {"lan"}),
        ([("tier", "金卡"), ("never_bought", "")], set()),
    ],
)
def test_each_condition_finds_whom_it_says(conditions, who, people):
    found = members_in([{"id": id_, "value": value} for id_, value in conditions], timezone.now())

    assert {name for name, one in people.items() if one.pk in set(found.values_list("pk", flat=True))} == who


def test_a_segment_is_counted_while_it_is_written_then_kept_and_listed(team, people):
    client = browser(team["operator"])
    rule = {"condition-0": "channel", "value-0": "social", "condition-1": "paid", "value-1": "100"}

    form = client.get("/console/members/segments/new/").content.decode()
    # A form that still lacks its name would not ask, and its token has no business in an address.
    assert re.search(r'<form [^>]*hx-params="not csrfmiddlewaretoken,key"[^>]* novalidate>', form)
    counted = client.get("/console/members/segments/count/", rule).content.decode()
    assert '<span class="value">1</span>' in counted
    assert "paid at least ¥100.00 in all" in counted

    answer = client.post("/console/members/segments/new/", {"key": "a", "title": "会花钱的", **rule})
    assert answer.status_code == 302
    page = client.get(answer.url).content.decode()
    assert people["mei"].public_id in page
    assert people["bo"].public_id not in page
    assert "会花钱的" in client.get("/console/members/segments/").content.decode()
    for others in ("tier=member", "tag=nobody", "channel=search"):
        assert people["mei"].public_id not in client.get(f"{answer.url}?{others}").content.decode()

    client.post(f"{answer.url}drop/", {"key": "b"})
    assert list_segments() == []


@pytest.mark.parametrize("rule", [{}, {"condition-0": "orders", "value-0": "many"}, {"condition-0": "starsign", "value-0": "leo"}])
def test_a_rule_that_is_none_is_not_kept(rule, team, people):
    page = browser(team["operator"]).post("/console/members/segments/new/", {"key": "a", "title": "x", **rule})

    assert page.status_code == 200
    assert list_segments() == []


def test_the_list_asks_as_often_for_many_as_for_one(team, people, django_assert_num_queries):
    client = browser(team["reader"])
    client.get("/console/members/")
    with django_assert_num_queries(9):
        client.get("/console/members/")
    for n in range(8):
        tag(actor=SYSTEM, at=timezone.now(), member=join(actor=SYSTEM, at=timezone.now(), phone=f"139{n:08d}"), name="新客")
    with django_assert_num_queries(9):
        client.get("/console/members/")
    assert count_by_tag()[0] == ("新客", 8)


def test_a_member_of_the_imported_history_is_taken_over_and_shown_with_it(team, brand):
    with opened(brand) as engine:
        (row,) = engine.run(
            "SELECT member_id, count(*) AS n FROM events WHERE name = 'order_paid' GROUP BY 1 ORDER BY 2 DESC LIMIT 1"
        ).to_pylist()
    adopt(actor=SYSTEM, at=timezone.now(), known=[Known(row["member_id"], timezone.now() - 300 * DAY)])

    page = browser(team["analyst"]).get(f"/console/members/{row['member_id']}/history/").content.decode()

    assert page.count("imported history") == min(row["n"], 60)
    assert "An order line was paid" in page


def test_what_the_imported_history_knows_of_a_member_is_told_newest_first(brand):
    with opened(brand) as engine:
        sql = "SELECT member_id, count(*) AS n FROM events WHERE name = 'order_paid' GROUP BY member_id ORDER BY n, member_id LIMIT 1"
        (one,) = engine.run(sql).to_pylist()

    found = outside(one["member_id"])

    paid = [event for event in found if event.says == fact_words("order_paid")]
    assert len(paid) == one["n"]
    assert [event.at for event in found] == sorted((event.at for event in found), reverse=True)
    assert outside("nobody") == []
