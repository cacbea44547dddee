"""Buying in a flash sale: in the hot lane, once for each request, and answered as it was when the sale is over."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lianyi.kernel.errors import LianyiError
from lianyi.ops.campaigns.models import Exposure
from lianyi.ops.campaigns.refusals import CampaignNotOpen, NotInAudience
from lianyi.ops.campaigns.selectors import get_campaign
from lianyi.ops.campaigns.selectors.campaigns import campaigns_by_id
from lianyi.ops.campaigns.services import buy, flash_sale
from lianyi.ops.journal.batch import Asked
from lianyi.ops.journal.commands import KeyReused
from lianyi.ops.journal.models import Command
from lianyi.ops.shop.models import Order
from lianyi.ops.shop.selectors import get_stock
from tests.ops.campaigns.conftest import DAY, key, people
from tests.ops.conftest import as_member

pytestmark = pytest.mark.django_db(transaction=True)
TERMS = {"price_fen": 9_000, "limit_per_member": 2}


@pytest.fixture(autouse=True)
def lane_lets_its_connection_go():
    yield
    flash_sale.LANE.close()


@pytest.fixture
def sale(launch, serum):
    return launch("flash_sale", TERMS, product=serum, pieces=6)


def bought(sale, member, at, *, named="", **more):
    return buy(key=named or key(), actor=as_member(member), at=at, campaign=sale, member=member, **more)


def test_those_who_ask_together_are_carried_out_together_each_within_limit_and_stock(sale, serum, at, monkeypatch):
    members = people(8, at)
    sizes = []
    carry_out = flash_sale.LANE.carry_out
    monkeypatch.setattr(flash_sale.LANE, "carry_out", lambda batch: sizes.append(len(batch)) or carry_out(batch))

    def press(n):
        try:
            return bought(sale, members[n % 8], at).state
        except LianyiError as fault:
            return fault.code
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(press, range(24)))

    assert answers.count("pending") == 6
    assert set(answers) <= {"pending", "sold_out", "limit_reached"}
    assert sum(sizes) == 24
    assert max(sizes) > 1
    assert get_stock(serum, f"campaign:{sale.public_id}").held == 6


def test_a_request_again_is_the_same_order_also_when_the_sale_is_over(sale, mei, at):
    first = bought(sale, mei, at, named="k")

    assert bought(sale, mei, at + 8 * DAY, named="k") == first
    with pytest.raises(CampaignNotOpen):
        bought(sale, mei, at + 8 * DAY)
    with pytest.raises(KeyReused):
        bought(sale, mei, at, named="k", quantity=2)


def test_who_is_held_out_is_written_down_and_buys_nothing(launch, serum, at):
    sale = launch("flash_sale", TERMS, product=serum, pieces=6, holdout_unit="member", holdout_bp=5_000)
    refused = 0
    for member in people(12, at):
        try:
            bought(sale, member, at)
        except NotInAudience:
            refused += 1
        except LianyiError:
            pass

    assert refused == Exposure.objects.filter(arm="held_out").count() > 0
    assert Exposure.objects.count() == 12
    assert Order.objects.count() + refused <= 12
    assert not Command.objects.filter(result="").exists()


def test_a_batch_knows_of_a_campaign_what_a_page_knows(sale, launch):
    wheel = launch("coupon", {"amount_fen": 1_000, "total": 10, "per_member": 2})

    def said(campaign):
        product, budget = campaign.product, campaign.budget
        return (
            {field.attname: getattr(campaign, field.attname) for field in campaign._meta.concrete_fields},
            product and (product, product.public_id, product.title, product.on_sale),
            budget and (budget, budget.amount_fen, budget.spent_fen),
        )

    read = campaigns_by_id([sale.public_id, wheel.public_id, "c_nobody"])

    assert {name: said(one) for name, one in read.items()} == {one.public_id: said(get_campaign(one.public_id)) for one in (sale, wheel)}
    assert wheel.product is None


def test_a_batch_asks_as_much_for_many_as_for_one(sale, at):
    members = people(5, at)

    def asked(*buyers):
        batch = [
            Asked(
                key=key(),
                name="campaigns.buy",
                actor=as_member(one),
                at=at,
                payload={},
                request=flash_sale.Purchase(sale.public_id, sale.product_id, one, 1, "", ""),
            )
            for one in buyers
        ]
        with CaptureQueriesContext(connection) as statements:
            assert all("order" in verdict for verdict in flash_sale.LANE.carry_out(batch))
        return len(statements)

    # What is held, what was done before, the campaign, what members have; order, line, fact, stock, count, command; and the transaction's two.
    assert asked(members[0]) == asked(*members[1:]) == 12
