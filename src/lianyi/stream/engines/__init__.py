"""Engines that answer SQL on a snapshot; the same suite proves each."""

from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.engines.memory import duckdb_mib, machine_mib, usual_mib
from lianyi.stream.snapshot import Snapshot
from lianyi.stream.workspace import Workspace


def open_engine(workspace: Workspace, snapshot: Snapshot, *, threads: int | None = None) -> Engine:
    """The engine the workspace asks for, on one snapshot.

    The process stays within what the workspace allows (`memory_mib`), by default half of what there is and at most 4 GiB: DuckDB counts
    three fifths of it and spills the rest into the workspace's folder for work in progress. Below 1,000 MiB what every process takes
    (some 350 MiB) may come on top.
    threads : how many DuckDB uses; by default one a core
    Raises SparkMissing when the workspace asks for Spark and it is not installed.
    """
    if workspace.engine == "duckdb":
        memory_mib = workspace.memory_mib or usual_mib(machine_mib())
        return DuckDBEngine(snapshot, scratch=workspace.scratch_path, memory=f"{duckdb_mib(memory_mib)}MiB", threads=threads)
    from lianyi.stream.engines.spark import SparkEngine, session

    return SparkEngine(snapshot, session=session(workspace.engine, scratch=workspace.scratch_path))
