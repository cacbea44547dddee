"""Closing and settling: nothing under way is cut off, everything is booked once, what is left goes back."""

import json

import pytest

from lianyi.flows.campaign_clock import tick
from lianyi.ops.campaigns.refusals import CampaignNotOpen, StepNotAllowed
from lianyi.ops.campaigns.selectors import get_campaign
from lianyi.ops.campaigns.services import become_promoter, buy, close, join_team, open_team, settle, write_lessons
from lianyi.ops.campaigns.services.closing import NotSettleable
from lianyi.ops.journal.selectors import Fact
from lianyi.ops.shop.selectors import get_stock
from tests.ops.campaigns.conftest import DAY, HOUR, key, pay
from tests.ops.conftest import OWNER, as_member

pytestmark = pytest.mark.django_db


def costs(campaign):
    said = [json.loads(fact.fact) for fact in Fact.objects.filter(name="cost_booked")]
    return {one["kind"]: one["amount_fen"] for one in said if one["campaign_id"] == campaign.public_id}


def test_a_flash_sale_closes_itself_gives_its_pieces_back_and_settles_once_nothing_is_frozen(launch, mei, bo, serum, at):
    sale = launch("flash_sale", {"price_fen": 7_900}, product=serum, pieces=5, rates_bp=(1_000,), until=DAY)
    become_promoter(key=key(), actor=as_member(mei), at=at, member=mei, agreement="1")
    pay(buy(key=key(), actor=as_member(bo), at=at, campaign=sale, member=bo, referrer_id=mei.public_id), at)

    assert tick(at + DAY).closed == (sale.public_id,)
    assert (get_stock(serum).available, get_stock(serum, f"campaign:{sale.public_id}").sold) == (9, 1)
    with pytest.raises(CampaignNotOpen):
        buy(key=key(), actor=as_member(mei), at=at + DAY, campaign=get_campaign(sale.public_id), member=mei)
    with pytest.raises(NotSettleable):
        settle(actor=OWNER, at=at + DAY, campaign=get_campaign(sale.public_id))

    tick(at + 15 * DAY)
    done = settle(actor=OWNER, at=at + 15 * DAY, campaign=get_campaign(sale.public_id), lessons="上午十点最好卖")
    assert (done.state, done.lessons) == ("settled", "上午十点最好卖")
    assert costs(sale) == {"commission": 790}
    with pytest.raises(StepNotAllowed):
        settle(actor=OWNER, at=at + 16 * DAY, campaign=done)


def test_a_team_begun_in_time_can_still_fill_after_an_early_close(launch, mei, bo, serum, at):
    sale = launch("group_buy", {"price_fen": 7_900, "size": 2}, product=serum, pieces=4)
    seat = open_team(key=key(), actor=as_member(mei), at=at, campaign=sale, member=mei)
    pay(seat.order, at)

    close(actor=OWNER, at=at + HOUR, campaign=sale, reason="提前结束")
    with pytest.raises(CampaignNotOpen):
        open_team(key=key(), actor=as_member(bo), at=at + HOUR, campaign=get_campaign(sale.public_id), member=bo)
    with pytest.raises(NotSettleable):
        settle(actor=OWNER, at=at + HOUR, campaign=get_campaign(sale.public_id))
    pay(join_team(key=key(), actor=as_member(bo), at=at + HOUR, team=seat.team, member=bo).order, at + HOUR)

    settle(actor=OWNER, at=at + HOUR, campaign=get_campaign(sale.public_id))
    assert (get_stock(serum).available, get_stock(serum, f"campaign:{sale.public_id}").available) == (8, 0)


def test_lessons_belong_to_a_campaign_that_is_over(launch, serum, at):
    sale = launch("flash_sale", {"price_fen": 7_900}, product=serum, pieces=5)

    with pytest.raises(StepNotAllowed):
        write_lessons(actor=OWNER, at=at, campaign=sale, lessons="太早")
    close(actor=OWNER, at=at, campaign=sale)
    assert write_lessons(actor=OWNER, at=at, campaign=get_campaign(sale.public_id), lessons="价格不是问题").lessons == "价格不是问题"
