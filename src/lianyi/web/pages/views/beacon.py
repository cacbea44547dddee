"""Timings and behaviour of who agreed, one request a page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.behaviour import answer_of, read, record_told

BEACONS = Limit("beacons", times=60, window_seconds=60)


@require_POST
@limited(BEACONS)
def beacon(request: HttpRequest) -> HttpResponse:
    """Take what a page tells when it is left; 204 in any case, since nobody reads the answer."""
    told = read(request) if answer_of(request) else None
    if told is not None:
        record_told(request, told)
    return HttpResponse(status=204)
