"""The living page of styles, in debug only: every part in every state, to look at."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path


class Sample(forms.Form):
    """One field of each kind."""

    name = forms.CharField(label="姓名 Name", help_text="收件人的真实姓名 As on the parcel")
    note = forms.CharField(label="备注 Note", widget=forms.Textarea(attrs={"rows": 2}), required=False)
    reason = forms.ChoiceField(label="原因 Reason", choices=[("late", "太晚 Late"), ("other", "其他 Other")], widget=forms.RadioSelect)
    agree = forms.BooleanField(label="我同意 I agree")


def styles(request: HttpRequest) -> HttpResponse:
    """Every part in every state."""
    context: dict[str, Any] = {
        "form": Sample({"name": "", "reason": "late"}),
        "soon": request.at + timedelta(hours=5, minutes=3),
        "later": request.at + timedelta(days=2),
        "colours": ("ground", "paper", "wash", "ink", "ink-2", "ink-3", "line", "edge", "accent", "deal", "good", "warn", "bad"),
    }
    return render(request, "ui/styles.html", context)


urlpatterns = [path("", styles, name="styles")]
