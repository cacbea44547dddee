"""The server's settings under test: a workspace of its own, quick passwords, SQLite unless LIANYI_DATABASE_URL names PostgreSQL."""

import os
import tempfile

os.environ["LIANYI_HOME"] = tempfile.mkdtemp(prefix="lianyi-tests-")

from lianyi.server.settings import *  # noqa: F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
