"""One mechanic: one file, one test file, one row of the channel matrix, and conditions written from its terms."""

from pathlib import Path

import pytest

from lianyi.compliance import use_of
from lianyi.compliance.fields import fields
from lianyi.kernel.errors import UnknownName
from lianyi.ops.campaigns.mechanics import MECHANICS, mechanic

HERE = Path(__file__).parent
CODE = HERE.parents[3] / "src" / "lianyi" / "ops" / "campaigns" / "mechanics"
SAMPLES = {
    "flash_sale": {"price_fen": 9_900},
    "group_buy": {"price_fen": 9_900},
    "bargain": {"start_fen": 9_900, "floor_fen": 4_900, "helpers": 8},
    "referral": {"inviter_points": 100, "invitee_points": 100},
    "coupon": {"amount_fen": 1_000, "threshold_fen": 9_900, "total": 500},
    "threshold": {"steps": [{"from_fen": 20_000, "off_fen": 2_000}]},
    "gift": {"from_fen": 20_000, "product_id": "p_soap", "title": "旅行装香皂"},
    "bundle": {"items": [{"product_id": "p_serum"}, {"product_id": "p_cream"}], "price_fen": 25_000},
    "member_price": {"rows": [{"tier": "silver", "off_bp": 500}, {"tier": "gold", "off_bp": 1_000}]},
    "lottery": {"rungs": [{"name": "精华一瓶", "product_id": "p_serum", "units": 5, "market_fen": 29_900, "odds_ppm": 5_000}]},
    "check_in": {},
    "points": {},
}


def test_every_file_is_registered_and_every_mechanic_has_its_test_file():
    files = {path.stem for path in CODE.glob("*.py")} - {"__init__", "mechanic"}

    assert files == set(MECHANICS)
    assert {path.stem.removeprefix("test_") for path in HERE.glob("test_*.py")} - {"registry"} == set(MECHANICS)


@pytest.mark.parametrize("id_", MECHANICS)
def test_a_sample_of_terms_is_sound_and_reads_back(id_):
    one = mechanic(id_)
    terms = one.read(SAMPLES[id_])

    assert one.problems(terms) == ()
    assert one.read(one.stored(terms)) == terms
    assert one.cost_fen(terms, 30_000) >= 0


@pytest.mark.parametrize("id_", MECHANICS)
def test_conditions_are_written_from_the_terms_in_both_languages(id_):
    one = mechanic(id_)

    said = one.conditions(one.read(SAMPLES[id_]), "CNY")

    assert said
    assert all("%(" not in text.zh + text.en for text in said)


@pytest.mark.parametrize("id_", MECHANICS)
def test_the_matrix_of_channels_and_the_facts_of_compliance_know_it(id_):
    one = mechanic(id_)

    assert use_of(id_, "own_app").use == "allow"
    fields().check({"campaign.mechanic": id_, **one.facts(one.read(SAMPLES[id_]))})


def test_a_mechanic_that_is_not_there_is_refused():
    with pytest.raises(UnknownName):
        mechanic("virtual_group")
