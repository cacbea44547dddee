"""How serious a finding is: by its money against the window's net sales."""

from lianyi.insight.evaluate.case import Case

HIGH_SHARE, MEDIUM_SHARE = 0.05, 0.01


def by_money(money: float, case: Case) -> str:
    """high from 5% of the window's net sales on, medium from 1%, else low.

    money : minor units, either sign
    """
    sales = case.value("net_sales") or case.value("gmv")
    if not sales:
        return "medium"
    share = abs(money) / abs(sales)
    return "high" if share >= HIGH_SHARE else "medium" if share >= MEDIUM_SHARE else "low"
