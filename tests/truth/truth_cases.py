"""Many small worlds and what estimators say of them."""

import datetime as dt
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import comb
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lianyi.insight.analyse.special import beta_quantile
from lianyi.insight.evaluate.evaluate import evaluate
from lianyi.insight.evaluate.result import Evaluation
from lianyi.kernel.clock import Window, parse_day
from lianyi.lab.simulate import simulate
from lianyi.lab.worlds import World, read_world
from lianyi.stream import workspace
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

RARE = 1 / 300
# `make truth TRUTH=all`: as many worlds as the guide tells of. Otherwise enough to notice when something breaks.
ALL = os.environ.get("LIANYI_TRUTH") == "all"
at_length = pytest.mark.skipif(not ALL, reason="only with many worlds: make truth TRUTH=all")


def worlds(few: int, many: int) -> range:
    """The seeds of the worlds to try."""
    return range(many if ALL else few)


@dataclass(frozen=True, slots=True)
class Said:
    """One estimate as it was told: where in the answer, the value, its interval, how many it rests on."""

    path: str
    value: float
    interval: tuple[float, float] | None
    n: int


def told(
    path: Path, world: World | str, *, seed: int, members: int, days: int, without: tuple[str, ...] = (), twins: bool = False
) -> Workspace:
    made = workspace.create(path)
    lived = read_world(world) if isinstance(world, str) else world
    simulate(lived, made, seed=seed, members=members, days=days, without=without, twins=twins)
    return made


def truth_of(made: Workspace, cause: str = "", **wanted: str) -> float:
    """One true value of a world without segments, by its cause, estimand and outcome."""
    known = json.loads((made.path / "truth" / "truth.json").read_text(encoding="utf-8"))["estimands"]
    (value,) = [
        one["value"]
        for one in known
        if one["cause"] == cause and not one["segment"] and all(one[key] == what for key, what in wanted.items())
    ]
    return float(value)


@contextmanager
def engine_on(made: Workspace) -> Iterator[DuckDBEngine]:
    engine = DuckDBEngine(EventLog(made).snapshot())
    try:
        yield engine
    finally:
        engine.close()


def window(world: World | str, from_day: int, to_day: int) -> Window:
    """Days counted from a world's first."""
    first = parse_day((read_world(world) if isinstance(world, str) else world).start)
    return Window(first + from_day, first + to_day)


def estimates(answer: object, path: tuple[str, ...] = ()) -> Iterator[Said]:
    """Every estimate in an answer, wherever it stands; entries of lists go by what they are named for."""
    if isinstance(answer, dict):
        if {"value", "interval", "n", "grade"} <= set(answer):
            if answer["value"] is not None:
                interval = None if answer["interval"] is None else (answer["interval"][0], answer["interval"][1])
                yield Said("/".join(path), float(answer["value"]), interval, int(answer["n"] or 0))
            return
        for key, inner in answer.items():
            yield from estimates(inner, (*path, str(key)))
    elif isinstance(answer, list):
        for place, inner in enumerate(answer):
            yield from estimates(inner, (*path, _name(inner, place)))


def _name(entry: Any, place: int) -> str:
    if isinstance(entry, dict):
        for key in ("name", "channel", "model", "value", "generation", "question", "step", "metric"):
            if isinstance(entry.get(key), str | int):
                return str(entry[key])
    return str(place)


def least_of(n: int, share: float = 0.95) -> int:
    """The number of hits, of n, that chance undercuts once in three hundred times if each hits with that share.

    >>> least_of(100), least_of(12)
    (88, 9)
    """
    short, k = 0.0, 0
    while (short := short + comb(n, k) * share**k * (1 - share) ** (n - k)) < RARE:
        k += 1
    return k


def cover(said: list[Said], truth: float) -> float:
    """Share of intervals that hold the truth."""
    return float(np.mean([one.interval is not None and one.interval[0] <= truth <= one.interval[1] for one in said]))


def over_worlds(
    path: Path, world: World | str, seeds: range, members: int, days: int, asked: Callable[[DuckDBEngine, Workspace], Any], **lived: Any
) -> list[Any]:
    """What is asked of one world after another; each is gone before the next begins."""
    found = []
    for seed in seeds:
        made = told(path / f"w{seed}", world, seed=seed, members=members, days=days, **lived)
        with engine_on(made) as engine:
            found.append(asked(engine, made))
        shutil.rmtree(made.path)
    return found


def evaluated(made: Workspace, span: Window) -> Evaluation:
    """A workspace evaluated as `lianyi evaluate` does it."""
    with engine_on(made) as engine:
        return evaluate(
            engine,
            span,
            brand=made.brand,
            time_zone=made.zone_name,
            currency=made.currency,
            made_at=dt.datetime(2026, 11, 1, tzinfo=made.zone),
            version="truth",
        )


def binomial_interval(hits: int, n: int) -> tuple[float, float]:
    """The 95% interval of a share by Clopper and Pearson."""
    return (
        0.0 if hits == 0 else float(beta_quantile(0.025, hits, n - hits + 1)),
        1.0 if hits == n else float(beta_quantile(0.975, hits + 1, n - hits)),
    )


def interval_of_mean(values: list[float] | np.ndarray) -> tuple[float, float]:
    """95% by Student's t: what several worlds say together."""
    each = np.asarray(values, dtype=np.float64)
    half = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 8: 2.36, 10: 2.26}.get(len(each), 2.1) * each.std(ddof=1) / np.sqrt(len(each))
    return float(each.mean() - half), float(each.mean() + half)
