"""The WSGI application of benchmarks.hot_site, with the server's own settings and no middleware on either address."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lianyi.server.settings")
settings.ROOT_URLCONF = "benchmarks.hot_site"
settings.MIDDLEWARE = []
application = get_wsgi_application()
