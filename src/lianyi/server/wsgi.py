"""The WSGI application that a web server runs."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from lianyi.web.console.aside import work_beside

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
application = get_wsgi_application()
# Every page is imported now: some two seconds that the first visitor would wait for otherwise.
get_resolver().url_patterns  # noqa: B018 - looking at them imports them
# Long answers are worked out beside it; the process for them gets ready meanwhile.
work_beside()
