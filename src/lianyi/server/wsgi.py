"""The WSGI application that a web server runs."""

import os

from django.core.handlers.wsgi import WSGIHandler
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from lianyi.web.console.aside import work_beside

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
application = get_wsgi_application()


def served() -> WSGIHandler:
    """The application, ready for its first visitor, with a process beside it for long answers: what a server calls once when it starts.

    Importing this module starts nothing. Cost: some two seconds of imports, which the first visitor would wait for otherwise.
    """
    get_resolver().url_patterns  # noqa: B018 - looking at them imports them
    work_beside()
    return application
