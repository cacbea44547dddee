"""Doubts add up, people who merely share a network are left alone, and rings are found at any distance."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianyi.ops.campaigns.rules.risk import BANDS, bands, doubt, reasons, rings

links = st.lists(
    st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(("device", "payment", "address", "network")), st.sampled_from("123")),
    max_size=25,
)


@pytest.mark.parametrize(
    "counts,band,first",
    [
        ({}, "pass", None),
        ({"same_address": 1}, "delay", "same_address"),
        ({"same_device": 1}, "review", "same_device"),
        ({"same_payment": 1}, "hold", "same_payment"),
        ({"network_crowd": 5_000}, "pass", "network_crowd"),
        ({"same_address": 1, "network_crowd": 30, "invite_rush": 20}, "hold", "same_address"),
        ({"ring": 3}, "pass", None),
        ({"ring": 4}, "review", "ring"),
    ],
)
def test_signals_add_up_to_a_band_with_reasons(counts, band, first):
    found = doubt(counts)

    assert found.band == band
    assert next(iter(found.reasons), None) == first


@given(st.dictionaries(st.sampled_from(sorted(reasons())), st.integers(0, 50)), st.sampled_from(sorted(reasons())))
def test_one_more_signal_never_lessens_the_doubt(counts, code):
    more = counts | {code: counts.get(code, 0) + 1}

    assert doubt(more).score >= doubt(counts).score
    assert BANDS.index(doubt(more).band) >= BANDS.index(doubt(counts).band)


def test_the_bands_rise_and_every_reason_says_whom_it_may_wrong():
    assert list(bands().values()) == sorted(bands().values())
    assert all(reason.mistaken.zh and reason.pattern.startswith("FR-") for reason in reasons().values())


@given(links)
def test_a_ring_is_what_can_be_reached_over_shared_things(links):
    def reached(account):
        found, edge = {account}, {account}
        while edge:
            keys = {(kind, key) for one, kind, key in links if one in edge and kind != "network"}
            edge = {one for one, kind, key in links if (kind, key) in keys} - found
            found |= edge
        return found

    found = rings(links)

    for account in "abcdefgh":
        assert found.get(account, {account}) == reached(account)


@given(links, st.data())
def test_rings_do_not_depend_on_the_order_of_links(links, data):
    assert rings(data.draw(st.permutations(links))) == rings(links)


def test_a_network_address_joins_nobody():
    assert rings([(f"m{n}", "network", "campus") for n in range(1_000)]) == {}


def test_a_long_chain_is_one_ring():
    chain = list(itertools.chain.from_iterable([(f"m{n}", "device", f"d{n}"), (f"m{n + 1}", "device", f"d{n}")] for n in range(500)))

    assert len(rings(chain)["m0"]) == 501
