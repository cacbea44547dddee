"""Reports: the history, and each in every form and language."""

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from lianyi.flows.evaluate_period import forms, report_file
from lianyi.insight.report.templates import templates
from lianyi.kernel.errors import NotThere, UnknownName
from lianyi.kernel.text import LANGUAGES, Text
from lianyi.ops.review import selectors, services
from lianyi.web.console.gate import form_key, may, opened_to
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.ui.templatetags.words import spoken

# A report stands alone, with its style and script inside. It is shown apart from the console: no origin, no cookie, nothing from outside.
ALONE = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:; font-src data:; sandbox allow-scripts allow-popups"

SHARE_DAYS = (1, 7, 30, 90)
OPENINGS = Limit("shared report", 60, 60)


@require_GET
@opened_to("insight.read")
def reports(request: HttpRequest) -> HttpResponseBase:
    """Every report that can be had."""
    return render(request, "console/report.html", _page(request))


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


@require_POST
@opened_to("insight.run")
def share(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Make a link with which somebody outside reads this report until it expires; it is shown once. Raises NotThere, BadInput."""
    days = request.POST.get("days", "")
    secret = services.share_report(
        key=form_key(request),
        actor=request.actor,
        at=request.at,
        public_id=public_id,
        language=spoken(),
        days=int(days) if days.isascii() and days.isdigit() else 0,
    )
    link = request.build_absolute_uri(reverse("console:shared", args=[secret]))
    return render(request, "console/report.html", {**_page(request), "link": link})


@require_POST
@opened_to("insight.run")
def unshare(request: HttpRequest, public_id: str) -> HttpResponseBase:
    """Take a link back. Raises NotThere."""
    services.revoke_share(key=form_key(request), actor=request.actor, at=request.at, public_id=public_id)
    return redirect("console:report")


@require_GET
@limited(OPENINGS, methods=("GET",))
def shared(request: HttpRequest, secret: str) -> HttpResponseBase:
    """A report for whoever holds its link. Raises NotThere for a link that was never made, is over, or was taken back."""
    found = selectors.find_share(services.digest_of(secret), request.at)
    if found is None:
        raise NotThere(what=Text(zh="这份报告（链接可能已经过期）", en="report (the link may have expired)"))
    path = report_file(settings.WORKSPACE, found.review.public_id, "html", found.language)
    services.count_opening(public_id=found.public_id)
    response = FileResponse(path.open("rb"), content_type="text/html; charset=utf-8")
    response["Content-Security-Policy"] = ALONE
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest) -> dict[str, object]:
    shares = selectors.list_shares(request.at)
    done = [one for one in selectors.list_reviews() if one.state == "done"]
    return {
        "reviews": [(one, shares.get(one.pk, [])) for one in done],
        "names": {id_: one.name for id_, one in templates().items()},
        "forms": forms(),
        "may_share": may(request, "insight.run"),
        "days": SHARE_DAYS,
    }
