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


SEVERE_EFFECT, VISIBLE_EFFECT = 0.20, 0.08
ORDER = ("low", "medium", "high")


def by_effect(case: Case, money: float | None, relative: float) -> str:
    """By its money where it has any, otherwise by its size; a change of a fifth is never below medium.

    relative : change as a share of the level before
    """
    size = abs(relative)
    effect = "high" if size >= SEVERE_EFFECT else "medium" if size >= VISIBLE_EFFECT else "low"
    if not money:
        return effect
    return max(by_money(money, case), "medium" if effect == "high" else "low", key=ORDER.index)
