"""What is said once for many rows: a tag, a reason, who does it and until when."""

from typing import Any

from django import forms

from lianyi.kernel.text import Text
from lianyi.ops.team.selectors import list_members
from lianyi.web.ui.fields import DayField
from lianyi.web.ui.templatetags.words import spoken


def _say(zh: str, en: str) -> str:
    return Text(zh=zh, en=en).say(spoken())


class TagForm(forms.Form):
    """One tag for all who were chosen."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["name"] = forms.CharField(label=_say("标签", "Tag"), max_length=24)


class NoteForm(forms.Form):
    """One reason for all doubts that were chosen; each member reads it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["note"] = forms.CharField(
            label=_say("理由（会员会看到）", "Why (the member reads it)"), max_length=300, widget=forms.Textarea(attrs={"rows": 3})
        )


class ReasonForm(forms.Form):
    """One reason for all suggestions that are left undone."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["reason"] = forms.CharField(label=_say("不采纳的原因", "Why not"), max_length=400)


class OwnerForm(forms.Form):
    """Who does it: somebody of the team who may sign in."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        active = [(one.username, one.name or one.username) for one in list_members() if one.is_active]
        self.fields["owner"] = forms.ChoiceField(label=_say("负责人", "Owner"), choices=active)


class DueForm(forms.Form):
    """Until when."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.fields["due_on"] = DayField(label=_say("期限", "Due"))


class PlanForm(OwnerForm, DueForm):
    """Who does it and until when."""
