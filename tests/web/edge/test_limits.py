"""Who comes too often waits; others do not notice."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from lianyi.kernel.errors import TryLater
from lianyi.web.edge.address import client_address
from lianyi.web.edge.limits import MOST_KEPT, Counts, Limit, limited

THRICE = Limit("thrice", times=3, window_seconds=60)


def test_the_fourth_of_three_is_refused_and_told_when():
    counts = Counts()

    answers = [counts.admit(THRICE, "a", 600.0 + n) for n in range(4)]

    assert answers == [0, 0, 0, 57]


def test_another_asker_and_another_limit_are_counted_apart():
    counts = Counts()
    for n in range(3):
        counts.admit(THRICE, "a", 600.0 + n)

    assert counts.admit(THRICE, "b", 603.0) == 0
    assert counts.admit(Limit("other", times=3, window_seconds=60), "a", 603.0) == 0


@given(st.lists(st.floats(0, 600), max_size=80).map(sorted))
def test_no_aligned_window_ever_admits_more_than_the_limit(moments):
    counts = Counts()

    admitted = [moment for moment in moments if counts.admit(THRICE, "a", moment) == 0]

    for window in range(11):
        assert sum(window * 60 <= moment < window * 60 + 60 for moment in admitted) <= 3


def test_waiting_long_enough_always_helps():
    counts = Counts()
    for n in range(10):
        counts.admit(THRICE, "a", 600.0 + n)

    assert counts.admit(THRICE, "a", 600.0 + 120) == 0


def test_the_longest_idle_are_forgotten_so_that_memory_is_bounded():
    counts = Counts()
    for n in range(MOST_KEPT + 10):
        counts.admit(THRICE, str(n), 0.0)

    assert len(counts.seen) == MOST_KEPT


def test_a_view_counts_only_what_changes_something(rf):
    view = limited(Limit("view", times=1, window_seconds=3600))(lambda request: HttpResponse("ok"))

    assert [view(rf.get("/")).status_code for _ in range(3)] == [200, 200, 200]
    assert view(rf.post("/", REMOTE_ADDR="192.0.2.9")).status_code == 200
    with pytest.raises(TryLater):
        view(rf.post("/", REMOTE_ADDR="192.0.2.9"))
    assert view(rf.post("/", REMOTE_ADDR="192.0.2.10")).status_code == 200


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.5", "192.0.2.1"),
        (1, "evil, 203.0.113.5", "203.0.113.5"),
        (2, "evil, 203.0.113.5, 10.0.0.1", "203.0.113.5"),
        (2, "203.0.113.5", "192.0.2.1"),
        (1, "", "192.0.2.1"),
    ],
)
def test_what_the_asker_wrote_into_the_header_is_not_believed(settings, proxies, forwarded, address):
    settings.LIANYI_PROXIES = proxies
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers={"x-forwarded-for": forwarded})

    assert client_address(request) == address
