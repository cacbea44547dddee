"""Group-buy."""

import datetime as dt

from lianyi.ops.campaigns.mechanics.group_buy import MACHINE, STATES, Terms, deadline, next_leader, price_fen, problems

NOON = dt.datetime(2026, 5, 20, 12, tzinfo=dt.UTC)


def test_a_team_never_outlives_its_campaign():
    terms = Terms(price_fen=5_000, window_hours=24)

    assert deadline(NOON, terms, NOON + dt.timedelta(days=3)) == NOON + dt.timedelta(hours=24)
    assert deadline(NOON, terms, NOON + dt.timedelta(hours=2)) == NOON + dt.timedelta(hours=2)


def test_when_the_leader_leaves_the_next_to_have_joined_leads():
    members = [(3, "c"), (1, "a"), (2, "b")]

    assert next_leader(members, "a") == "b"
    assert next_leader(members, "b") == "a"
    assert next_leader([(1, "a")], "a") is None


def test_the_leader_pays_less_only_where_the_terms_say_so():
    terms = Terms(price_fen=5_000, leader_off_fen=500)

    assert (price_fen(terms, is_leader=True), price_fen(terms, is_leader=False)) == (4_500, 5_000)
    assert problems(Terms(price_fen=500, leader_off_fen=500)) != ()


def test_only_an_open_team_changes():
    assert {state for state, _ in MACHINE} == {"open"}
    assert {"open", *MACHINE.values()} == set(STATES)
