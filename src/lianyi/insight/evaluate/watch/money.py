"""What was lost, in money, where there is a chain from what was counted to what is paid."""

from lianyi.insight.evaluate.behaviour import KEPT, recorded
from lianyi.insight.evaluate.case import Case
from lianyi.insight.evaluate.watch.choosing import Chosen
from lianyi.insight.evaluate.watch.families import Series


def lost_money(case: Case, chosen: Chosen) -> int | None:
    """Minor units lost over the window by what a series lost, negative; None where there is no such chain.

    order   : orders lost times the value of an order; of a funnel step, those lost times their chance to pay on the same day
    buyer   : new buyers lost times what a buyer spends in the window
    visitor : visits of a day lost times net sales for each there was
    money   : the series counts money itself
    """
    series, here = chosen.series, chosen.here
    lost = here.change * series.sign * here.slice.now.n
    aov = case.value("aov")
    if series.worth == "money":
        return -round(lost)
    if series.worth == "order" and aov is not None:
        return -round(lost * chance_to_pay(case, series) * aov)
    spend = case.value("spend_per_buyer")
    if series.worth == "buyer" and spend is not None:
        return -round(lost * spend)
    if series.worth == "visitor":
        sales, visits = case.value("net_sales"), chosen.whole.slice.now.x if chosen.whole is not None else None
        if sales and visits and sales > 0:
            return -round(lost * sales / visits)
    return None


def chance_to_pay(case: Case, series: Series) -> float:
    """Of people-days that reached the end of a step in the baseline, the share that paid; 1 for a series that is no step."""
    if series.of is None or series.of[1] == "order_paid" or not recorded(case.engine, ["order_paid"]):
        return 1.0
    step, window = series.of[1], case.comparison.before if case.comparison is not None else case.window
    row = case.engine.run(
        f"""SELECT CAST(sum(w.reached) AS BIGINT) AS n, CAST(sum(w.reached * w.paid) AS BIGINT) AS x FROM (
    SELECT max(q.did_{step}) AS reached, max(q.did_order_paid) AS paid FROM {KEPT} AS q
    WHERE q.d >= $from_d AND q.d < $to_d GROUP BY q.d, q.actor) AS w""",
        {"from_d": window.from_day, "to_d": window.to_day},
    ).to_pylist()[0]
    return row["x"] / row["n"] if row["n"] else 0.0
