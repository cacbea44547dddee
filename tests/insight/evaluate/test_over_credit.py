"""The table of sales by channel says how many times over it credits friends' shares, where an experiment knows."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from lianyi.insight.evaluate.evaluate import evaluate
from lianyi.insight.report import compose
from lianyi.insight.report.document import Chart
from lianyi.kernel.clock import Window
from tests.insight.analyse.analyse_cases import MINUTE, at, engine_on

DAY = 19_723
SPAN = Window(DAY, DAY + 28)
TOLD = {"brand": "素白", "time_zone": "Asia/Shanghai", "currency": "CNY", "made_at": dt.datetime(2024, 4, 1, tzinfo=dt.UTC), "version": "0"}


def share(who: str, day: int, *, shown: bool) -> dict[str, Any]:
    name = "content_exposed" if shown else "share_withheld"
    return {"name": name, "content_id": "c", "member_id": who, "referrer_id": "friend", "t": at(day)}


def paid(who: str, day: int, number: str, channel: str) -> dict[str, Any]:
    money = {"quantity": 1, "amount_fen": 100, "product_id": "p"}
    return {"name": "order_paid", "member_id": who, "order_id": number, "channel": channel, "t": at(day, 30 * MINUTE), **money}


def history(*, lift: bool = True, withheld: bool = True) -> Iterator[dict[str, Any]]:
    """Of 200 members who saw a share 100 order next day, all booked to friends; of 200 from whom it was withheld, half as many if it lifts."""
    for i in range(400):
        shown = i < 200
        if shown or withheld:
            yield share(f"m{i}", DAY + 2, shown=shown)
        if i % 200 < (100 if shown or not lift else 50):
            yield paid(f"m{i}", DAY + 3, f"o{i}", "social" if shown else "search")
    yield paid("late", DAY + 27, "last", "direct")


def note(rows: Iterator[dict[str, Any]], path: Any) -> tuple[Any, Any]:
    engine = engine_on(path, rows)
    made = evaluate(engine, SPAN, **TOLD)
    engine.close()
    (exhibit,) = [one for one in made.exhibits if one.id == "by_channel"]
    return exhibit.note, made


def test_the_factor_and_its_interval_are_told_and_printed(tmp_path):
    said, made = note(history(), tmp_path / "w")

    # 100 orders booked, of which 200 * (0.5 - 0.25) = 50 would not have been without the shares
    assert "2.0 times what they brought (1.5 to" in said.en
    assert "2.0 倍（1.5 至" in said.zh
    printed = [block for section in compose(made).sections for block in section.blocks if isinstance(block, Chart)]
    assert any("真正带来的 2.0 倍" in chart.note for chart in printed)


def test_an_experiment_that_found_nothing_says_so(tmp_path):
    said, _ = note(history(lift=False), tmp_path / "w")

    assert "cannot yet be told from nothing" in said.en


@pytest.mark.parametrize(
    "rows", [history(withheld=False), [paid(f"m{i}", DAY + i % 20, f"o{i}", "feed" if i % 2 else "search") for i in range(40)]]
)
def test_without_an_experiment_nothing_is_said_of_it(rows, tmp_path):
    said, _ = note(rows, tmp_path / "w")

    assert said is None
