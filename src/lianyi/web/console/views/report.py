"""Reports: the history, and each in every form and language."""

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_GET

from lianyi.flows.evaluate_period import forms, report_file
from lianyi.kernel.errors import UnknownName
from lianyi.kernel.text import LANGUAGES
from lianyi.ops.review import selectors
from lianyi.web.console.gate import opened_to
from lianyi.web.ui.templatetags.words import spoken

# A report stands alone, with its style and script inside. It is shown apart from the console: no origin, no cookie, nothing from outside.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:; sandbox allow-scripts allow-popups"


@require_GET
@opened_to("insight.read")
def reports(request: HttpRequest) -> HttpResponseBase:
    """Every report that can be had."""
    return render(
        request, "console/report.html", {"reviews": [one for one in selectors.list_reviews() if one.state == "done"], "forms": forms()}
    )


@require_GET
@opened_to("insight.read")
def download(request: HttpRequest, public_id: str, form: str) -> HttpResponseBase:
    """One report; HTML is shown, the others are saved. Raises NotThere, UnknownName."""
    review = selectors.get_review(public_id)
    language = request.GET.get("language", spoken())
    if language not in LANGUAGES:
        raise UnknownName(what="language", given=language, allowed=list(LANGUAGES))
    if form not in forms():
        raise UnknownName(what="format", given=form, allowed=list(forms()))
    path = report_file(settings.WORKSPACE, public_id, form, language)
    name = f"{settings.WORKSPACE.brand}-{review.from_on:%Y%m%d}-{review.to_on:%Y%m%d}-{language}.{form}"
    response = FileResponse(path.open("rb"), as_attachment=form != "html", filename=name)
    if form == "html":
        response["Content-Security-Policy"] = ALONE
    return response
