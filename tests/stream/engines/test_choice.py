"""Which engine a workspace gets, and what it is told when that engine cannot be had."""

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from lianyi.stream import workspace
from lianyi.stream.engines import open_engine, spark
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.snapshot import Snapshot

EMPTY = Snapshot(version=0, files=())


def test_a_workspace_gets_duckdb_unless_it_asks_for_another(tmp_path: Path) -> None:
    assert isinstance(open_engine(workspace.create(tmp_path / "w"), EMPTY), DuckDBEngine)


def test_without_pyspark_the_answer_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)

    with pytest.raises(spark.SparkMissing) as refusal:
        open_engine(replace(workspace.create(tmp_path / "w"), engine="local[2]"), EMPTY)

    assert refusal.value.say("en") == (
        "The workspace's engine is local[2], but pyspark is not installed. "
        "Install it (pip install 'lianyi[spark]', and Java 17), or set engine to duckdb in workspace.toml."
    )
    assert "没有安装 pyspark" in refusal.value.say("zh")


def test_without_java_the_answer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: object())
    monkeypatch.setattr(spark.shutil, "which", lambda _: None)
    monkeypatch.delenv("JAVA_HOME", raising=False)

    with pytest.raises(spark.SparkMissing, match="Java is not installed"):
        spark.require("local[2]")
