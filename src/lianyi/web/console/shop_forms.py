"""Forms of the shop: a product, a price, pieces, a refund."""

from typing import Any

from django import forms

from lianyi.kernel.text import Text
from lianyi.ops.shop.selectors import OrderLine
from lianyi.ops.shop.services import ReturnLine
from lianyi.web.console.shop_words import STOCK_KINDS
from lianyi.web.ui.fields import MoneyField
from lianyi.web.ui.templatetags.words import spoken


def _say(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).say(spoken())


class ProductForm(forms.Form):
    """A new product."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields |= {
            "title": forms.CharField(label=_say("名称", "Title"), max_length=120),
            "category": forms.CharField(label=_say("类目", "Category"), max_length=60, required=False),
            "price_fen": MoneyField(label=_say("售价", "Price"), least_fen=1),
            "unit_cost_fen": MoneyField(
                label=_say("单件成本", "Unit cost"), required=False, help_text=_say("用来算利润", "For the profit")
            ),
            "pieces": forms.IntegerField(label=_say("库存件数", "Pieces in stock"), min_value=0, max_value=10**7, initial=0),
        }


class PriceForm(forms.Form):
    """A price from now on."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields |= {
            "price_fen": MoneyField(label=_say("新售价", "New price"), least_fen=1),
            "list_fen": MoneyField(label=_say("划线价", "Crossed-out price"), required=False),
            "basis": forms.CharField(
                label=_say("划线价依据", "Its basis"), required=False, max_length=120,
                help_text=_say("没有依据时不得高于前七日最低成交价", "Without one it may not be above the lowest deal of seven days"),
            ),
        }  # fmt: skip


class PiecesForm(forms.Form):
    """Pieces that come in, or go without being sold."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields |= {
            "pieces": forms.IntegerField(
                label=_say("件数", "Pieces"), min_value=-(10**7), max_value=10**7, help_text=_say("减少写负数", "Negative for fewer")
            ),
            "kind": forms.ChoiceField(label=_say("原因", "Why"), choices=[(one, text.say(spoken())) for one, text in STOCK_KINDS.items()]),
            "reason": forms.CharField(label=_say("说明", "In words"), required=False, max_length=120),
        }


class PaymentForm(forms.Form):
    """Money that came in at the counter or by transfer: the whole of what an order costs, under a number that is used once."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["reference"] = forms.CharField(
            label=_say("收据号或转账流水号", "Number of the receipt or the transfer"), max_length=64,
            help_text=_say("一个号只能用一次", "A number is used once"),
        )  # fmt: skip


class RefundForm(forms.Form):
    """What of an order goes back: so many pieces of each line, whether they can be sold again, and why."""

    def __init__(self, *given: Any, lines: list[OrderLine], **named: Any) -> None:
        super().__init__(*given, **named)
        self.lines = [line for line in lines if line.quantity > line.returned_quantity]
        for line in self.lines:
            left = line.quantity - line.returned_quantity
            self.fields[f"line-{line.number}"] = forms.IntegerField(
                label=f"{line.product.title} × {left}", min_value=0, max_value=left, initial=left, required=False
            )
        self.fields["restocked"] = forms.BooleanField(
            label=_say("退回的商品可以再卖", "The pieces can be sold again"), required=False, initial=True
        )
        self.fields["reason"] = forms.CharField(label=_say("原因", "Why"), max_length=200)

    def returned(self) -> list[ReturnLine]:
        """The lines that go back."""
        restocked = self.cleaned_data["restocked"]
        pieces = {line.number: self.cleaned_data.get(f"line-{line.number}") or 0 for line in self.lines}
        return [ReturnLine(number, n, restocked=restocked) for number, n in pieces.items() if n]
