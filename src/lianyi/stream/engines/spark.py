"""Spark: for a history too large for one machine. The same SQL, transpiled; the same snapshot, read from its Parquet files.

The only module that imports pyspark, which is an optional package; Java 17 must be there.
"""

import importlib.util
import ipaddress
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pyarrow as pa

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.contracts import reference_tables
from lianyi.stream.engines import views
from lianyi.stream.engines.base import Params
from lianyi.stream.engines.dialect import transpile
from lianyi.stream.snapshot import Snapshot

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

LOOPBACK = "127.0.0.1"
SPARK_TYPES = {"VARCHAR": "STRING", "BIGINT": "BIGINT", "INTEGER": "INT", "DOUBLE": "DOUBLE", "BLOB": "BINARY", "BOOLEAN": "BOOLEAN"}


class SparkMissing(BadInput):
    """The workspace asks for Spark, and it is not installed."""

    code = "spark_missing"
    message = Text(
        zh="工作区的引擎设为 %(master)s，但没有安装 %(what)s。", en="The workspace's engine is %(master)s, but %(what)s is not installed."
    )
    remedy = Text(
        zh="请安装（pip install 'lianyi[spark]'，以及 Java 17），或在 workspace.toml 中把 engine 改为 duckdb。",
        en="Install it (pip install 'lianyi[spark]', and Java 17), or set engine to duckdb in workspace.toml.",
    )

    def say(self, language: str = "zh") -> str:
        """Message and remedy in one language."""
        return f"{self.message.say(language, **self.data)} {self.remedy.say(language, **self.data)}"


def require(master: str) -> None:
    """Refuse, in plain words, when Spark cannot be started here. Raises SparkMissing."""
    if importlib.util.find_spec("pyspark") is None:
        raise SparkMissing(master=master, what="pyspark")
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java") is None and not (home and (Path(home) / "bin" / "java").exists()):
        raise SparkMissing(master=master, what="Java")


def session(master: str, *, scratch: Path | None = None, options: Mapping[str, str] | None = None) -> "SparkSession":
    """A Spark session on a master: `local[2]`, `spark://host:7077`, `yarn` ...

    scratch : where Spark may keep its own files on this machine
    options : further Spark settings, such as executor memory
    A master on this machine is spoken to over loopback only. Raises SparkMissing.
    """
    require(master)
    from pyspark.sql import SparkSession

    builder: Any = (
        SparkSession.builder.master(master)
        .appName("lianyi")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.ui.enabled", "false")
        .config("spark.ui.showConsoleProgress", "false")
        .config("spark.sql.catalogImplementation", "in-memory")
        .config("spark.sql.execution.arrow.pyspark.enabled", "true")
        .config("spark.sql.execution.arrow.maxRecordsPerBatch", "100000")
    )
    if is_here(master):
        os.environ.setdefault("SPARK_LOCAL_IP", LOOPBACK)
        builder = (
            builder.config("spark.driver.host", LOOPBACK)
            .config("spark.driver.bindAddress", LOOPBACK)
            # Two hundred pieces, the default, are for clusters; here each costs more to plan than to compute.
            .config("spark.sql.shuffle.partitions", "4")
            .config("spark.default.parallelism", "4")
        )
    if scratch is not None:
        builder = builder.config("spark.local.dir", str(scratch)).config("spark.sql.warehouse.dir", str(scratch / "warehouse"))
    for name, value in (options or {}).items():
        builder = builder.config(name, value)
    made: SparkSession = builder.getOrCreate()
    made.sparkContext.setLogLevel("ERROR")
    return made


