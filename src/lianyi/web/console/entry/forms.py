"""Forms of coming in."""

from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.validators import UnicodeUsernameValidator

from lianyi.kernel.text import Text
from lianyi.web.ui.forms import Worded

NAME = Text(zh="用户名", en="User name")
PASSWORD = Text(zh="密码", en="Password")
LONG_ENOUGH = Text(zh="至少 10 位，不要用常见密码。", en="At least 10 characters, and none of the usual ones.")


def secret(label: Text, purpose: str, **more: Any) -> forms.CharField:
    """A field for a password; purpose tells the browser which one."""
    return forms.CharField(label=label, max_length=200, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": purpose}), **more)


class SignIn(Worded):
    """Name and password."""

    username = forms.CharField(
        label=NAME, max_length=150, widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "autofocus": True})
    )
    password = secret(PASSWORD, "current-password")


class ChoosePassword(Worded):
    """A password, twice."""

    password = secret(PASSWORD, "new-password", help_text=LONG_ENOUGH)
    again = secret(Text(zh="再输入一次", en="The same again"), "new-password")

    def __init__(self, *args: Any, user: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        password = given.get("password")
        if password and given.get("again") and password != given["again"]:
            self.add_error("again", self.say(Text(zh="两次输入的不一样。", en="The two are not the same.")))
        elif password:
            try:
                validate_password(password, self.user or User(username=given.get("username", "")))
            except forms.ValidationError as fault:
                self.add_error("password", fault)
        return given


class FirstAccount(ChoosePassword):
    """The owner's own account."""

    field_order = ("username", "password", "again")

    username = forms.CharField(
        label=NAME, max_length=60, validators=[UnicodeUsernameValidator()], widget=forms.TextInput(attrs={"autocomplete": "username"})
    )


class Code(Worded):
    """Six digits of the second factor, or a recovery code."""

    code = forms.CharField(
        label=Text(zh="验证码", en="Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
