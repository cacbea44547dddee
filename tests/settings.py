"""The server's settings under test: a workspace of its own, quick passwords, SQLite unless LIANYI_DATABASE_URL names PostgreSQL."""

import os
import tempfile

os.environ["LIANYI_HOME"] = tempfile.mkdtemp(prefix="lianyi-tests-")

from lianyi.server.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Files are read where they lie: nothing is gathered first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}  # noqa: F405
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = True
