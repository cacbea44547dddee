"""Which address is whose."""

from importlib.util import find_spec

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("language/", require_POST(set_language), name="set_language"),
    path("", include("lianyi.web.ui.urls")),
]
for app, prefix in (("api", "api/"), ("console", "console/"), ("pages", "")):
    if find_spec(f"lianyi.web.{app}"):
        urlpatterns.append(path(prefix, include(f"lianyi.web.{app}.urls")))
if settings.DEBUG:
    urlpatterns.append(path("styles/", include("lianyi.web.ui.styles")))

handler400 = "lianyi.web.edge.faults.bad_request"
handler403 = "lianyi.web.edge.faults.forbidden"
handler404 = "lianyi.web.edge.faults.not_found"
handler500 = "lianyi.web.edge.faults.broken"
