"""What may be set from outside, in one typed place: read from the environment once, at start."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream import workspace as workspaces
from lianyi.stream.workspace import Workspace

SQLITE_FILE = "operations.sqlite3"


class OptionUnusable(BadInput):
    """A setting of the server cannot be used."""

    code = "option_unusable"
    message = Text(zh="设置 %(name)s 无法使用：%(given)s。", en="The setting %(name)s cannot be used: %(given)s.")
    remedy = Text(zh="例如 postgres://用户:密码@主机:5432/库名", en="For example postgres://user:password@host:5432/name")


@dataclass(frozen=True)
class Options:
    """The server's settings.

    workspace    : the brand's folder (LIANYI_HOME, default ./lianyi-data)
    database_url : "" for SQLite in the workspace, or postgres://... (LIANYI_DATABASE_URL)
    hosts        : names this server answers to (LIANYI_HOSTS, comma separated; default this machine only)
    https        : served over HTTPS: secure cookies, HSTS, redirect (LIANYI_HTTPS=1)
    debug        : pages with traces, for development only (LIANYI_DEBUG=1)
    """

    workspace: Workspace
    database_url: str = ""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    https: bool = False
    debug: bool = False

    def secret(self, purpose: str) -> str:
        """A key for one purpose, derived from the workspace's own; it never leaves the workspace's folder."""
        return hmac.new(self.workspace.key, f"lianyi {purpose}".encode(), hashlib.sha256).hexdigest()

    @property
    def database(self) -> dict[str, object]:
        """Django's description of the operational database."""
        if not self.database_url:
            return {"ENGINE": "django.db.backends.sqlite3", "NAME": self.workspace.path / SQLITE_FILE}
        parts = urlsplit(self.database_url)
        if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
            raise OptionUnusable(name="LIANYI_DATABASE_URL", given=self.database_url)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.strip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
        }


def options_from(environment: Mapping[str, str]) -> Options:
    """The options that an environment states; makes the workspace when it is not there."""
    hosts = tuple(name.strip() for name in environment.get("LIANYI_HOSTS", "").split(",") if name.strip())
    return Options(
        workspace=workspaces.create(Path(environment.get("LIANYI_HOME") or "lianyi-data")),
        database_url=environment.get("LIANYI_DATABASE_URL", ""),
        hosts=hosts or Options.hosts,
        https=environment.get("LIANYI_HTTPS") == "1",
        debug=environment.get("LIANYI_DEBUG") == "1",
    )
