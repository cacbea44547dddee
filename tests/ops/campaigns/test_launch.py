"""The check before launch: what it stops, what a named approver may let pass, what nobody may."""

import datetime as dt

import pytest

from lianyi.kernel.actor import Actor, NotAllowed
from lianyi.kernel.errors import UnknownName
from lianyi.ops.campaigns.refusals import ChangeRefused, CheckNotPassed, ItemNotOverridable, StepNotAllowed, TermsUnusable
from lianyi.ops.campaigns.rules.terms import TermUnusable
from lianyi.ops.campaigns.selectors import get_campaign, list_overrides
from lianyi.ops.campaigns.services import (
    Said,
    buy,
    check_campaign,
    create_campaign,
    drop,
    override_item,
    pause,
    resume,
    revise_campaign,
    schedule,
    start,
    start_due,
)
from lianyi.ops.shop.selectors import get_stock
from lianyi.ops.shop.services import set_price
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db
OPERATOR = Actor("team", "t_op", frozenset({"operator"}))
LEAD = Actor("team", "t_lead", frozenset({"growth_lead"}))


@pytest.fixture
def said(goal, budget, serum, at):
    def make(**more) -> Said:
        whole = {
            "mechanic": "flash_sale", "title": "周五抢购", "terms": {"price_fen": 7_900}, "starts_at": at + DAY, "ends_at": at + 2 * DAY,
            "product": serum, "pieces": 5, "goal": goal, "budget": budget, "hypothesis": "限时会加快下单", "channels": ("own_h5",),
            "expected_per_day": 5,
        }  # fmt: skip
        return Said(**(whole | more))

    return make


def checked(said, at):
    campaign = create_campaign(actor=OPERATOR, at=at, said=said)
    check = check_campaign(actor=OPERATOR, at=at, campaign=campaign)
    return get_campaign(campaign.public_id), check, {item["id"] for item in check.items if not item["passed"]}


def test_a_sound_campaign_passes_is_scheduled_with_its_stock_and_starts_at_its_time(said, serum, at):
    campaign, check, failed = checked(said(), at)
    assert (failed, check.passed, campaign.state) == (set(), True, "checked")

    schedule(actor=OPERATOR, at=at, campaign=campaign)
    stock = get_stock(serum, f"campaign:{campaign.public_id}")
    assert (stock.available, get_stock(serum).available, stock.member_limit) == (5, 5, 1)
    assert start_due(at=at) == []
    assert start_due(at=at + DAY) == [campaign.public_id]
    assert get_campaign(campaign.public_id).state == "running"


def test_one_that_has_begun_is_told_to_have_begun_not_to_lack_pieces(said, at):
    campaign, *_ = checked(said(pieces=8), at)
    schedule(actor=OPERATOR, at=at, campaign=campaign)
    start_due(at=at + DAY)

    with pytest.raises(StepNotAllowed):
        start(at=at + DAY, campaign=campaign)


@pytest.mark.parametrize(
    "more,item,hard",
    [
        ({"goal": None}, "goal", False),
        ({"hypothesis": ""}, "hypothesis", False),
        ({"budget": None}, "budget", False),
        ({"channels": ()}, "channels", True),
        ({"pieces": 11}, "stock", True),
        ({"expected_per_day": 1_000}, "lasts", False),
        ({"expected_per_day": 0}, "lasts", False),
        ({"full_fen": 19_900}, "reference_price", True),
        ({"title": "全国第一的抢购"}, "law:CN-AD-001", False),
        ({"title": "消炎祛痘抢购"}, "law:CN-AD-004", True),
        ({"title": "全网最低价"}, "law:CN-PR-006", False),
        ({"title": "最终解释权归本店"}, "law:CN-LO-009", False),
    ],
)
def test_each_item_stops_what_it_is_for(said, at, more, item, hard):
    campaign, check, failed = checked(said(**more), at)

    assert item in failed
    assert next(one["hard"] for one in check.items if one["id"] == item) == hard
    with pytest.raises((CheckNotPassed, StepNotAllowed)):
        schedule(actor=OPERATOR, at=at, campaign=campaign)
    assert get_campaign(campaign.public_id).state == "draft"


