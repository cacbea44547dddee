"""Engines that answer SQL on a snapshot; the same suite proves each."""

from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot
from lianyi.stream.workspace import Workspace


def open_engine(workspace: Workspace, snapshot: Snapshot) -> Engine:
    """The engine the workspace asks for, on one snapshot.

    Raises SparkMissing when the workspace asks for Spark and it is not installed.
    """
    if workspace.engine == "duckdb":
        return DuckDBEngine(snapshot, scratch=workspace.scratch_path)
    from lianyi.stream.engines.spark import SparkEngine, session

    return SparkEngine(snapshot, session=session(workspace.engine, scratch=workspace.scratch_path))
