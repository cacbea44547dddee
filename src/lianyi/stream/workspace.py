"""A workspace: one brand's folder, with its settings, its history and its reference tables."""

import datetime as dt
import os
import secrets
import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from lianyi.kernel.clock import parse_zone
from lianyi.kernel.errors import BadInput
from lianyi.kernel.money import is_currency
from lianyi.kernel.text import Text

SETTINGS_FILE = "workspace.toml"
KEY_FILE = "secret.key"
LEAST_MEMORY_MIB = 256


class WorkspaceUnreadable(BadInput):
    """The settings file of a workspace cannot be used."""

    code = "workspace_unreadable"
    message = Text(zh="工作区设置 %(path)s 无法使用：%(why)s", en="The workspace settings %(path)s cannot be used: %(why)s")
    remedy = Text(zh="请改正该文件，或用 lianyi init 新建工作区。", en="Mend the file, or make a new workspace with lianyi init.")


class WorkspaceDiffers(BadInput):
    """A workspace exists already with other settings."""

    code = "workspace_differs"
    message = Text(
        zh="%(path)s 已是一个工作区，其%(what)s为 %(have)s，不是 %(want)s。",
        en="%(path)s is a workspace already; its %(what)s is %(have)s, not %(want)s.",
    )
    remedy = Text(zh="已入库的数据按原设置切分，请换一个目录。", en="Data already in it was cut by that setting; use another folder.")


@dataclass(frozen=True)
class Workspace:
    """One brand's folder.

    path      : the folder
    brand     : the brand's name as people write it
    zone_name : IANA time zone in which business days are cut
    currency  : ISO 4217 code of every amount
    language  : zh | en, the default language of reports and messages
    engine    : duckdb, or a Spark master URL such as spark://host:7077 or local[2]
    memory_mib: the most that one question holds in memory, in MiB; 0 for half of the machine's, at most 4096. The rest goes to disk
    days_back : how many days this brand's clock is behind; 0 but for a demonstration, which lives on from where its history ends
    """

    path: Path
    brand: str = "我的品牌"
    zone_name: str = "Asia/Shanghai"
    currency: str = "CNY"
    language: str = "zh"
    engine: str = "duckdb"
    memory_mib: int = 0
    days_back: int = 0

    @cached_property
    def zone(self) -> ZoneInfo:
        """The time zone in which business days are cut."""
        return parse_zone(self.zone_name)

    def at(self, moment: dt.datetime) -> dt.datetime:
        """What the brand's clock says at a moment of the real one.

        >>> Workspace(Path("."), days_back=1).at(dt.datetime(2026, 10, 2, 9)).isoformat()
        '2026-10-01T09:00:00'
        """
        return moment - dt.timedelta(days=self.days_back)

    def elsewhere(self, moment: dt.datetime) -> dt.datetime:
        """What clocks elsewhere say at a moment of the brand's own: a telephone keeps the real time.

        >>> Workspace(Path("."), days_back=1).elsewhere(dt.datetime(2026, 10, 1, 9)).isoformat()
        '2026-10-02T09:00:00'
        """
        return moment + dt.timedelta(days=self.days_back)

    @property
    def events_path(self) -> Path:
        return self.path / "events"

    @property
    def tables_path(self) -> Path:
        return self.path / "tables"

    @property
    def projections_path(self) -> Path:
        return self.path / "projections"

    @property
    def rejects_path(self) -> Path:
        return self.path / "rejects"

    @property
    def imports_path(self) -> Path:
        return self.path / "imports"

    @property
    def mappings_path(self) -> Path:
        return self.path / "mappings"

    @property
    def answers_path(self) -> Path:
        """Answers that were worked out and are kept; they may be deleted at any time, and are when a member is erased."""
        return self.path / "cache"

    @property
    def uploads_path(self) -> Path:
        """Files that were brought in and not imported yet; they go when a member is erased, for they may name them."""
        return self.path / "uploads"

    @property
    def scratch_path(self) -> Path:
        """Where work in progress lies; anything in it may be deleted when no process runs."""
        path = self.path / "tmp"
        path.mkdir(parents=True, exist_ok=True)
        return path

    @cached_property
    def key(self) -> bytes:
        """The secret that pseudonyms and imported event ids are keyed with; made on first use, readable by its owner only."""
        path = self.path / KEY_FILE
        try:
            return bytes.fromhex(path.read_text().strip())
        except FileNotFoundError:
            key = secrets.token_bytes(32)
            # Written aside and linked into place: of two processes starting at once, one wins and both read its key whole.
            aside = path.with_name(f".{KEY_FILE}.{os.getpid()}.{secrets.token_hex(4)}")
            descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            try:
                with os.fdopen(descriptor, "w") as file:
                    file.write(key.hex())
                    file.flush()
                    os.fsync(file.fileno())
                os.link(aside, path)
            except FileExistsError:
                key = bytes.fromhex(path.read_text().strip())
            finally:
                aside.unlink()
            return key


