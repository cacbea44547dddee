"""Small simulated histories that several tests read."""

from pathlib import Path

from lianyi.lab.simulate import simulate
from lianyi.lab.worlds import World, read_world
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

MEMBERS, DAYS = 250, 40


def told(path: Path, world: World | str = "null", *, seed: int = 1, members: int = MEMBERS, days: int = DAYS, without=()) -> Workspace:
    made = workspace.create(path)
    simulate(read_world(world) if isinstance(world, str) else world, made, seed=seed, members=members, days=days, without=without)
    return made


def engine_on(made: Workspace) -> DuckDBEngine:
    return DuckDBEngine(EventLog(made).snapshot())


def asked(made: Workspace, sql: str) -> list[tuple]:
    engine = engine_on(made)
    try:
        return [tuple(row.values()) for row in engine.run(sql, {}).to_pylist()]
    finally:
        engine.close()
