"""Coming in by a group's link: it says which group a member, or who becomes one, belongs to."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from lianyi.ops.members.selectors import GroupUnknown, find_group
from lianyi.web.edge.limits import Limit, limited
from lianyi.web.pages.session import enter_kept_group, keep_group
from lianyi.web.ui.look import safe_next

VISITS = Limit("group links opened", times=120, window_seconds=60)
# Who looks today and joins next week still came from that group.
REMEMBERED = dt.timedelta(days=7)


@require_GET
@limited(VISITS, methods=("GET",))
def enter(request: HttpRequest, code: str) -> HttpResponse:
    """A group's link: on to the page it names, remembering the group for who is not signed in yet. Raises GroupUnknown."""
    group = find_group(code)
    if group is None:
        raise GroupUnknown(group=code)
    keep_group(request, group, until=request.at + REMEMBERED)
    enter_kept_group(request)
    return redirect(safe_next(request))