def create(path: Path, *, brand: str = "", zone_name: str = "", currency: str = "", language: str = "", days_back: int = 0) -> Workspace:
    """Make a workspace, or open the one that is there; zone and currency, where given, must then agree with it.

    Raises BadInput for an unknown zone or currency, WorkspaceDiffers when the folder holds a workspace with other settings.
    """
    file = path / SETTINGS_FILE
    if file.exists():
        workspace = load(path)
        settings = (
            (Text(zh="时区", en="time zone"), workspace.zone_name, zone_name),
            (Text(zh="币种", en="currency"), workspace.currency, currency),
        )
        for what, have, want in settings:
            if want and have != want:
                raise WorkspaceDiffers(path=str(path), what=what, have=have, want=want)
        return workspace
    workspace = Workspace(
        path=path,
        brand=brand or Workspace.brand,
        zone_name=zone_name or Workspace.zone_name,
        currency=currency or Workspace.currency,
        language=language or Workspace.language,
        days_back=days_back,
    )
    _validate(workspace, file)
    try:
        path.mkdir(parents=True, exist_ok=True)
        aside = path / f".{SETTINGS_FILE}.{os.getpid()}"
        aside.write_text(_settings_text(workspace), encoding="utf-8")
        aside.replace(file)
    except OSError as fault:
        raise WorkspaceUnreadable(path=str(path), why=fault.strerror or str(fault)) from None
    return workspace


def rename(workspace: Workspace, *, brand: str, language: str) -> Workspace:
    """The workspace under another name of the brand and another default language; its file is replaced whole.

    What data were cut by (time zone, currency) cannot be changed.
    Raises BadInput for an empty name, WorkspaceUnreadable for a language other than zh and en.
    """
    if not brand.strip():
        raise BadInput(reason=Text(zh="品牌名不能为空。", en="A brand has a name."))
    renamed = replace(workspace, brand=" ".join(brand.split())[:60], language=language)
    file = workspace.path / SETTINGS_FILE
    _validate(renamed, file)
    aside = workspace.path / f".{SETTINGS_FILE}.{os.getpid()}"
    aside.write_text(_settings_text(renamed), encoding="utf-8")
    aside.replace(file)
    return renamed


def load(path: Path) -> Workspace:
    """Open a workspace that exists.

    Raises WorkspaceUnreadable when there is none or its settings are not valid.
    """
    file = path / SETTINGS_FILE
    try:
        settings = tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkspaceUnreadable(path=str(file), why="not found") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise WorkspaceUnreadable(path=str(file), why=str(fault)) from None
    known = {"brand": "brand", "time_zone": "zone_name", "currency": "currency", "language": "language", "engine": "engine"}
    unknown = set(settings) - set(known) - {"days_back", "memory_mib"}
    if unknown:
        raise WorkspaceUnreadable(path=str(file), why=f"unknown setting {min(unknown)}")
    days_back = settings.pop("days_back", 0)
    if not _is_count(days_back):
        raise WorkspaceUnreadable(path=str(file), why=f"days_back {days_back} is no number of days")
    memory_mib = settings.pop("memory_mib", 0)
    if not _is_count(memory_mib) or 0 < memory_mib < LEAST_MEMORY_MIB:
        raise WorkspaceUnreadable(path=str(file), why=f"memory_mib {memory_mib} is not 0 or a number of MiB from {LEAST_MEMORY_MIB} on")
    workspace = Workspace(path=path, days_back=days_back, memory_mib=memory_mib, **{known[k]: str(v) for k, v in settings.items()})
    _validate(workspace, file)
    return workspace


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _validate(workspace: Workspace, file: Path) -> None:
    parse_zone(workspace.zone_name)
    if not is_currency(workspace.currency):
        raise WorkspaceUnreadable(path=str(file), why=f"currency {workspace.currency} is not a three-letter code such as CNY")
    if workspace.language not in ("zh", "en"):
        raise WorkspaceUnreadable(path=str(file), why=f"language {workspace.language} is neither zh nor en")


def _settings_text(workspace: Workspace) -> str:
    def quoted(value: str) -> str:
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

    memory = (
        f"memory_mib = {workspace.memory_mib}  # the most that one question holds in memory; the rest goes to disk\n"
        if workspace.memory_mib
        else ""
    )
    behind = f"days_back = {workspace.days_back}  # a demonstration: its clock is so many days behind\n" if workspace.days_back else ""
    return (
        f"brand = {quoted(workspace.brand)}\n"
        f"time_zone = {quoted(workspace.zone_name)}  # business days are cut here, once, when facts are written\n"
        f"currency = {quoted(workspace.currency)}\n"
        f"language = {quoted(workspace.language)}  # zh | en\n"
        f"engine = {quoted(workspace.engine)}  # duckdb, or a Spark master such as local[2] or spark://host:7077\n" + memory + behind
    )
