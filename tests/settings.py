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
# A file, as in production: threads have connections of their own, and take turns to write.
# No test pulls the plug, so no commit waits for the disk: a killed process loses nothing by that.
if not OPTIONS.database_url:  # noqa: F405
    DATABASES["default"]["TEST"] = {"NAME": str(WORKSPACE.path / "tests.sqlite3")}  # noqa: F405
    DATABASES["default"]["OPTIONS"]["init_command"] += "; PRAGMA synchronous=OFF"  # noqa: F405
JOBS_AT_ONCE = True
AFTER_IMPORT = ""
# On a busy machine everything may take long; who tests the waiting sets it.
ANSWER_WITHIN_SECONDS = None
# Answers are kept in memory: nothing is left behind, and a test may look whether a question was asked again.
CACHES["answers"] = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "answers"}  # noqa: F405
