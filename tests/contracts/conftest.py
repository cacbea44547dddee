"""Engines to run the same suite on: DuckDB always; Spark, local and on a cluster of its own, where the marker asks for it."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot

LOOPBACK = "127.0.0.1"
ENGINES = [
    "duckdb",
    pytest.param("spark-local", marks=pytest.mark.spark),
    pytest.param("spark-standalone", marks=pytest.mark.spark),
]
# The suite asks many questions of little data: compiling each and cutting it into pieces would take most of the time.
SMALL = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
}
Opened = Callable[[Snapshot], Engine]


@pytest.fixture(scope="session", params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """A function that opens an engine of this kind on a snapshot; one Spark session serves the whole suite."""
    if request.param == "duckdb":
        yield DuckDBEngine
        return
    pytest.importorskip("pyspark", reason="pyspark is not installed in this environment (make spark)")
    # PySpark leaves sockets and processes for the interpreter to close.
    warnings.simplefilter("ignore")
    from lianyi.stream.engines import spark

    scratch = tmp_path_factory.mktemp("spark")
    with contextlib.ExitStack() as stack:
        master = "local[2]" if request.param == "spark-local" else stack.enter_context(standalone(scratch))
        session = spark.session(master, scratch=scratch, options=SMALL)
        stack.callback(session.stop)
        assert session.sparkContext.master == master
        yield lambda snapshot: spark.SparkEngine(snapshot, session=session)


@contextlib.contextmanager
def standalone(folder: Path) -> Iterator[str]:
    """A Spark master and two workers of one core each, on loopback; answers the master's address."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = os.environ | {
        "SPARK_HOME": str(home),
        "SPARK_LOCAL_IP": LOOPBACK,
        "SPARK_NO_DAEMONIZE": "1",
        "PYSPARK_PYTHON": sys.executable,
    }
    port = free_port()
    master = f"spark://{LOOPBACK}:{port}"
    started: list[subprocess.Popen[bytes]] = []

    def start(name: str, kind: str, *arguments: str) -> Path:
        log = folder / f"{name}.log"
        command = [str(home / "bin" / "spark-class"), f"org.apache.spark.deploy.{kind}", "--host", LOOPBACK, *arguments]
        with log.open("wb") as out:
            started.append(subprocess.Popen(command, env=environment, stdout=out, stderr=subprocess.STDOUT, cwd=folder))
        return log

    try:
        start("master", "master.Master", "--port", str(port), "--webui-port", str(free_port()))
        wait_for_port(port)
        logs = [
            start(f"worker-{n}", "worker.Worker", "-c", "1", "-m", "1g", "-d", str(folder), "--webui-port", str(free_port()), master)
            for n in (1, 2)
        ]
        wait_for_words(logs, "Successfully registered with master")
        yield master
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_port(port: int, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((LOOPBACK, port), timeout=1).close()
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def wait_for_words(logs: list[Path], words: str, *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not all(words in log.read_text(errors="replace") for log in logs):
        assert time.monotonic() < until, [log.read_text(errors="replace")[-2000:] for log in logs]
        time.sleep(0.2)
