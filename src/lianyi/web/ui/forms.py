"""Forms in our own markup and both languages: label, hint, what is wrong and what to do, tied together for screen readers."""

from typing import Any

from django import forms
from django.forms.renderers import TemplatesSetting

from lianyi.kernel.text import Text
from lianyi.web.ui.templatetags.words import spoken


class Renderer(TemplatesSetting):
    """Django's renderer with our templates for a form and for one field."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"


class Worded(forms.Form):
    """A form whose labels and help are a Text: said in the reader's language when the form is made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.label = self.say(field.label)
            field.help_text = self.say(field.help_text)

    @staticmethod
    def say(text: Text | str) -> str:
        """A text in the reader's language."""
        return text.say(spoken()) if isinstance(text, Text) else text