def test_a_soft_item_is_let_pass_by_a_named_approver_with_a_reason_and_a_hard_one_by_nobody(said, at):
    campaign, _, failed = checked(said(title="跳楼价抢购", pieces=11), at)
    assert failed == {"law:CN-PR-006", "stock"}

    with pytest.raises(NotAllowed):
        override_item(actor=OPERATOR, at=at, campaign=campaign, item="law:CN-PR-006", reason="有比价记录")
    with pytest.raises(ItemNotOverridable):
        override_item(actor=LEAD, at=at, campaign=campaign, item="law:CN-PR-006", reason="  ")
    with pytest.raises(ItemNotOverridable):
        override_item(actor=LEAD, at=at, campaign=campaign, item="stock", reason="明天到货")
    with pytest.raises(ItemNotOverridable):
        override_item(actor=LEAD, at=at, campaign=campaign, item="goal", reason="已经过了")
    override_item(actor=LEAD, at=at, campaign=campaign, item="law:CN-PR-006", reason="有比价记录")

    assert [(one.item, one.approver, one.reason) for one in list_overrides(campaign)] == [("law:CN-PR-006", "t_lead", "有比价记录")]
    assert not check_campaign(actor=OPERATOR, at=at, campaign=campaign).passed, "the hard item still stands"


def test_letting_pass_counts_for_the_terms_it_was_given_for_only(said, at):
    campaign, _, _ = checked(said(title="跳楼价抢购"), at)
    override_item(actor=LEAD, at=at, campaign=campaign, item="law:CN-PR-006", reason="有比价记录")
    assert check_campaign(actor=OPERATOR, at=at, campaign=campaign).passed

    again = revise_campaign(actor=OPERATOR, at=at, campaign=campaign, said=said(title="清仓价抢购"))

    assert (again.state, again.revision, list_overrides(again)) == ("draft", 2, [])
    assert not check_campaign(actor=OPERATOR, at=at, campaign=again).passed


def test_the_platforms_bans_are_hard_and_what_it_restricts_needs_a_look_at_todays_rule(said, at):
    group = {"mechanic": "group_buy", "terms": {"price_fen": 7_900}}

    _, check, failed = checked(said(**group, channels=("wechat_moments", "wechat_h5", "own_h5")), at)

    assert {"channel:group_buy:wechat_moments", "channel:group_buy:wechat_h5"} <= failed
    hard = {item["id"]: item["hard"] for item in check.items}
    assert (hard["channel:group_buy:wechat_moments"], hard["channel:group_buy:wechat_h5"]) == (True, False)
    assert hard["law:PF-WX-002"]


def test_a_crossed_out_price_passes_at_the_lowest_recent_deal_or_with_its_basis(said, launch, mei, serum, at):
    sale = launch("flash_sale", {"price_fen": 8_900}, product=serum, pieces=2)
    pay(buy(key=key(), actor=as_member(mei), at=at, campaign=sale, member=mei), at)
    soon = at + HOUR

    assert "reference_price" in checked(said(full_fen=9_900), soon)[2]
    assert "reference_price" not in checked(said(full_fen=8_900), soon)[2]
    assert "reference_price" not in checked(said(full_fen=12_900, reference_basis="厂商建议零售价"), soon)[2]


def test_raising_the_price_before_a_promotion_needs_its_reason(said, serum, at):
    set_price(actor=OWNER, at=at + 10 * DAY, product=serum, price_fen=12_900)
    later = at + 31 * DAY
    dates = {"starts_at": later + DAY, "ends_at": later + 2 * DAY}

    assert "law:CN-PR-002" in checked(said(**dates), later)[2]
    assert "law:CN-PR-002" not in checked(said(**dates, raise_reason="原料涨价"), later)[2]


def test_a_draw_without_what_must_be_public_or_with_too_large_a_prize_is_stopped(said, at):
    rung = {"name": "汽车", "units": 1, "market_fen": 5_000_100, "odds_ppm": 1, "product_id": "p_serum"}
    draw = {"mechanic": "lottery", "product": None, "pieces": 0}

    _, check, failed = checked(said(**draw, terms={"rungs": [rung]}), at)

    assert {"published", "law:CN-LO-001", "law:CN-LO-002"} <= failed
    assert "主办方与联系方式" in next(item["zh"] for item in check.items if item["id"] == "published")
    with pytest.raises(ItemNotOverridable):
        override_item(actor=OWNER, at=at, campaign=get_campaign(check.campaign.public_id), item="law:CN-LO-001", reason="就一辆")


