"""What followed an action: whole weeks on both sides, no verdict without an interval that leaves zero out, and nothing said too early."""

import math
import random
from pathlib import Path

import pytest

from lianyi.insight.evaluate.effect import WHOLE_WEEKS, effect
from tests.insight.analyse.analyse_cases import at, engine_on

ZONE = "Asia/Shanghai"
UP, DONE = 200, 205


def bought(share_after, last_day=DONE + 40):
    """A hundred visitors a day; three in ten buy before, `share_after` of them from the day it was done."""
    chance = random.Random(5)
    rows = []
    for day in range(UP - 40, last_day + 1):
        for n in range(40):
            who = f"m{day}-{n}"
            rows.append({"member_id": who, "name": "product_viewed", "t": at(day), "product_id": "p", "session_id": who})
            if chance.random() < (0.3 if day <= DONE else share_after):
                rows.append(
                    {
                        "member_id": who,
                        "name": "order_paid",
                        "t": at(day, 60),
                        "order_id": who,
                        "amount_fen": 100,
                        "quantity": 1,
                        "product_id": "p",
                        "session_id": who,
                    }
                )
    return rows


@pytest.mark.parametrize(("share_after", "verdict"), [(0.6, "better"), (0.1, "worse"), (0.3, "unclear")])
def test_a_change_beyond_chance_has_a_direction_and_a_change_within_has_none(share_after, verdict, tmp_path: Path) -> None:
    found = effect(engine_on(tmp_path / "w", bought(share_after)), "conversion_rate", taken_up=UP, done=DONE, zone_name=ZONE)

    assert (found.status, found.verdict) == ("measured", verdict)
    assert found.change_interval is not None
    low, high = found.change_interval
    assert low <= (found.change or math.nan) <= high
    assert abs((found.change or math.nan) - (share_after - 0.3)) < 0.06


def test_both_sides_are_whole_weeks_and_leave_out_the_days_between(tmp_path: Path) -> None:
    found = effect(engine_on(tmp_path / "w", bought(0.3)), "orders", taken_up=UP, done=DONE, zone_name=ZONE)

    assert (found.before_window.from_day, found.before_window.to_day) == (UP - WHOLE_WEEKS, UP)
    assert (found.after_window.from_day, found.after_window.to_day) == (DONE + 1, DONE + 1 + WHOLE_WEEKS)
    assert WHOLE_WEEKS % 7 == 0


def test_a_count_without_an_interval_has_no_verdict(tmp_path: Path) -> None:
    found = effect(engine_on(tmp_path / "w", bought(0.6)), "orders", taken_up=UP, done=DONE, zone_name=ZONE)

    assert found.status == "measured"
    if found.change_interval is None:
        assert found.verdict == "unclear"
    assert (found.change or 0) > 0


def test_before_the_days_after_are_over_nothing_is_said(tmp_path: Path) -> None:
    found = effect(engine_on(tmp_path / "w", bought(0.6, last_day=DONE + 20)), "conversion_rate", taken_up=UP, done=DONE, zone_name=ZONE)

    assert (found.status, found.change, found.to_json()["after"]["value"]) == ("too_early", None, None)


def test_a_metric_without_its_facts_is_no_data(tmp_path: Path) -> None:
    assert effect(engine_on(tmp_path / "w", bought(0.3)), "reply_rate", taken_up=UP, done=DONE, zone_name=ZONE).status == "no_data"
