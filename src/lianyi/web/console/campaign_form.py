"""The form of a campaign: what every campaign says of itself, and the terms of its mechanic, written from the terms' own definition."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from django import forms
from django.conf import settings
from django.utils import timezone

from lianyi.compliance.channels import channel_names
from lianyi.compliance.fields import fields as compliance_fields
from lianyi.kernel.errors import LianyiError
from lianyi.kernel.text import Text
from lianyi.ops.campaigns.mechanics import Mechanic
from lianyi.ops.campaigns.rules.terms import Term, terms_of
from lianyi.ops.campaigns.selectors import Campaign, list_campaigns
from lianyi.ops.campaigns.services import Said
from lianyi.ops.plan.selectors import list_budgets, list_goals, list_segments
from lianyi.ops.shop.selectors import list_products
from lianyi.web.console.campaign_words import AUDIENCES, CATEGORIES, CHOICES, HOLDOUTS, UNITS
from lianyi.web.ui.fields import MomentField, MoneyField, ShareField
from lianyi.web.ui.templatetags.words import spoken

FEWEST_ROWS = 3
MOST_ROWS = 10


@dataclass(frozen=True, slots=True)
class Section:
    """Some fields under a heading. groups : fields that stand together in a row."""

    name: Text
    says: Text
    fields: Sequence[forms.BoundField]
    groups: Sequence[tuple[str, Sequence[forms.BoundField]]] = ()


class CampaignForm(forms.Form):
    """A campaign as a form; `said` is what it says once it is valid."""

    def __init__(
        self, mechanic: Mechanic, data: Mapping[str, Any] | None = None, *, campaign: Campaign | None = None, **given: Any
    ) -> None:
        self.mechanic = mechanic
        self.terms = terms_of(mechanic.terms)
        self.hints = get_type_hints(mechanic.terms)
        self.stored = campaign.terms if campaign else {}
        # A second level of commission is agreed elsewhere, behind an approval; the form leaves it as it is.
        self.further_levels = (tuple(campaign.rates_bp[1:]), campaign.approval) if campaign else ((), "")
        super().__init__(data, initial=_initial(campaign) if campaign else given.pop("initial", {}), **given)
        self.products = list_products()
        self.goals, self.budgets = list_goals(), list_budgets()
        self._state_general()
        for name in self.terms:
            self._state_term(name)

    def _state_general(self) -> None:
        words = _words
        currency = settings.WORKSPACE.currency
        self.fields |= {
            "title": forms.CharField(label=words("名称", "Title"), max_length=120, help_text=words("会员会看到", "Members see it")),
            "starts_at": MomentField(label=words("开始", "Starts")),
            "ends_at": MomentField(label=words("结束", "Ends")),
            "category": forms.ChoiceField(
                label=words("商品类目", "Category of goods"),
                choices=[(one, CATEGORIES[one].say(spoken()) if one in CATEGORIES else one) for one in _categories()],
                help_text=words("决定适用哪些法规", "It decides which rules apply"),
            ),
            "goal": forms.ChoiceField(
                label=words("目标", "Goal"), required=False, choices=[("", "–"), *((goal.public_id, goal.title) for goal in self.goals)]
            ),
            "hypothesis": forms.CharField(
                label=words("假设", "Hypothesis"),
                required=False,
                max_length=500,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=words("为什么会有效，结束时对照它复盘", "Why it should work; the review comes back to it"),
            ),
            "budget": forms.ChoiceField(
                label=words("预算", "Budget"), required=False, choices=[("", "–"), *((one.public_id, one.title) for one in self.budgets)]
            ),
            "expected_per_day": forms.IntegerField(
                label=words("预计每日成交次数", "Expected successes a day"), required=False, min_value=0, max_value=10**7,
                help_text=words("用来估计预算用到哪一天", "To estimate the day on which the budget is used up"),
            ),
            "audience": forms.ChoiceField(label=words("面向", "For"), choices=[(one, text.say(spoken())) for one, text in AUDIENCES.items()]),
            "audience_name": forms.CharField(
                label=words("标签或等级", "Tag or tier"), required=False, max_length=48, help_text=words("只在按标签或等级时填写", "Only for a tag or tier")
            ),
            "audience_segment": forms.ChoiceField(
                label=words("人群", "Segment"), required=False, choices=[("", "–"), *((one.public_id, one.title) for one in list_segments())],
                help_text=words("只在面向一个人群时选；开始那一刻在里面的人才能参加", "Only for a segment: who is in it at the start takes part"),
            ),
            "channels": forms.MultipleChoiceField(
                label=words("渠道", "Channels"), widget=forms.CheckboxSelectMultiple, choices=[(one, text.say(spoken())) for one, text in channel_names().items()]
            ),
            "holdout_unit": forms.ChoiceField(
                label=words("对照组", "Hold-out"), choices=[(one, text.say(spoken())) for one, text in HOLDOUTS.items()],
                help_text=words("看不到活动的人，用来算出活动真正带来的部分", "Who does not see it, so that its own effect can be measured"),
            ),
            "holdout_bp": ShareField(label=words("对照组比例（%）", "Held out (%)"), required=False, most_bp=5_000),
        }  # fmt: skip
        if self.mechanic.sells:
            self.fields |= {
                "product": forms.ChoiceField(label=words("商品", "Product"), choices=[(one.public_id, one.title) for one in self.products]),
                "pieces": forms.IntegerField(label=words("备货件数", "Pieces set aside"), min_value=1, max_value=10**7),
                "full_fen": MoneyField(
                    label=_with_unit(words("划线价", "Crossed-out price"), currency), required=False,
                    help_text=words("可不填；不得高于前七日最低成交价，除非写明依据", "May be empty; not above the lowest deal of seven days unless its basis is stated"),
                ),
                "reference_basis": forms.CharField(label=words("划线价依据", "Basis of that price"), required=False, max_length=120),
                "raise_reason": forms.CharField(label=words("近月涨价的理由", "Why the price rose last month"), required=False, max_length=200),
            }  # fmt: skip
        if self.mechanic.commission:
            self.fields |= {
                "rate_bp": ShareField(label=words("佣金比例（%）", "Commission (%)"), required=False, most_bp=5_000, help_text=words("不填则不付佣金", "Empty for none")),
                "commission_cap_fen": MoneyField(label=words("每单佣金上限", "Most per order"), required=False),
                "freeze_days": forms.IntegerField(label=words("冻结天数", "Days frozen"), required=False, min_value=0, max_value=90),
            }  # fmt: skip

    def _state_term(self, name: str) -> None:
        hint, term = self.hints[name], self.terms[name]
        row = (get_args(hint) or (None,))[0]
        if dataclasses.is_dataclass(row):
            stored = self.stored.get(name, [])
            for number in range(min(term.most, MOST_ROWS, max(FEWEST_ROWS, len(stored) + 1))):
                for sub, sub_term in terms_of(row).items():  # type: ignore[arg-type]
                    filled = self._field(sub, sub_term, get_type_hints(row)[sub], required=False)
                    filled.initial = stored[number].get(sub) if number < len(stored) else None
                    self.fields[f"{name}-{number}-{sub}"] = filled
            return
        default = next(one.default for one in dataclasses.fields(self.mechanic.terms) if one.name == name)
        is_needed = default is dataclasses.MISSING
        field = self._field(name, term, hint, required=is_needed and hint is not bool)
        value = self.stored.get(name, None if is_needed else default)
        field.initial = list(value) if isinstance(value, tuple) else value
        if row is not None and name != "product_ids" and isinstance(field.initial, list):
            field.initial = "、".join(str(one) for one in field.initial)
        self.fields[f"term-{name}"] = field

    def _field(self, name: str, term: Term, hint: Any, *, required: bool) -> forms.Field:
        """The field of one term."""
        label = _headed(term.label)
        products = [(one.public_id, one.title) for one in self.products]
        if name == "product_ids":
            return forms.MultipleChoiceField(label=label, required=False, choices=products, widget=forms.CheckboxSelectMultiple)
        if name == "product_id":
            return forms.ChoiceField(label=label, required=required, choices=[("", "–"), *products])
        if name.endswith("coupon"):
            coupons = [
                (one.public_id, one.title) for one in list_campaigns(mechanic_id="coupon") if one.state not in ("dropped", "settled")
            ]
            return forms.ChoiceField(label=label, required=required, choices=[("", "–"), *coupons])
        if term.choices:
            return forms.ChoiceField(label=label, required=required, choices=[(one, CHOICES[one].say(spoken())) for one in term.choices])
        if hint is bool:
            return forms.BooleanField(label=label, required=False)
        if hint is str:
            return forms.CharField(label=label, required=required, max_length=500)
        if hint is not int:
            return forms.CharField(label=label, required=required, help_text=_words("多个用顿号或逗号隔开", "Several with commas between"))
        if term.unit == "fen":
            return MoneyField(
                label=_with_unit(label, settings.WORKSPACE.currency),
                required=required,
                least_fen=term.least,
                most_fen=term.most,
            )
        if term.unit == "bp":
            return ShareField(label=_with_unit(label, "%"), required=required, least_bp=term.least, most_bp=term.most)
        unit = UNITS[term.unit].say(spoken()) if term.unit in UNITS else ""
        return forms.IntegerField(
            label=_with_unit(label, unit) if unit else label, required=required, min_value=term.least, max_value=term.most
        )

    def clean(self) -> dict[str, Any]:
        """What is for a tag, a tier or a segment says which."""
        given = super().clean() or self.cleaned_data
        needed = {"tag": "audience_name", "tier": "audience_name", "segment": "audience_segment"}.get(given.get("audience", ""))
        if needed and not given.get(needed, "").strip():
            self.add_error(needed, _words("请说明是哪一个", "Say which"))
        return given

    @property
    def sections(self) -> list[Section]:
        """The form in parts, in the order in which people think."""
        own = [name for name in self.fields if name.startswith("term-")]
        parts = [
            (Text(zh="卖什么、怎么玩", en="What is offered"), self.mechanic.says, ["title", "product", "pieces", *own]),
            (Text(zh="时间与价格展示", en="When, and how prices are shown"), Text(zh="时间按品牌所在时区。", en="Times are in the brand's zone."),
             ["starts_at", "ends_at", "category", "full_fen", "reference_basis", "raise_reason"]),
            (Text(zh="为什么做", en="Why"), Text(zh="没有目标和假设，结束后就无从复盘。", en="Without a goal and a hypothesis there is nothing to learn from."),
             ["goal", "hypothesis", "budget", "expected_per_day"]),
            (Text(zh="给谁看、在哪里", en="For whom, and where"), Text(zh="对照组按加盐散列固定分配，不能事后挑选。", en="Who is held out is fixed by a salted hash; nobody can pick afterwards."),
             ["audience", "audience_name", "audience_segment", "channels", "holdout_unit", "holdout_bp"]),
            (Text(zh="佣金", en="Commission"), Text(zh="只有一级；过了退货期才能提现。", en="One level; paid out once the return window is over."),
             ["rate_bp", "commission_cap_fen", "freeze_days"]),
        ]  # fmt: skip
        found = []
        for place, (name, says, names) in enumerate(parts):
            fields = [self[one] for one in names if one in self.fields]
            groups = list(self._rows()) if place == 0 else []
            if fields or groups:
                found.append(Section(name, says, fields, groups))
        return found

    def _rows(self) -> Iterator[tuple[str, list[forms.BoundField]]]:
        """Terms that are lists of rows, each row as a group."""
        for name, term in self.terms.items():
            number = 0
            while names := [one for one in self.fields if one.startswith(f"{name}-{number}-")]:
                yield f"{_headed(term.label)} {number + 1}", [self[one] for one in names]
                number += 1

    def said(self) -> Said:
        """What the campaign says of itself."""
        given = self.cleaned_data
        kind = given["audience"]
        named = given["audience_segment"] if kind == "segment" else given["audience_name"].strip()
        rate = given.get("rate_bp") or 0
        further, approval = self.further_levels
        return Said(
            mechanic=self.mechanic.id,
            title=given["title"],
            terms=dict(self._stated()),
            starts_at=given["starts_at"],
            ends_at=given["ends_at"],
            product=next((one for one in self.products if one.public_id == given.get("product")), None),
            pieces=given.get("pieces") or 0,
            full_fen=given.get("full_fen") or 0,
            reference_basis=given.get("reference_basis", ""),
            raise_reason=given.get("raise_reason", ""),
            category=given["category"],
            goal=next((one for one in self.goals if one.public_id == given["goal"]), None),
            budget=next((one for one in self.budgets if one.public_id == given["budget"]), None),
            hypothesis=given["hypothesis"],
            audience=f"{kind}:{named}" if kind in ("tag", "tier", "segment") else kind,
            channels=tuple(given["channels"]),
            expected_per_day=given["expected_per_day"] or 0,
            holdout_unit=given["holdout_unit"],
            holdout_bp=given["holdout_bp"] or 0,
            rates_bp=(rate, *further) if rate else (),
            approval=approval if rate else "",
            commission_cap_fen=given.get("commission_cap_fen") or 0,
            freeze_days=15 if given.get("freeze_days") is None else given["freeze_days"],
        )

    def _stated(self) -> Iterator[tuple[str, Any]]:
        """The terms that were filled in; what was left empty has its default."""
        for name in self.terms:
            row = (get_args(self.hints[name]) or (None,))[0]
            if dataclasses.is_dataclass(row):
                yield name, list(self._filled_rows(name, row))
                continue
            value = self.cleaned_data.get(f"term-{name}")
            if row is not None and name != "product_ids":
                words = [one.strip() for one in str(value or "").replace("，", ",").replace("、", ",").split(",") if one.strip()]
                value = [int(one) if row is int and one.isdecimal() else one for one in words]
            if value not in (None, "", []):
                yield name, value

    def _filled_rows(self, name: str, row: Any) -> Iterator[dict[str, Any]]:
        """Rows in which anything was filled in that has no default, or that differs from it."""
        defaults = {one.name: one.default for one in dataclasses.fields(row)}
        number = 0
        while f"{name}-{number}-{next(iter(defaults))}" in self.fields:
            values = {one: self.cleaned_data.get(f"{name}-{number}-{one}") for one in defaults}
            told = {one: value for one, value in values.items() if value not in (None, "")}
            needed = [one for one, default in defaults.items() if default is dataclasses.MISSING]
            if any(one in told for one in needed or defaults):
                yield told
            number += 1

    def refuse(self, fault: LianyiError) -> None:
        """Show what a service said no to, beside the field that it names."""
        name = f"term-{fault.data.get('name', '')}"
        self.add_error(name if name in self.fields else None, fault.say(spoken()))


def _initial(campaign: Campaign) -> dict[str, Any]:
    kind, _, named = campaign.audience.partition(":")
    return {
        "title": campaign.title,
        "starts_at": timezone.localtime(campaign.starts_at),
        "ends_at": timezone.localtime(campaign.ends_at),
        "category": campaign.category,
        "goal": campaign.goal.public_id if campaign.goal else "",
        "hypothesis": campaign.hypothesis,
        "budget": campaign.budget.public_id if campaign.budget else "",
        "expected_per_day": campaign.expected_per_day,
        "audience": kind,
        "audience_name": "" if kind == "segment" else named,
        "audience_segment": named if kind == "segment" else "",
        "channels": campaign.channels,
        "holdout_unit": campaign.holdout_unit,
        "holdout_bp": campaign.holdout_bp,
        "product": campaign.product.public_id if campaign.product else "",
        "pieces": campaign.pieces,
        "full_fen": campaign.full_fen or None,
        "reference_basis": campaign.reference_basis,
        "raise_reason": campaign.raise_reason,
        "rate_bp": campaign.rates_bp[0] if campaign.rates_bp else None,
        "commission_cap_fen": campaign.commission_cap_fen or None,
        "freeze_days": campaign.freeze_days,
    }


def _categories() -> list[str]:
    named = compliance_fields().of("content.category").choices
    return sorted(named, key=lambda one: list(CATEGORIES).index(one) if one in CATEGORIES else len(CATEGORIES))


def _headed(label: Text) -> str:
    """A term's name as a form shows it."""
    said = label.say(spoken())
    return said[:1].upper() + said[1:]


def _with_unit(label: str, unit: str) -> str:
    """A label with what its number counts."""
    return f"{label}（{'元' if unit == 'CNY' else unit}）" if spoken() == "zh" else f"{label} ({unit})"


def _words(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).say(spoken())
