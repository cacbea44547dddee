"""The ordered funnel: of those who began, how many went how far, in order and in time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.answer import answer
from lianyi.insight.analyse.breakdown import breakdown
from lianyi.insight.analyse.chance import share_interval
from lianyi.insight.analyse.estimate import Estimate, share_of
from lianyi.insight.analyse.funnel import sql as funnel_sql
from lianyi.insight.analyse.funnel.kernel import MAX_STEPS, NEVER, NO_LIMIT, Steps, reach
from lianyi.insight.analyse.funnel.source import Rows, projected, scanned
from lianyi.kernel.clock import US_PER_DAY, Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.numbers import Share, sentence
from lianyi.kernel.text import Text
from lianyi.stream.contracts.events import contracts
from lianyi.stream.engines.base import Engine

Interval = tuple[float, float]
METHOD_VERSION = 1


@dataclass(frozen=True, slots=True)
class FunnelStep:
    """One step: how many reached it in order and in time.

    actors            : actors, or sessions
    share_of_first    : actors / those of the first step, in [0, 1]; None when nobody began
    share_of_previous : actors / those of the step before; None for the first step, and when nobody reached the one before
    *_interval        : 95% Wilson interval of the share
    """

    name: str
    actors: int
    share_of_first: float | None
    share_of_previous: float | None
    first_interval: Interval | None
    previous_interval: Interval | None


@dataclass(frozen=True, slots=True)
class FunnelPart:
    """The funnel of those whose chain began at one value of a dimension; value None where it is not known."""

    value: str | None
    steps: tuple[FunnelStep, ...]


@dataclass(frozen=True, slots=True)
class Funnel:
    """An ordered funnel over a window.

    per        : actor | session
    within_us  : time allowed from first step to last; None for the whole window
    unfinished : counted, not yet at the last step, and still within the time allowed when the window (or the data) ends
    by         : dimension of `parts`, largest first step first; parts sum to the whole
    """

    window: Window
    per: str
    within_us: int | None
    steps: tuple[FunnelStep, ...]
    unfinished: int
    by: str | None = None
    parts: tuple[FunnelPart, ...] = ()
    snapshot: int | None = None

    @property
    def n(self) -> int:
        """Actors (or sessions) who did the first step."""
        return self.steps[0].actors

    @property
    def conversion(self) -> Estimate:
        """The share of those who began that reached the last step."""
        return share_of(self.steps[-1].actors, self.n, Text(zh="没有人做过第一步", en="nobody did the first step"))

    def to_table(self) -> pa.Table:
        """One row a step (and dimension value): by, step, name, actors, shares and the ends of their intervals."""
        groups: list[tuple[str | None, tuple[FunnelStep, ...]]] = [(p.value, p.steps) for p in self.parts] or [(None, self.steps)]
        rows = [
            {
                "by": value,
                "step": i + 1,
                "name": s.name,
                "actors": s.actors,
                "share_of_first": s.share_of_first,
                "share_of_previous": s.share_of_previous,
                "first_low": s.first_interval[0] if s.first_interval else None,
                "first_high": s.first_interval[1] if s.first_interval else None,
            }
            for value, steps in groups
            for i, s in enumerate(steps)
        ]
        return pa.Table.from_pylist(rows, schema=TABLE)

    def to_json(self) -> dict[str, Any]:
        """`{"steps": [{name, actors, share_of_first, share_of_previous, intervals}], "by": null or [{"by": {dim: value}, "steps"}], ...}`."""
        return answer(
            "funnel",
            version=METHOD_VERSION,
            n=self.n,
            headline=("conversion", self.conversion),
            explain=self.explain(),
            window=self.window,
            snapshot=self.snapshot,
            own={
                "steps": [_step_json(s) for s in self.steps],
                "by": [{"by": {self.by: p.value}, "steps": [_step_json(s) for s in p.steps]} for p in self.parts] if self.by else None,
                "per": self.per,
                "within_seconds": None if self.within_us is None else self.within_us / 1_000_000,
                "unfinished": self.unfinished,
            },
        )

    def explain(self) -> Text:
        """What was counted, in a sentence or two, and where most were lost."""
        if self.n == 0:
            return sentence(
                "区间内没有人做过第一步“%(step)s”，无法计算漏斗。",
                "Nobody did the first step, %(step)s, in the window; there is no funnel to show.",
                step=self.steps[0].name,
            )
        zh = "%(n)s %(who)s开始，%(done)s %(who)s走完 %(k)s 步（%(share)s）"
        en = "%(n)s %(who)s began and %(done)s finished all %(k)s steps (%(share)s)"
        if self.within_us is not None:
            zh, en = zh + "，限首步后 %(days)s 天内", en + ", within %(days)s days of the first"
        worst = max(range(1, len(self.steps)), key=lambda i: self.steps[i - 1].actors - self.steps[i].actors)
        zh += "。流失最多在“%(worst)s”之前：%(lost)s。步骤须按顺序发生，中间可有其他行为；同一时刻视为按所问顺序。"
        en += ". Most are lost before %(worst)s: %(lost)s. Steps must come in this order, other events may lie between; "
        en += "events of one instant count in the order asked."
        if self.unfinished:
            zh += "其中 %(open)s 尚在时限内，仍可能走完。"
            en += " %(open)s of them still had time left when the data ends."
        return sentence(
            zh,
            en,
            n=f"{self.n:,}",
            who=Text(zh="人", en="people") if self.per == "actor" else Text(zh="次会话", en="sessions"),
            done=f"{self.steps[-1].actors:,}",
            k=len(self.steps),
            share=Share(self.steps[-1].actors / self.n),
            days=f"{(self.within_us or 0) / US_PER_DAY:g}",
            worst=self.steps[worst].name,
            lost=f"{self.steps[worst - 1].actors - self.steps[worst].actors:,}",
            open=f"{self.unfinished:,}",
        )


TABLE = pa.schema(
    [
        ("by", pa.string()),
        ("step", pa.int64()),
        ("name", pa.string()),
        ("actors", pa.int64()),
        ("share_of_first", pa.float64()),
        ("share_of_previous", pa.float64()),
        ("first_low", pa.float64()),
        ("first_high", pa.float64()),
    ]
)


def funnel(
    engine: Engine,
    steps: Sequence[str],
    window: Window,
    *,
    within_days: float | None = None,
    per: str = "actor",
    by: str | None = None,
    path: str = "auto",
) -> Funnel:
    """How many did the first step, then the second, and so on, each after the one before.

    steps       : 2 to 20 event names, of a contract or your own; the same name may come twice
    window      : every step must lie in it
    within_days : time allowed from the first step to the last; None allows the whole window
    per         : actor | session (the given session id, else half an hour of silence)
    by          : a dimension; each actor counts at the value of the first step of the chain that got furthest (the earliest such)
    path        : auto | kernel | sql; auto takes the kernel on DuckDB and SQL elsewhere, with the same answer
    Order       Events in between do not matter. Two steps at the same instant count in the order asked, so that data with whole
                seconds or whole days are not at the mercy of how ties were stored; a step whose name was asked before must come later.
    Exact       An actor counts for a step if any chain of the steps up to it exists, from any of their first steps.
    Raises      BadInput for a wrong number of steps or span, UnknownName for an event that neither a contract nor the data know.
    Cost        One scan of the step events, about 60 bytes held for each of five million at most; more are taken in parts. Where the
                projection by member is fresh, actors are read in order instead and memory stays that of one part of it.
    """
    if not 2 <= len(steps) <= MAX_STEPS:
        raise BadInput(reason=Text(zh="漏斗需要 2 到 20 步，收到 %(n)s 步", en="A funnel has 2 to 20 steps, not %(n)s"), n=len(steps))
    if per not in ("actor", "session"):
        raise UnknownName(what="unit of a funnel", given=per, allowed=["actor", "session"])
    if within_days is not None and not within_days > 0:
        raise BadInput(
            reason=Text(zh="时限须大于 0 天，收到 %(days)s", en="The time allowed is more than 0 days, not %(days)s"), days=within_days
        )
    _known(engine, steps)
    within_us = None if within_days is None else round(within_days * US_PER_DAY)
    limit_us = NO_LIMIT if within_us is None else within_us
    open_from_t = _open_from(engine, window, within_us)
    shape = Steps.of(tuple(steps))
    dim = breakdown(by, engine) if by is not None else None
    params: dict[str, object] = {f"name_{i}": name for i, name in enumerate(shape.names)}
    params |= {"from_d": window.from_day, "to_d": window.to_day, "within_us": limit_us, "open_from_t": open_from_t}
    rows = funnel_sql.step_rows(
        shape,
        per=per,
        value=dim.expression if dim else "CAST(NULL AS VARCHAR)",
        join=dim.join if dim else "",
        cut_sessions=per == "session" and _sessions_missing(engine, params),
    )
    if path == "sql" or (path == "auto" and engine.name != "duckdb"):
        counted = engine.run(funnel_sql.levels(shape, rows), params).to_pylist()
    else:
        parts = projected(engine, shape, window, dim) if per == "actor" else None
        counted = _by_kernel(scanned(engine, rows, params) if parts is None else parts, shape, limit_us, open_from_t)
    return _result(counted, tuple(steps), window, per, within_us, by, engine.snapshot.version)


def _known(engine: Engine, steps: Sequence[str]) -> None:
    strange = [s for s in steps if s not in contracts()]
    if strange:
        present = [str(n) for n in engine.run("SELECT DISTINCT name FROM events ORDER BY name").column("name").to_pylist()]
        for name in strange:
            if name not in present:
                raise UnknownName(what="event", given=name, allowed=present or sorted(contracts()))


def _sessions_missing(engine: Engine, params: Mapping[str, object]) -> bool:
    question = f"SELECT count(*) AS n FROM events AS e WHERE {funnel_sql.IN_WINDOW} AND e.session_id IS NULL AND e.actor IS NOT NULL"
    return int(engine.run(question, params)["n"][0].as_py()) > 0


def _open_from(engine: Engine, window: Window, within_us: int | None) -> int:
    """The first instant from which a start still had time left when the window, or the data, ended."""
    last = engine.snapshot.last_day
    if within_us is None or last is None:
        return NO_LIMIT
    end = min(window.to_day, last + 1)
    first_day = end - -(-within_us // US_PER_DAY)
    found = engine.run(
        "SELECT min(t) AS first_t FROM events WHERE d >= $open_d AND d < $to_d", {"open_d": first_day, "to_d": window.to_day}
    )
    first_t = found.column("first_t")[0].as_py()
    return NO_LIMIT if first_t is None else int(first_t)


def _by_kernel(parts: Iterable[Rows], shape: Steps, within_us: int, open_from_t: int) -> list[dict[str, Any]]:
    k = len(shape.bit)
    actors: dict[tuple[str | None, int], int] = {}
    unfinished: dict[tuple[str | None, int], int] = {}
    for part in parts:
        done = reach(part.who, part.t, part.name, part.value, shape, within_us)
        still = (done.level < k) & (done.last >= open_from_t) & (done.last != NEVER)
        key = (done.value + 1) * (k + 1) + done.level
        counted, going = np.bincount(key), np.bincount(key, weights=still)
        for cell in np.flatnonzero(counted).tolist():
            place, level = divmod(cell, k + 1)
            if level:
                at = (part.words[place - 1] if place else None, level)
                actors[at] = actors.get(at, 0) + int(counted[cell])
                unfinished[at] = unfinished.get(at, 0) + int(going[cell])
    return [{"value": v, "level": level, "actors": n, "unfinished": unfinished[v, level]} for (v, level), n in actors.items()]


def _result(
    counted: list[dict[str, Any]], names: tuple[str, ...], window: Window, per: str, within_us: int | None, by: str | None, snapshot: int
) -> Funnel:
    whole = [0] * len(names)
    unfinished = 0
    parts: dict[str | None, list[int]] = {}
    for row in counted:
        part = parts.setdefault(row["value"], [0] * len(names))
        for i in range(row["level"]):
            part[i] += row["actors"]
            whole[i] += row["actors"]
        unfinished += row["unfinished"]
    ordered = sorted(parts.items(), key=lambda p: (-p[1][0], p[0] is None, p[0] or ""))
    return Funnel(
        window=window,
        per=per,
        within_us=within_us,
        steps=_steps(names, whole),
        unfinished=unfinished,
        by=by,
        parts=tuple(FunnelPart(value, _steps(names, actors)) for value, actors in ordered) if by else (),
        snapshot=snapshot,
    )


def _steps(names: tuple[str, ...], actors: list[int]) -> tuple[FunnelStep, ...]:
    before = [0, *actors[:-1]]
    return tuple(
        FunnelStep(
            name=name,
            actors=n,
            share_of_first=n / actors[0] if actors[0] else None,
            share_of_previous=n / b if b else None,
            first_interval=share_interval(n, actors[0]),
            previous_interval=share_interval(n, b) if i else None,
        )
        for i, (name, n, b) in enumerate(zip(names, actors, before, strict=True))
    )


def _step_json(step: FunnelStep) -> dict[str, Any]:
    return {
        "name": step.name,
        "actors": step.actors,
        "share_of_first": step.share_of_first,
        "share_of_previous": step.share_of_previous,
        "share_of_first_interval": step.first_interval,
        "share_of_previous_interval": step.previous_interval,
    }
