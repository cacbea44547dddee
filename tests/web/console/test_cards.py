"""Cards of metrics: a small line by the grain of the span, or by the shortest period of which the metric says anything."""

from lianyi.kernel.clock import Window
from lianyi.web.console import cards
from lianyi.web.console.asking import find_horizon
from lianyi.web.console.windows import Span


def test_a_rate_that_needs_months_is_drawn_by_whole_months_and_others_by_days(brand, monkeypatch):
    drawn = {}
    monkeypatch.setattr(cards, "line_of", lambda series, one, grain: drawn.setdefault(one.id, (grain, [str(value.at) for value in series])))
    horizon = find_horizon()

    cards.cards(horizon, ["net_sales", "repeat_buyer_rate"], Span(Window.parse("2026-05-20", "2026-06-17"), ""), grain="day")

    assert (drawn["net_sales"][0], len(drawn["net_sales"][1])) == ("day", 28)
    assert drawn["repeat_buyer_rate"] == ("month", [f"2026-0{month}-01" for month in range(1, 6)]), "June is not over by the 17th"


def test_a_history_without_a_whole_period_has_no_line():
    assert cards.whole_periods(Window.named("2026-06"), "month", Window.named("2026-06").from_day + 1) is None
