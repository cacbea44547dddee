"""Terms are read strictly, and read back as they were stored."""

import pytest

from lianyi.kernel.errors import UnknownName
from lianyi.ops.campaigns.mechanics import MECHANICS, mechanic
from lianyi.ops.campaigns.rules.terms import TermUnusable, stored, terms_of


def test_a_misspelt_term_is_refused_with_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean window_hours"):
        mechanic("group_buy").read({"price_fen": 5_000, "window_hour": 24})


@pytest.mark.parametrize("value", [0, -1, 2**63, True, 12.5, "5000", None])
def test_a_price_out_of_range_or_of_another_kind_is_refused(value):
    with pytest.raises(TermUnusable):
        mechanic("flash_sale").read({"price_fen": value})


def test_what_must_be_stated_is_asked_for():
    with pytest.raises(TermUnusable, match=r"price \(price_fen\).*must be stated"):
        mechanic("flash_sale").read({})


def test_a_refusal_names_term_and_range_in_both_languages():
    with pytest.raises(TermUnusable) as refused:
        mechanic("group_buy").read({"price_fen": 5_000, "size": 51})

    assert refused.value.say("zh") == "成团人数（size）不能是 51：应在 2 到 50 之间。"
    assert refused.value.say("en") == "people needed (size) cannot be 51: it must be 2 to 50."


def test_a_word_of_control_characters_is_refused():
    with pytest.raises(TermUnusable):
        mechanic("gift").read({"from_fen": 1, "product_id": "p", "title": "a\x00b"})


def test_rows_are_read_with_their_own_terms():
    terms = mechanic("threshold").read({"steps": [{"from_fen": 20_000, "off_fen": 2_000}]})

    assert (terms.steps[0].from_fen, terms.steps[0].off_fen) == (20_000, 2_000)
    with pytest.raises(UnknownName):
        mechanic("threshold").read({"steps": [{"from": 20_000, "off_fen": 2_000}]})
    with pytest.raises(TermUnusable):
        mechanic("threshold").read({"steps": []})


@pytest.mark.parametrize("one", MECHANICS.values(), ids=lambda one: one.id)
def test_every_term_has_a_name_in_both_languages(one):
    assert all(term.label.zh and term.label.en for term in terms_of(one.terms).values())


def test_terms_read_back_as_they_were_stored():
    terms = mechanic("referral").read({"inviter_points": 100, "invitee_points": 50, "tasks": [{"friends": 3, "badge": "connector"}]})

    assert mechanic("referral").read(stored(terms)) == terms
