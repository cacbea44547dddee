"""Prize draw: decided by a seed that was committed to, given as published, checked by anybody."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from lianyi.ops.campaigns.mechanics.lottery import PPM, Rung, Terms, first_left, ladder, problems, published, replay, rung_drawn
from lianyi.ops.campaigns.rules.commitment import commitment, merkle_root, position, ranked

SERUM = Rung(name="精华", units=2, market_fen=29_900, odds_ppm=100_000, product_id="p_serum")
SOAP = Rung(name="香皂", units=5, market_fen=1_900, odds_ppm=300_000, product_id="p_soap")
seeds = st.binary(min_size=32, max_size=32)


def test_the_odds_are_those_published():
    n = 5_000
    counts = Counter(rung_drawn(b"seed" * 8, f"e{i}", (SERUM, SOAP)) for i in range(n))

    for place, rung in enumerate((SERUM, SOAP)):
        expected = n * rung.odds_ppm / PPM
        assert abs(counts[place] - expected) < 4 * (expected * (1 - rung.odds_ppm / PPM)) ** 0.5


@given(seeds, st.integers(0, 60))
def test_never_more_prizes_are_given_than_there_are_and_a_replay_gives_the_same(seed, n):
    entries = [f"e{i}" for i in range(n)]

    found = replay(seed, entries, (SERUM, SOAP))

    given_ = Counter(given_ for _, _, given_ in found)
    assert given_[0] <= SERUM.units
    assert given_[1] <= SOAP.units
    assert found == replay(seed, entries, (SERUM, SOAP))
    assert all(given_ is None or (drawn is not None and given_ >= drawn) for _, drawn, given_ in found), "never above what was drawn"


@given(st.dictionaries(st.integers(0, 5), st.integers(0, 3)), st.one_of(st.none(), st.integers(0, 5)))
def test_a_prize_that_has_run_out_gives_the_next_one_below(left, drawn):
    found = first_left(drawn, left)

    if drawn is None:
        assert found is None
    else:
        assert found == min((place for place in left if place >= drawn and left[place]), default=None)


def test_the_commitment_binds_seed_and_campaign():
    shown = commitment(b"a" * 32, "c1")

    assert shown != commitment(b"b" * 32, "c1")
    assert shown != commitment(b"a" * 32, "c2")


@given(seeds, st.lists(st.text("abcde", min_size=1, max_size=6), max_size=9, unique=True), st.data())
def test_a_ranking_depends_on_the_entries_not_on_their_order(seed, ids, data):
    shuffled = data.draw(st.permutations(ids))

    assert ranked(seed, ids) == ranked(seed, shuffled)
    assert merkle_root(ids) == merkle_root(shuffled)


@given(seeds, st.text(max_size=20), st.integers(1, 10**9))
def test_a_position_lies_in_range(seed, id_, of):
    assert 0 <= position(seed, id_, of) < of


def test_an_entry_more_changes_the_root():
    assert merkle_root(["a", "b", "c"]) != merkle_root(["a", "b"]) != merkle_root([])


def test_a_ladder_upside_down_or_odds_beyond_certainty_are_problems():
    assert problems(Terms(rungs=(SERUM, SOAP))) == ()
    assert problems(Terms(rungs=(SOAP, SERUM))) != ()
    assert problems(Terms(rungs=(Rung(name="a", product_id="p", units=1, market_fen=9, odds_ppm=PPM), SOAP))) != ()
    assert problems(Terms(rungs=(Rung(name="积分", kind="points", units=1, market_fen=9, odds_ppm=1),))) != ()


def test_what_must_be_public_is_counted_from_what_is_stated():
    bare = Terms(rungs=(SERUM,))
    full = Terms(
        rungs=(SERUM,),
        entry_conditions="会员",
        claim_conditions="本人",
        claim_method="页面填写地址",
        delivery="快递",
        forfeit_conditions="逾期",
        organiser="某某店 400",
    )

    assert len(published(full)) == 14
    assert published(full) - published(bare) == {
        "entry_conditions",
        "claim_conditions",
        "claim_method",
        "delivery",
        "forfeit_conditions",
        "organiser_and_contact",
    }


def test_the_ladder_counts_as_the_law_counts_it():
    assert [prize.counted_fen for prize in ladder(Terms(rungs=(SERUM, SOAP)))] == [29_900, 1_900]
