"""What may be set from outside, in one typed place: read from the environment once, at start."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream import workspace as workspaces
from lianyi.stream.workspace import Workspace

SQLITE_FILE = "operations.sqlite3"
# The write lock is taken when a transaction begins: none is refused half way because another one wrote in between. FULL: what was
# answered to a person survives a power cut.
SQLITE = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16000",
}
# A connection is kept by its thread between requests: the server runs threads, of which there are as many as connections. Opening one costs
# more than what most pages ask: SQLite reads the whole schema first.
KEPT_SECONDS = 600
# A waiting command is answered soon, and a forgotten one does not hold others up. Migrations lift them.
POSTGRESQL = {"lock_timeout": "3s", "statement_timeout": "5s", "idle_in_transaction_session_timeout": "10s"}


class OptionUnusable(BadInput):
    """A setting of the server cannot be used."""

    code = "option_unusable"
    message = Text(zh="设置 %(name)s 无法使用：%(given)s。", en="The setting %(name)s cannot be used: %(given)s.")
    remedy = Text(zh="例如 %(example)s", en="For example %(example)s")


@dataclass(frozen=True)
class Options:
    """The server's settings.

    workspace    : the brand's folder (LIANYI_HOME, default ./lianyi-data)
    database_url : "" for SQLite in the workspace, or postgres://... (LIANYI_DATABASE_URL)
    hosts        : names this server answers to (LIANYI_HOSTS, comma separated; default this machine only)
    https        : served over HTTPS: secure cookies, HSTS, redirect (LIANYI_HTTPS=1)
    debug        : pages with traces and the page of styles, for development only (LIANYI_DEBUG=1)
    proxies      : how many of our own proxies stand before the server; that many hops of X-Forwarded-For are believed (LIANYI_PROXIES)
    threads      : requests answered at the same time by one process (LIANYI_THREADS); more than a hot lane holds (32), so that who does not get
                   into a full one is told at once, and pages are answered beside it
    answer_seconds: how long a page waits for an answer of the history before it says that it is being worked out (LIANYI_ANSWER_SECONDS)
    wechat_app   : the official account through which members sign in, "" for none (LIANYI_WECHAT_APP)
    wechat_secret: its secret (LIANYI_WECHAT_SECRET, or the file LIANYI_WECHAT_SECRET_FILE)
    sms_url      : the brand's gateway for sign-in links to telephones, "" for the folder `messages` in the workspace (LIANYI_SMS_URL)
    sms_secret   : what messages to the gateway are signed with (LIANYI_SMS_SECRET, or LIANYI_SMS_SECRET_FILE)
    """

    workspace: Workspace
    database_url: str = ""
    hosts: tuple[str, ...] = ("localhost", "127.0.0.1", "[::1]")
    https: bool = False
    debug: bool = False
    proxies: int = 0
    threads: int = 40
    answer_seconds: int = 1
    wechat_app: str = ""
    wechat_secret: str = field(default="", repr=False)
    sms_url: str = ""
    sms_secret: str = field(default="", repr=False)

    def secret(self, purpose: str) -> str:
        """A key for one purpose, derived from the workspace's own; it never leaves the workspace's folder."""
        return hmac.new(self.workspace.key, f"lianyi {purpose}".encode(), hashlib.sha256).hexdigest()

    @property
    def database(self) -> dict[str, object]:
        """Django's description of the operational database."""
        if not self.database_url:
            return {
                "ENGINE": "lianyi.server.sqlite",
                "NAME": self.workspace.path / SQLITE_FILE,
                "CONN_MAX_AGE": KEPT_SECONDS,
                "OPTIONS": dict(SQLITE),
            }
        parts = urlsplit(self.database_url)
        if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
            raise OptionUnusable(name="LIANYI_DATABASE_URL", given=self.database_url, example="postgres://user:password@host:5432/name")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": parts.path.strip("/"),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": parts.hostname or "",
            "PORT": parts.port or "",
            "CONN_MAX_AGE": KEPT_SECONDS,
            "CONN_HEALTH_CHECKS": True,
            "OPTIONS": {"options": " ".join(f"-c {name}={value}" for name, value in POSTGRESQL.items())},
        }


def options_from(environment: Mapping[str, str]) -> Options:
    """The options that an environment states; makes the workspace when it is not there."""
    hosts = tuple(name.strip() for name in environment.get("LIANYI_HOSTS", "").split(",") if name.strip())
    return Options(
        workspace=workspaces.create(Path(environment.get("LIANYI_HOME") or "lianyi-data")),
        database_url=environment.get("LIANYI_DATABASE_URL", ""),
        hosts=hosts or Options.hosts,
        https=switch(environment, "LIANYI_HTTPS"),
        debug=switch(environment, "LIANYI_DEBUG"),
        proxies=count(environment, "LIANYI_PROXIES", Options.proxies, most=8),
        threads=count(environment, "LIANYI_THREADS", Options.threads, least=1, most=256),
        answer_seconds=count(environment, "LIANYI_ANSWER_SECONDS", Options.answer_seconds, most=600),
        wechat_app=environment.get("LIANYI_WECHAT_APP", ""),
        wechat_secret=kept_secret(environment, "LIANYI_WECHAT_SECRET"),
        sms_url=web_address(environment, "LIANYI_SMS_URL"),
        sms_secret=kept_secret(environment, "LIANYI_SMS_SECRET"),
    )


def switch(environment: Mapping[str, str], name: str) -> bool:
    """A setting that is on (1) or off (0 or not there)."""
    given = environment.get(name, "") or "0"
    if given not in {"0", "1"}:
        raise OptionUnusable(name=name, given=given, example=f"{name}=1")
    return given == "1"


def count(environment: Mapping[str, str], name: str, default: int, *, least: int = 0, most: int) -> int:
    """A setting that is a whole number within bounds."""
    given = environment.get(name, "") or str(default)
    if not (given.isascii() and given.isdigit() and least <= int(given) <= most):
        raise OptionUnusable(name=name, given=given, example=f"{name}={default} ({least}-{most})")
    return int(given)


def kept_secret(environment: Mapping[str, str], name: str) -> str:
    """A secret, from the environment or from the file that NAME_FILE names, as containers hand it over."""
    file = environment.get(f"{name}_FILE")
    if not file:
        return environment.get(name, "")
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        raise OptionUnusable(name=f"{name}_FILE", given=file, example="a file that the server may read") from None


def web_address(environment: Mapping[str, str], name: str) -> str:
    """A setting that is an address of the web: https, or http on this machine only."""
    given = environment.get(name, "")
    parts = urlsplit(given)
    here = parts.scheme == "http" and parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if given and not ((parts.scheme == "https" and parts.hostname) or here):
        raise OptionUnusable(name=name, given=given, example="https://sms.example/send")
    return given
