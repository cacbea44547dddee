"""Measuring: which queries to run, and what their rows say."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from lianyi.insight.measure.answers import Answer, Key, judged, of_formula
from lianyi.insight.measure.catalogue import Metric, catalogue, formula_inputs, metric
from lianyi.insight.measure.compile import over_clusters
from lianyi.insight.measure.dimensions import Dimension, dimension
from lianyi.insight.measure.run import Run
from lianyi.insight.measure.session import session_of
from lianyi.insight.measure.values import NO_DATA, OK, MetricValue
from lianyi.kernel.clock import GRAINS, Window, date_of
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

# A value takes two kilobytes on its way to a page or a file.
MOST_VALUES = 100_000
DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


def horizon(engine: Engine) -> int | None:
    """The last complete business day: the last day with any fact, which counts as complete unless `measure` is told otherwise.

    An import made in the middle of a day leaves its last day unfinished; hand `measure` the day before then. None without facts.
    """
    return engine.snapshot.last_day


def measure(
    engine: Engine,
    metrics: Sequence[str],
    window: Window,
    *,
    by: str | None = None,
    grain: str = "total",
    level: float = 0.95,
    horizon_day: int | None = None,
    zone: ZoneInfo = DEFAULT_ZONE,
    most: int | None = MOST_VALUES,
) -> list[MetricValue]:
    """The values of some metrics over a window, in the order asked, then by period, then by dimension value.

    metrics     : ids of the catalogue
    window      : half-open, in business days
    by          : a dimension to split by; a metric for which it makes no sense is refused, naming those that do
    grain       : day | week | month | quarter | total; a period's value is the value of the window that the period is
    level       : of every interval, in (0, 1)
    horizon_day : last complete business day; by default the last day of the data
    zone        : of the workspace, for the few metrics that compare instants with the horizon or with a plan
    most        : how many values a split may come to; None for any number
    Returns     one value for each metric and period; split, one for each value of the dimension that occurs in the window, in every period.
                Where nothing happened a count or a sum is nought and a share or a mean undefined; a period that the history does not
                reach is no data
    Raises      UnknownName, BadInput; TooManyValues for a split into more than `most`, which the first answer shows
    Cost        metrics that share rows share one pass over the facts; what depends on the window as a whole runs once a period
    """
    asked = [metric(id_) for id_ in dict.fromkeys(metrics)]
    split = split_by(by, asked)
    if grain not in GRAINS:
        raise UnknownName(what="grain", given=grain, allowed=list(GRAINS))
    if not 0 < level < 1:
        raise BadInput(
            reason=Text(zh="置信水平应在 0 与 1 之间，收到的是 %(given)s", en="A level lies between 0 and 1, not %(given)s"), given=level
        )
    run = run_of(engine, window, split, grain=grain, horizon_day=horizon_day, zone=zone)
    run.most = most
    return _values(run, asked, level)


def run_of(
    engine: Engine, window: Window, split: Dimension | None, *, grain: str, horizon_day: int | None = None, zone: ZoneInfo = DEFAULT_ZONE
) -> Run:
    """What measurements over a window share; without a horizon, the last day of the data."""
    session = session_of(engine)
    last = horizon_day if horizon_day is not None else session.last_day
    return Run(
        engine=engine,
        session=session,
        window=window,
        grain=grain,
        dimension=split,
        horizon_day=last if last is not None else window.to_day - 1,
        zone=zone,
    )


def measure_all(
    engine: Engine,
    window: Window,
    *,
    by: str | None = None,
    grain: str = "total",
    level: float = 0.95,
    horizon_day: int | None = None,
    zone: ZoneInfo = DEFAULT_ZONE,
) -> list[MetricValue]:
    """Every metric of the catalogue; split by a dimension, every metric that it can split."""
    ids = [m.id for m in catalogue().values() if by is None or by in m.dims]
    return measure(engine, ids, window, by=by, grain=grain, level=level, horizon_day=horizon_day, zone=zone)


def split_by(by: str | None, asked: Sequence[Metric]) -> Dimension | None:
    """The dimension of that name, if any; UnknownName, or BadInput where one of the metrics cannot be split by it."""
    if by is None:
        return None
    split = dimension(by)
    for one in asked:
        if by not in one.dims:
            raise BadInput(
                reason=Text(
                    zh="指标 %(metric)s 不能按 %(given)s 拆分，可用：%(allowed)s",
                    en="%(metric)s cannot be split by %(given)s; it can by: %(allowed)s",
                ),
                metric=one.id,
                given=by,
                allowed=", ".join(one.dims) or "-",
            )
    return split


def _values(run: Run, asked: Sequence[Metric], level: float) -> list[MetricValue]:
    needed = _with_parts(asked)
    missing = {m.id: run.session.presence.missing(run.engine, m.needs) for m in needed}
    counted = [m for m in needed if m.formula is None and not missing[m.id]]
    rows = run.rows(counted)
    for id_, clusters in run.rows([over_clusters(m) for m in counted if m.clusters is not None]).items():
        # A key with clusters and no events counts nothing.
        rows[id_] = {
            key: replace(row, roles={**clusters[key].roles, **row.roles}) if key in clusters else row for key, row in rows[id_].items()
        }
    keys = {m.id: run.keys(m, rows[m.id]) for m in counted}
    run.bound(sum(map(len, keys.values())))
    answers: dict[str, dict[Key, Answer]] = {}
    unreached = run.unreached()
    for one in needed:
        if missing[one.id]:
            continue
        if one.formula is None:
            answers[one.id] = judged(one, rows[one.id], keys[one.id], level, unreached)
        else:
            answers[one.id] = of_formula(
                one, {i: answers[i] for i in formula_inputs(one.formula)}, [metric(i) for i in formula_inputs(one.formula)]
            )
    starts = [None if start is None else date_of(start) for start in run.starts]
    values: list[MetricValue] = []
    for one in asked:
        if missing[one.id]:
            says = tuple(i.says for i in missing[one.id])
            values += [MetricValue(one.id, NO_DATA, None, one.unit, at=at, missing=says, version=one.version) for at in starts]
            continue
        found = answers[one.id]
        values += [_value(one, key, found[key], run.dimension, run.sql_of(one, key[0])) for key in sorted(found, key=_order)]
    return values


def _order(key: Key) -> tuple[int, bool, str]:
    period, member = key
    return (period if period is not None else 0, member is None, member or "")


def _value(one: Metric, key: Key, answer: Answer, split: Dimension | None, sql: str) -> MetricValue:
    at: dt.date | None = date_of(key[0]) if key[0] is not None else None
    shown = answer.shown(one.unit)
    return MetricValue(
        metric=one.id,
        status=answer.status,
        value=shown,
        unit=one.unit,
        interval=answer.interval if answer.status == OK else None,
        n=answer.n,
        eligible=answer.eligible,
        excluded=answer.excluded,
        by={split.id: key[1]} if split is not None else None,
        at=at,
        missing=answer.missing,
        version=one.version,
        sql=sql,
    )


def _with_parts(asked: Sequence[Metric]) -> list[Metric]:
    """The metrics asked for and those their formulas name, parts before wholes."""
    ordered: dict[str, Metric] = {}

    def add(one: Metric) -> None:
        for part in formula_inputs(one.formula) if one.formula is not None else ():
            add(metric(part))
        ordered.setdefault(one.id, one)

    for one in asked:
        add(one)
    return list(ordered.values())
