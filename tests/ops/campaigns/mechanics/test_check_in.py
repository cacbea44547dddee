"""Check-in."""

from hypothesis import given
from hypothesis import strategies as st

from lianyi.ops.campaigns.mechanics.check_in import Given, Milestone, Terms, checked, problems

TERMS = Terms(points=(1, 2, 3), milestones=(Milestone(days=3, points=10, badge="regular"),))


def walk(days):
    given_, last, streak = [], None, 0
    for day in days:
        found = checked(TERMS, day=day, last_day=last, last_streak=streak)
        given_.append(found)
        if found:
            last, streak = day, found.streak
    return given_


def test_points_grow_with_the_streak_and_a_missed_day_starts_it_anew():
    assert walk([10, 11, 12, 13, 15]) == [Given(1, 1), Given(2, 2), Given(3, 13, "regular"), Given(4, 3), Given(1, 1)]


def test_a_day_counts_once_and_a_day_that_is_over_not_at_all():
    assert walk([10, 10, 9]) == [Given(1, 1), None, None]


@given(st.lists(st.integers(0, 40), max_size=40))
def test_the_streak_is_the_run_of_days_that_ends_today(days):
    seen = set()
    for day, found in zip(days, walk(days), strict=True):
        if found is None:
            continue
        seen.add(day)
        run = 0
        while day - run in seen:
            run += 1
        assert found.streak == run


def test_points_out_of_range_are_a_problem():
    assert problems(TERMS) == ()
    assert problems(Terms(points=(10_001,))) != ()
    assert problems(Terms(milestones=(Milestone(days=3), Milestone(days=3)))) != ()
