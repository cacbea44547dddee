import datetime as dt
from itertools import pairwise

import pytest

from lianyi.insight.analyse.calendar import days
from lianyi.insight.analyse.calendar.days import CalendarFault, OutsideCalendar, day_kind, years
from lianyi.insight.analyse.calendar.events import all_occurrences, events, named, occurrences
from lianyi.kernel.clock import Window, date_of, day_of


def day(text: str) -> int:
    return day_of(dt.date.fromisoformat(text))


def test_the_calendar_reaches_2030_and_says_what_is_projected() -> None:
    assert (min(years()), max(years())) == (2015, 2030)
    assert [y for y, year in years().items() if not year.official] == [2027, 2028, 2029, 2030]
    assert all(year.work == frozenset() for year in years().values() if not year.official)


@pytest.mark.parametrize(
    "text,is_off,is_makeup,holiday",
    [
        ("2024-02-10", True, False, "spring_festival"),
        ("2024-02-18", False, True, None),  # a Sunday at work
        ("2024-02-24", True, False, None),
        ("2024-09-14", False, True, None),
        ("2025-10-08", True, False, "national_day"),
        ("2025-10-06", True, False, "mid_autumn"),
        ("2026-02-23", True, False, "spring_festival"),
        ("2026-05-09", False, True, None),
        ("2026-06-22", False, False, None),
    ],
)
def test_days_are_what_was_announced(text: str, is_off: bool, is_makeup: bool, holiday: str | None) -> None:
    found = day_kind(day(text))

    assert (found.is_off, found.is_makeup, found.holiday, found.official) == (is_off, is_makeup, holiday, True)


def test_a_year_works_about_as_many_days_as_the_law_says() -> None:
    for year in years().values():
        if year.official:
            first, last = day_of(dt.date(year.year, 1, 1)), day_of(dt.date(year.year, 12, 31))
            working = sum(not day_kind(d).is_off for d in range(first, last + 1))
            assert 246 <= working <= 253, year.year


def test_lunar_festivals_fall_on_their_solar_dates() -> None:
    dates = {y: date_of(year.lunar["spring_festival"]).isoformat() for y, year in years().items()}

    assert {y: dates[y] for y in (2024, 2025, 2026, 2027, 2030)} == {
        2024: "2024-02-10", 2025: "2025-01-29", 2026: "2026-02-17", 2027: "2027-02-06", 2030: "2030-02-03",
    }  # fmt: skip
    for year in years().values():
        assert year.lunar["lantern"] - year.lunar["spring_festival"] == 14
        assert year.lunar["double_ninth"] - year.lunar["mid_autumn"] in {23, 24, 53, 54}  # a leap month may lie between
        assert year.lunar["mid_autumn"] in year.rest


def test_every_year_has_its_shopping_festivals_once() -> None:
    for id_ in ("day_618", "double_11", "double_12", "new_year_goods", "day_88", "day_38", "day_520", "spring_festival", "mid_autumn"):
        found = [o for o in all_occurrences() if o.event.id == id_]
        assert len(found) == len(years()), id_
        assert all(300 < b.from_day - a.from_day < 400 for a, b in pairwise(found)), id_
    assert len(events()) >= 20


def test_an_event_has_days_before_and_after_it() -> None:
    (found,) = [o for o in occurrences(Window.parse("2025-11-05", "2025-11-06")) if o.event.id == "double_11"]

    phases = {
        text: found.phase(day(text))
        for text in ("2025-10-19", "2025-10-20", "2025-11-01", "2025-11-11", "2025-11-12", "2025-11-18", "2025-11-19")
    }
    assert list(phases.values()) == [None, "pre", "in", "in", "post", "post", None]


def test_a_block_over_the_end_of_a_year_is_one_event() -> None:
    found = [o for o in all_occurrences() if o.event.id == "new_year" and day("2022-12-01") < o.from_day < day("2023-01-15")]

    assert [(date_of(o.from_day).isoformat(), date_of(o.to_day).isoformat()) for o in found] == [("2022-12-31", "2023-01-03")]


def test_a_coming_shopping_festival_is_a_projection_and_a_lunar_day_is_not() -> None:
    found = {o.event.id: o.official for o in occurrences(Window.parse("2028-01-01", "2029-01-01"))}

    assert (found["double_11"], found["national_day"], found["qixi"]) == (False, False, True)


def test_a_day_names_the_nearest_event_first() -> None:
    assert next(o.event.id for o in named(day("2024-06-10"))) == "dragon_boat"
    assert named(day("2024-08-25")) == ()


def test_black_friday_is_the_fourth_friday_of_november() -> None:
    found = [date_of(o.from_day).isoformat() for o in all_occurrences() if o.event.id == "black_friday"]

    assert "2024-11-22" in found
    assert all(dt.date.fromisoformat(text).weekday() == 4 for text in found)


def test_a_day_outside_the_calendar_is_refused() -> None:
    with pytest.raises(OutsideCalendar):
        day_kind(day("2031-01-01"))


@pytest.mark.parametrize(
    "entry",
    [
        {"status": "official", "rest": {}, "work": [], "lunar": {}, "typo": 1},
        {"status": "certain", "rest": {}, "work": [], "lunar": dict.fromkeys(days.LUNAR, "01-01")},
        {"status": "official", "rest": {}, "work": ["01-02"], "lunar": dict.fromkeys(days.LUNAR, "01-01")},  # a Tuesday
        {"status": "official", "rest": {"x": ["01-03..01-01"]}, "work": [], "lunar": dict.fromkeys(days.LUNAR, "01-01")},
    ],
)
def test_a_fault_in_the_data_is_named(entry: dict[str, object]) -> None:
    with pytest.raises(CalendarFault) as found:
        days._year("2024", entry)
    assert found.value.data["entry"] == "2024"
