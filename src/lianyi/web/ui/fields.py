"""Fields of forms that people fill in major units and per cent, and services read in minor units and basis points."""

from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings

from lianyi.kernel.money import minor_digits

MOMENT = "%Y-%m-%dT%H:%M"


class MoneyField(forms.DecimalField):
    """An amount in major units, as people write it; cleaned, it is fen. Bounds in fen."""

    def __init__(self, *, least_fen: int = 0, most_fen: int = 10**12, **given: Any) -> None:
        self.digits = minor_digits(settings.WORKSPACE.currency)
        unit = Decimal(10) ** -self.digits
        super().__init__(
            min_value=least_fen * unit, max_value=most_fen * unit, decimal_places=self.digits, **({"widget": _number(unit)} | given)
        )

    def clean(self, value: Any) -> int | None:
        amount = super().clean(value)
        return None if amount is None else int(amount.scaleb(self.digits))

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value).scaleb(-self.digits):f}" if isinstance(value, int) else value


class ShareField(forms.DecimalField):
    """A share in per cent; cleaned, it is basis points. Bounds in basis points."""

    def __init__(self, *, least_bp: int = 0, most_bp: int = 10_000, **given: Any) -> None:
        unit = Decimal("0.01")
        super().__init__(
            min_value=least_bp * unit, max_value=most_bp * unit, decimal_places=2, **({"widget": _number(Decimal("0.01"))} | given)
        )

    def clean(self, value: Any) -> int | None:
        share = super().clean(value)
        return None if share is None else int(share.scaleb(2))

    def prepare_value(self, value: Any) -> Any:
        return f"{Decimal(value).scaleb(-2):f}" if isinstance(value, int) else value


class MomentField(forms.DateTimeField):
    """A moment in the brand's time zone, to the minute."""

    def __init__(self, **given: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MOMENT)
        super().__init__(input_formats=[MOMENT, "%Y-%m-%dT%H:%M:%S"], **({"widget": widget} | given))


class DayField(forms.DateField):
    """A business day."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**({"widget": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")} | given))


def _number(step: Decimal) -> forms.NumberInput:
    return forms.NumberInput(attrs={"step": f"{step:f}", "inputmode": "decimal"})
