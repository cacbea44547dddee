"""The campaigns room: from choosing a mechanic to what was learned, as an operator and an approver go through it."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from lianyi.flows import settle_order
from lianyi.kernel.actor import SYSTEM
from lianyi.ops.campaigns.selectors import get_campaign, list_campaigns
from lianyi.ops.campaigns.services import buy
from lianyi.ops.journal.selectors import Command
from lianyi.ops.members.services import join
from lianyi.ops.plan.services import set_budget, set_goal
from lianyi.ops.shop.selectors import get_order, get_stock
from lianyi.ops.shop.services import add_product
from lianyi.web.console.campaign_words import CATEGORIES, CHOICES, ICONS, ITEMS, SPENDINGS, STATES, STEP_OF, UNITS
from tests.web.console.conftest import browser

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def shelf(team, brand):
    """A product with fifty pieces, a goal, a budget."""
    at = timezone.now() - dt.timedelta(days=2)
    product = add_product(actor=SYSTEM, at=at, title="精华 30ml", price_fen=9900, pieces=50, public_id="p_serum")
    goal = set_goal(
        actor=SYSTEM, at=at, title="本月净销售", metric="net_sales", target=1e6, from_on=at.date(), to_on=at.date() + dt.timedelta(days=30)
    )
    budget = set_budget(actor=SYSTEM, at=at, title="本月活动", amount_fen=100_000)
    return product, goal, budget


def local(at: dt.datetime) -> str:
    return timezone.localtime(at).strftime("%Y-%m-%dT%H:%M")


def flash(shelf, **more):
    """The form of a flash sale, filled in."""
    product, goal, budget = shelf
    now = timezone.now()
    return {
        "key": "new", "title": "周末抢购", "starts_at": local(now - dt.timedelta(minutes=1)), "ends_at": local(now + dt.timedelta(hours=5)),
        "category": "cosmetics", "goal": goal.public_id, "budget": budget.public_id, "hypothesis": "限时会让观望的人下单", "expected_per_day": "10",
        "audience": "all", "channels": ["own_h5", "offline"], "holdout_unit": "none", "holdout_bp": "", "product": product.public_id, "pieces": "20",
        "term-price_fen": "79.00", "term-limit_per_member": "2", "term-pay_within_minutes": "10", "term-preview_hours": "24", **more,
    }  # fmt: skip


def created(client, shelf, **more):
    answer = client.post("/console/campaigns/new/flash_sale/", flash(shelf, **more))
    assert answer.status_code == 302, re.findall(r'role="alert".*?</(?:p|div)>', answer.content.decode(), re.DOTALL)
    return list_campaigns()[0]


def let_pass(client, one):
    """What an approver has to let pass before it may start."""
    page = client.get(f"/console/campaigns/{one.public_id}/").content.decode()
    for n, item in enumerate(re.findall(r'name="item" value="([^"]+)"', page)):
        form = {"key": f"pass{n}", "item": item, "reason": "已与平台核对"}
        assert client.post(f"/console/campaigns/{one.public_id}/override/", form).status_code == 302


def stepped(client, one, event, **more):
    return client.post(f"/console/campaigns/{one.public_id}/step/", {"key": f"k-{event}", "event": event, **more})


def test_a_flash_sale_is_set_up_checked_launched_watched_and_closed(team, shelf):
    operator, lead = browser(team["operator"]), browser(team["growth_lead"])
    one = created(operator, shelf, expected_per_day="")
    assert (one.terms["price_fen"], one.pieces, one.state) == (7900, 20, "draft"), "nobody knows how long the budget lasts"

    let_pass(lead, one)
    assert get_campaign(one.public_id).state == "checked"
    assert stepped(operator, one, "schedule").status_code == 302
    assert stepped(operator, one, "start").status_code == 302
    assert get_campaign(one.public_id).state == "running"

    buyer = join(actor=SYSTEM, at=timezone.now(), phone="13800000001")
    bought = buy(key="b", actor=SYSTEM, at=timezone.now(), campaign=get_campaign(one.public_id), member=buyer, quantity=2)
    settle_order.pay(key="p", actor=SYSTEM, at=timezone.now(), order=get_order(bought.public_id), reference="r", amount_fen=15_800)
    assert operator.get(f"/console/campaigns/{one.public_id}/").status_code == 200
    watched = operator.get(f"/console/campaigns/{one.public_id}/monitor/").content.decode()
    assert 'hx-trigger="every 5s"' in watched
    assert "2 of 20 sold" in watched

    assert stepped(operator, one, "close", reason="卖得差不多了").status_code == 302
    form = {"key": "l", "lessons": "下次早一天预告", "settle": "1"}
    assert operator.post(f"/console/campaigns/{one.public_id}/learn/", form).status_code == 302
    assert "下次早一天预告" in operator.get(f"/console/campaigns/{one.public_id}/").content.decode()
    done = get_campaign(one.public_id)
    assert (done.state, done.lessons) == ("settled", "下次早一天预告")
    assert get_stock(shelf[0]).available == 48, "what was not sold is back in the shop"
    assert "every 5s" not in operator.get(f"/console/campaigns/{one.public_id}/monitor/").content.decode()


def test_a_step_that_cannot_be_taken_is_told_in_words_and_starting_what_runs_is_no_fault(team, shelf):
    operator, lead = browser(team["operator"]), browser(team["growth_lead"])
    one = created(operator, shelf)
    let_pass(lead, one)
    stepped(operator, one, "schedule")
    stepped(operator, one, "start")

    assert operator.post(f"/console/campaigns/{one.public_id}/step/", {"key": "again", "event": "start"}).status_code == 302
    refused = operator.post(f"/console/campaigns/{one.public_id}/step/", {"key": "late", "event": "schedule"})
    assert refused.status_code == 409
    assert "is running; it cannot be scheduled now" in refused.content.decode()
    assert 'href="/console/"' in refused.content.decode(), "home is the console's, not the members'"


def test_a_form_tells_what_a_campaign_may_bring_from_those_of_its_kind_that_are_over(team, shelf):
    operator, lead = browser(team["operator"]), browser(team["growth_lead"])
    now = timezone.now()
    address = f"/console/campaigns/new/flash_sale/outlook/?starts_at={local(now)}&ends_at={local(now + dt.timedelta(days=2))}"
    assert "No Flash sale is over yet" in operator.get("/console/campaigns/new/flash_sale/").content.decode()

    for n in range(3):
        assert "80% range" not in operator.get(address).content.decode()
        one = created(operator, shelf, key=f"new{n}", pieces="5")
        let_pass(lead, one)
        for event in ("schedule", "start"):
            assert stepped(operator, one, event, key=f"{n}{event}").status_code == 302
        buyer = join(actor=SYSTEM, at=now, phone=f"1380000000{n}")
        bought = buy(key=f"b{n}", actor=SYSTEM, at=now, campaign=get_campaign(one.public_id), member=buyer, quantity=1)
        settle_order.pay(key=f"p{n}", actor=SYSTEM, at=now, order=get_order(bought.public_id), reference=f"r{n}", amount_fen=7_900)
        assert stepped(operator, one, "close", key=f"{n}close").status_code == 302

    page = operator.get(address).content.decode()
    assert "From what 3 campaigns of this kind" in page
    assert "middle 10" in page, "one order in five hours each: ten in two days"
    assert (
        "appears once start and end are chosen"
        in operator.get("/console/campaigns/new/flash_sale/outlook/?starts_at=soon").content.decode()
    )


def test_every_step_is_in_the_audit_log_under_the_name_of_who_took_it(team, shelf):
    one = created(browser(team["operator"]), shelf, hypothesis="")
    let_pass(browser(team["growth_lead"]), one)
    stepped(browser(team["operator"]), one, "schedule")

    done = {(command.name, command.actor_id) for command in Command.objects.filter(name__startswith="campaigns.")}

    assert {
        ("campaigns.create", "operator"),
        ("campaigns.check", "operator"),
        ("campaigns.override", "growth-lead"),
        ("campaigns.schedule", "operator"),
    } <= done


def test_an_item_is_let_pass_by_an_approver_only_and_only_with_a_reason(team, shelf):
    one = created(browser(team["operator"]), shelf, hypothesis="")
    page = browser(team["growth_lead"]).get(f"/console/campaigns/{one.public_id}/").content.decode()
    item = re.search(r'name="item" value="([^"]+)"', page)[1]
    address = f"/console/campaigns/{one.public_id}/override/"

    assert 'name="item"' not in browser(team["operator"]).get(f"/console/campaigns/{one.public_id}/").content.decode()
    assert browser(team["operator"]).post(address, {"key": "a", "item": item, "reason": "想快点"}).status_code == 403
    assert browser(team["growth_lead"]).post(address, {"key": "b", "item": item, "reason": " "}).status_code == 409
    assert not Command.objects.filter(name="campaigns.override").exists()


def test_a_campaign_whose_check_has_open_items_is_not_scheduled(team, shelf):
    one = created(browser(team["operator"]), shelf, goal="")

    answer = stepped(browser(team["operator"]), one, "schedule")

    assert answer.status_code == 409
    assert get_campaign(one.public_id).state == "draft"
    assert get_stock(shelf[0]).available == 50


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"term-price_fen": "0"}, "0.01"),
        ({"term-limit_per_member": "500"}, "100"),
        ({"ends_at": "2020-01-01T00:00"}, "it ends before it starts"),
        ({"audience": "vip"}, "vip"),
        ({"channels": []}, "required"),
        ({"holdout_unit": "member", "holdout_bp": ""}, "a hold-out has a unit and a share"),
        ({"title": " "}, "required"),
    ],
)
def test_what_cannot_be_is_said_beside_the_form_and_nothing_is_written(wrong, says, team, shelf):
    answer = browser(team["operator"]).post("/console/campaigns/new/flash_sale/", flash(shelf, **wrong))

    assert answer.status_code == 200
    assert says in answer.content.decode()
    assert list_campaigns() == []


def test_a_campaign_that_runs_changes_only_for_a_stated_reason(team, shelf):
    lead = browser(team["growth_lead"])
    one = created(lead, shelf)
    let_pass(lead, one)
    stepped(lead, one, "schedule")
    stepped(lead, one, "start")
    now = get_campaign(one.public_id)
    form = flash(shelf, key="r", starts_at=local(now.starts_at), **{"term-price_fen": "69.00"})
    address = f"/console/campaigns/{one.public_id}/revise/"

    refused = lead.post(address, form)
    assert refused.status_code == 200
    assert get_campaign(one.public_id).terms["price_fen"] == 7900

    assert lead.post(address, {**form, "key": "r2", "why": "favours_consumer", "reason": "让价给大家"}).status_code == 302
    assert get_campaign(one.public_id).terms["price_fen"] == 6900


def test_a_form_sent_twice_makes_one_campaign(team, shelf):
    client = browser(team["operator"])
    form = flash(shelf)

    client.post("/console/campaigns/new/flash_sale/", form)
    client.post("/console/campaigns/new/flash_sale/", form)

    assert len(list_campaigns()) == 1


@pytest.mark.parametrize("mechanic", list(ICONS))
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_mechanic_has_its_form_in_both_languages(mechanic, language, team, shelf):
    page = browser(team["operator"], language).get(f"/console/campaigns/new/{mechanic}/")

    assert page.status_code == 200
    assert "None" not in re.sub(r"<[^>]+>", " ", page.content.decode())


FILLED = {
    "group_buy": {"product": "p_serum", "pieces": "10", "term-price_fen": "80", "term-size": "3", "term-window_hours": "24", "term-limit_per_member": "1",
                  "term-leader_off_fen": "5", "term-pay_within_minutes": "10"},
    "threshold": {"steps-0-from_fen": "199", "steps-0-off_fen": "20", "steps-1-from_fen": "299", "steps-1-off_fen": "40"},
    "coupon": {"term-kind": "amount", "term-amount_fen": "15", "term-percent_bp": "0", "term-most_fen": "0", "term-threshold_fen": "99",
               "term-valid_days": "30", "term-total": "100", "term-per_member": "1", "term-with_promotions": "on", "term-tiers": "gold、silver"},
    "referral": {"term-inviter_points": "100", "term-invitee_points": "50", "term-wait_for": "return_window", "tasks-0-friends": "3", "tasks-0-points": "200"},
    "check_in": {"term-points": "1、2、3", "milestones-0-days": "7", "milestones-0-points": "10"},
    "bundle": {"items-0-product_id": "p_serum", "items-0-pieces": "2", "term-price_fen": "150"},
    "member_price": {"rows-0-tier": "gold", "rows-0-off_bp": "5"},
}  # fmt: skip


@pytest.mark.parametrize("mechanic", FILLED)
def test_the_terms_of_a_mechanic_are_read_as_they_were_filled_in(mechanic, team, shelf):
    form = {name: value for name, value in flash(shelf).items() if not name.startswith("term-") and name not in ("product", "pieces")}

    answer = browser(team["operator"]).post(f"/console/campaigns/new/{mechanic}/", form | FILLED[mechanic])

    assert answer.status_code == 302, re.findall(r'role="alert".*?</(?:p|div)>', answer.content.decode(), re.DOTALL)
    (one,) = list_campaigns()
    expected = {
        "group_buy": {"price_fen": 8000, "size": 3, "leader_off_fen": 500},
        "threshold": {"steps": [{"from_fen": 19900, "off_fen": 2000}, {"from_fen": 29900, "off_fen": 4000}]},
        "coupon": {"amount_fen": 1500, "threshold_fen": 9900, "total": 100, "with_promotions": True, "tiers": ["gold", "silver"]},
        "referral": {"inviter_points": 100, "tasks": [{"friends": 3, "points": 200, "badge": ""}]},
        "check_in": {"points": [1, 2, 3], "milestones": [{"days": 7, "points": 10, "badge": ""}]},
        "bundle": {"items": [{"product_id": "p_serum", "pieces": 2}], "price_fen": 15000},
        "member_price": {"rows": [{"tier": "gold", "off_bp": 500}]},
    }[mechanic]
    assert {name: one.terms[name] for name in expected} == expected
    assert browser(team["operator"]).get(f"/console/campaigns/{one.public_id}/revise/").status_code == 200


def test_the_list_asks_the_database_as_often_for_many_campaigns_as_for_one(team, shelf, django_assert_num_queries):
    client = browser(team["reader"])
    created(browser(team["operator"]), shelf)
    client.get("/console/campaigns/")
    with django_assert_num_queries(8):
        client.get("/console/campaigns/")
    for n in range(5):
        created(browser(team["operator"]), shelf, key=f"more{n}", title=f"抢购{n}")
    with django_assert_num_queries(8):
        page = client.get("/console/campaigns/?state=checked&sort=title")

    assert page.content.decode().count('<th scope="row">') == 6


def test_every_short_name_has_its_words():
    from lianyi.compliance.fields import fields
    from lianyi.ops.campaigns.mechanics import MECHANICS
    from lianyi.ops.campaigns.rules import machine, terms
    from lianyi.ops.campaigns.services.spending import KINDS

    assert set(STATES) == set(machine.STATES) == set(STEP_OF)
    assert set(ICONS) == set(MECHANICS)
    assert set(SPENDINGS) == set(KINDS)
    assert set(CATEGORIES) == set(fields().of("content.category").choices)
    assert set(UNITS) | {"", "fen", "bp"} == set(terms.UNITS)
    asked = [term for one in MECHANICS.values() for term in terms.terms_of(one.terms).values()]
    assert {choice for term in asked for choice in term.choices} <= set(CHOICES)
    assert all(text.zh and text.en for text in ITEMS.values())
