"""Shares shown against shares withheld: by hand, with what cannot be told, and with members who count once."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from lianyi.insight.analyse.word_of_mouth.arms import compare_arms, orders_after
from lianyi.insight.analyse.word_of_mouth.word_of_mouth import word_of_mouth
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput
from tests.insight.analyse.analyse_cases import MINUTE, at, engine_on

DAY = 19_700
SPAN = Window(DAY, DAY + 20)


def share(who: str, day: int, *, shown: bool, minute: int = 0) -> dict[str, Any]:
    name = "content_exposed" if shown else "share_withheld"
    return {"name": name, "content_id": "c", "member_id": who, "referrer_id": "friend", "t": at(day, minute * MINUTE)}


def paid(who: str, day: int, number: str, minute: int = 30) -> dict[str, Any]:
    return {"name": "order_paid", "member_id": who, "order_id": number, "quantity": 1, "amount_fen": 100, "t": at(day, minute * MINUTE)}


def history() -> Iterator[dict[str, Any]]:
    """40 members see a share and 20 of them order next day; from 40 it is withheld and 10 order; nobody orders before."""
    for i in range(80):
        yield share(f"m{i}", DAY + 2, shown=i < 40)
        if i < 20 or 40 <= i < 50:
            yield paid(f"m{i}", DAY + 3, f"o{i}")
    yield paid("late", DAY + 19, "last")


def test_a_difference_by_hand(tmp_path):
    found = word_of_mouth(engine_on(tmp_path / "w", history()), SPAN)

    assert (found.exposures, found.withheld, found.n) == (40, 40, 80)
    assert found.each.value == pytest.approx(20 / 40 - 10 / 40)
    # each member once: the clustered interval is that of two independent means
    spread = np.sqrt((0.5 * 0.5 / 40 + 0.25 * 0.75 / 40) * 80 / 79)
    assert found.each.interval == pytest.approx((0.25 - 1.96 * spread, 0.25 + 1.96 * spread), abs=1e-4)
    assert found.brought.value == pytest.approx(10.0)
    assert found.looks_like.value > found.each.value
    assert found.each.grade == "A"


def test_days_on_which_a_member_met_several_shares_are_not_compared_but_counted(tmp_path):
    more = [*(share("m0", DAY + 2, shown=True, minute=m) for m in (5, 6)), share("m41", DAY + 2, shown=True, minute=7)]
    found = word_of_mouth(engine_on(tmp_path / "w", [*history(), *more]), SPAN)

    assert (found.exposures, found.withheld, found.n) == (43, 40, 78)


def test_shares_whose_days_are_not_over_wait(tmp_path):
    recent = [share(f"r{i}", DAY + 18, shown=i < 20) for i in range(40)]
    found = word_of_mouth(engine_on(tmp_path / "w", [*history(), *recent]), SPAN)

    assert found.n == 80
    assert found.exposures == 60


def test_orders_before_the_share_or_after_the_days_do_not_count():
    t = np.array([100, 100])
    after = orders_after(np.array([7, 8]), t, np.array([7, 7, 7, 7, 8]), np.array([99, 100, 101, 150, 151]), 50)

    assert after.tolist() == [2.0, 0.0]


def test_one_member_who_met_a_hundred_shares_is_one_member():
    who = np.concatenate((np.zeros(100, dtype=np.int64), np.arange(1, 101)))
    shown = np.arange(200) < 100
    orders = np.where(who == 0, 1.0, 0.0)
    found = compare_arms(who, shown, orders)
    orders[0] = 0.0
    assert found.members == 101
    assert found.effect == 1.0
    assert compare_arms(who, shown, orders).interval[0] < found.effect


@pytest.mark.parametrize("kept", ["content_exposed", "share_withheld", "few"])
def test_without_both_arms_it_says_why_there_is_no_answer(tmp_path, kept):
    rows = [row for row in history() if row["name"] == "order_paid" or kept in ("few", row["name"])]
    if kept == "few":
        rows = [row for row in rows if row["member_id"] in {"m0", "m1", "m41", "m42", "late"}]
    found = word_of_mouth(engine_on(tmp_path / "w", rows), SPAN)

    assert found.each.value is None
    assert found.each.because is not None
    assert "cannot" in found.explain().en
    assert found.to_json()["arms"] == []


def test_days_out_of_range_are_refused(tmp_path):
    with pytest.raises(BadInput, match="between 1 and 30"):
        word_of_mouth(engine_on(tmp_path / "w", history()), SPAN, within_days=31)