def is_here(master: str) -> bool:
    """Whether a master runs on this machine.

    >>> is_here("local[2]"), is_here("spark://127.0.0.1:7077"), is_here("spark://big:7077")
    (True, True, False)
    """
    if master.startswith("local"):
        return True
    host = urlsplit(master).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class SparkEngine:
    """One snapshot read by Spark.

    Every engine has a namespace of its own in the session it is given, so that several snapshots can be read side by side.
    The files must be readable under the same path on every worker.
    Cost: a query takes some tenths of a second at least; worth it from about a hundred million facts.
    """

    name = "spark"

    def __init__(self, snapshot: Snapshot, *, session: "SparkSession") -> None:
        self.snapshot = snapshot
        self._session = session.newSession()
        self._kept: dict[str, DataFrame] = {}
        self._publish()

    def _publish(self) -> None:
        self._read("stored", tuple(f.path for f in self.snapshot.files), views.STORED_TYPES)
        for table in sorted(reference_tables().values(), key=lambda t: t.name != "erased"):
            versioned = self.snapshot.tables.get(table.name)
            paths = self.snapshot.erased if table.name == "erased" else (versioned[1] if versioned else ())
            types = {column: views.SQL_TYPES[kind] for column, kind in table.columns.items()}
            if table.name == "erased" and paths:
                # Held, because its file goes when the erasure is done.
                self._read("listed_erased", paths, types)
                self.keep("erased", f"SELECT {', '.join(types)} FROM listed_erased")
            elif self.snapshot.erased and table.name != "erased":
                self._read(f"all_{table.name}", paths, types)
                self._view(table.name, views.reference(types, set(types), f"all_{table.name}", erased=True))
            else:
                self._read(table.name, paths, types)
        if self.snapshot.has_devices:
            self.keep("device_owner", views.device_owner(views.devices_seen("stored")))
        query = views.events(set(views.STORED_TYPES), stitched=self.snapshot.has_devices, erased=bool(self.snapshot.erased))
        self._view("events", query)
        self._view("actor_day", views.actor_day())
        self._view("session_day", views.session_day("events"))

    def _read(self, name: str, paths: tuple[str, ...], types: dict[str, str]) -> None:
        """Files as a relation; a column that older files lack is null there, because the schema is given."""
        schema = ", ".join(f"`{column}` {SPARK_TYPES[kind]}" for column, kind in types.items())
        frame = self._session.read.schema(schema).parquet(*paths) if paths else self._session.createDataFrame([], schema)
        frame.createOrReplaceTempView(name)

    def _view(self, name: str, sql: str) -> None:
        self._session.sql(transpile(sql, "spark")).createOrReplaceTempView(name)

    def run(self, sql: str, params: Params | None = None) -> pa.Table:
        """Answer one query as an Arrow table."""
        return self._session.sql(transpile(sql, "spark", params)).toArrow()

    def batches(self, sql: str, params: Params | None = None) -> list[pa.RecordBatch]:
        """The same in pieces, all of which are held."""
        batches: list[pa.RecordBatch] = self.run(sql, params).to_batches()
        return batches

    def offer(self, name: str, table: pa.Table) -> None:
        """Make a small Arrow table readable under a name."""
        plain = table.cast(pa.schema([pa.field(f.name, _plain(f.type)) for f in table.schema]))
        self._session.createDataFrame(plain).createOrReplaceTempView(name)

    def keep(self, name: str, sql: str, params: Params | None = None) -> None:
        """Keep an answer under a name."""
        frame = self._session.sql(transpile(sql, "spark", params)).persist()
        frame.count()
        frame.createOrReplaceTempView(name)
        before = self._kept.pop(name, None)
        self._kept[name] = frame
        if before is not None:
            before.unpersist()

    def drop(self, name: str) -> None:
        """Give up what is kept under a name."""
        self._session.catalog.dropTempView(name)
        before = self._kept.pop(name, None)
        if before is not None:
            before.unpersist()

    def close(self) -> None:
        """Give back what is kept; the session itself belongs to whoever made it."""
        for frame in self._kept.values():
            frame.unpersist()
        self._kept.clear()


def _plain(kind: pa.DataType) -> pa.DataType:
    """What Spark takes: no dictionaries, no large or view texts."""
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return pa.string()
    if pa.types.is_null(kind):
        return pa.string()
    return kind
