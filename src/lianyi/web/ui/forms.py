"""Forms in our own markup: label, hint, what is wrong and what to do, tied together for screen readers."""

from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Django's renderer with our templates for a form and for one field."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"
