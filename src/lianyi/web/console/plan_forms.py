"""Forms of the plan: a goal, a budget, a line in the calendar."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings

from lianyi.insight.measure import catalogue, metric
from lianyi.kernel.money import minor_digits
from lianyi.kernel.text import Text
from lianyi.web.ui.fields import DayField, MoneyField
from lianyi.web.ui.templatetags.words import spoken


def _say(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).say(spoken())


def in_unit(given: Decimal, unit: str) -> float:
    """A number as people write it, in the unit that the metric is measured in: money in major units, shares in per cent.

    >>> in_unit(Decimal("33"), "ratio")
    0.33
    """
    if unit == "money":
        return float(given.scaleb(minor_digits(settings.WORKSPACE.currency)))
    return float(given / 100) if unit in ("ratio", "share") else float(given)


class GoalForm(forms.Form):
    """What a metric should come to in a period."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        words = spoken()
        self.fields |= {
            "title": forms.CharField(label=_say("名称", "Title"), max_length=120),
            "metric": forms.ChoiceField(
                label=_say("指标", "Metric"), choices=sorted(((one.id, one.name.say(words)) for one in catalogue().values()), key=lambda pair: pair[1])
            ),
            "target": forms.DecimalField(
                label=_say("目标值", "Target"), max_digits=16, decimal_places=4,
                help_text=_say("金额写元，比率写百分数", "Money in major units, rates in per cent"),
            ),
            "from_on": DayField(label=_say("从", "From")),
            "to_on": DayField(label=_say("到（含）", "To, included")),
            "owner": forms.CharField(label=_say("负责人", "Owner"), max_length=60, required=False),
        }  # fmt: skip

    def goal(self) -> dict[str, Any]:
        """What `set_goal` takes."""
        given = self.cleaned_data
        return given | {"target": in_unit(given["target"], metric(given["metric"]).unit)}


class BudgetForm(forms.Form):
    """A line of the budget."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields |= {
            "title": forms.CharField(label=_say("名称", "Title"), max_length=120),
            "amount_fen": MoneyField(label=_say("金额", "Amount"), most_fen=10**13),
        }


class DateForm(forms.Form):
    """A line of the calendar."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields |= {
            "title": forms.CharField(label=_say("事项", "What"), max_length=120),
            "from_on": DayField(label=_say("从", "From")),
            "to_on": DayField(label=_say("到（含）", "To, included")),
        }