def test_it_is_checked_again_at_the_start(said, serum, at):
    campaign, _, _ = checked(said(), at)
    schedule(actor=OPERATOR, at=at, campaign=campaign)
    campaign.goal_id = None
    type(campaign).objects.filter(pk=campaign.pk).update(goal=None)

    with pytest.raises(CheckNotPassed):
        start(at=at + DAY, campaign=campaign)
    assert start_due(at=at + DAY) == []


@pytest.mark.parametrize(
    "more,error",
    [
        ({"terms": {"price_fen": 0}}, TermUnusable),
        ({"terms": {"price": 1}}, UnknownName),
        ({"mechanic": "virtual_group"}, UnknownName),
        ({"channels": ("myspace",)}, UnknownName),
        ({"audience": "tag:"}, UnknownName),
        ({"title": " "}, TermsUnusable),
        ({"pieces": 0}, TermsUnusable),
        ({"holdout_unit": "member"}, TermsUnusable),
        ({"holdout_unit": "member", "holdout_bp": 6_000}, TermsUnusable),
        ({"expected_per_day": -1}, TermsUnusable),
    ],
)
def test_what_cannot_be_said_is_refused_and_nothing_is_written(said, at, more, error):
    from lianyi.ops.campaigns.models import Campaign

    with pytest.raises(error):
        create_campaign(actor=OPERATOR, at=at, said=said(**more))
    assert Campaign.objects.count() == 0


def test_after_the_start_only_changes_that_favour_consumers_and_only_by_an_approver(said, at):
    campaign, _, _ = checked(said(), at)
    schedule(actor=OPERATOR, at=at, campaign=campaign)
    start(at=at + DAY, campaign=campaign)
    campaign = get_campaign(campaign.public_id)

    with pytest.raises(NotAllowed):
        revise_campaign(
            actor=OPERATOR, at=at, campaign=campaign, said=said(terms={"price_fen": 6_900}), why="favours_consumer", reason="再降"
        )
    with pytest.raises(ChangeRefused):
        revise_campaign(actor=LEAD, at=at, campaign=campaign, said=said(terms={"price_fen": 8_900}))
    with pytest.raises(ChangeRefused):
        revise_campaign(actor=LEAD, at=at, campaign=campaign, said=said(pieces=6), why="favours_consumer", reason="加货")
    lower = revise_campaign(
        actor=LEAD, at=at, campaign=campaign, said=said(terms={"price_fen": 6_900}), why="favours_consumer", reason="再降"
    )

    assert (lower.state, lower.revision, lower.terms["price_fen"]) == ("running", 2, 6_900)
    assert lower.revisions.get(number=2).reason == "再降"


def test_steps_go_only_where_the_machine_leads(said, serum, at):
    campaign, _, _ = checked(said(), at)

    with pytest.raises(StepNotAllowed):
        pause(actor=OPERATOR, at=at, campaign=campaign, reason="x")
    schedule(actor=OPERATOR, at=at, campaign=campaign)
    with pytest.raises(StepNotAllowed):
        start(at=at, campaign=campaign)
    drop(actor=OPERATOR, at=at, campaign=get_campaign(campaign.public_id), reason="改期")
    with pytest.raises(StepNotAllowed):
        resume(actor=OPERATOR, at=at, campaign=campaign)

    assert (get_campaign(campaign.public_id).state, get_stock(serum).available) == ("dropped", 10), "what was set aside is back"


def test_a_campaign_before_its_time_and_after_it_sells_nothing(launch, mei, serum, at):
    from lianyi.ops.campaigns.refusals import CampaignNotOpen

    sale = launch("flash_sale", {"price_fen": 7_900}, product=serum, pieces=2, until=DAY)

    for moment in (at - dt.timedelta(seconds=1), at + DAY):
        with pytest.raises(CampaignNotOpen):
            buy(key=key(), actor=as_member(mei), at=moment, campaign=sale, member=mei)
    assert buy(key=key(), actor=as_member(mei), at=at + DAY - dt.timedelta(seconds=1), campaign=sale, member=mei).payable_fen == 7_900
