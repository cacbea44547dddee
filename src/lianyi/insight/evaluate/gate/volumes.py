"""How many facts of each name there were on each day and platform: counted once for every check that asks."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from lianyi.insight.measure.session import session_of, written_out
from lianyi.kernel.clock import Window
from lianyi.stream.engines.base import Engine

Reals = npt.NDArray[np.float64]
Volumes = Mapping[tuple[str, str | None], Reals]
COUNTS = """
SELECT e.name AS name, e.platform AS platform, e.d AS d, count(*) AS n FROM events AS e
WHERE e.d >= $from_d AND e.d < $to_d GROUP BY e.name, e.platform, e.d
"""


def volumes(engine: Engine, window: Window) -> Volumes:
    """(name, platform) -> (days,) facts a day; platform None where it is not stated. Cost: one pass over three columns."""
    rows = engine.run(session_of(engine).lean(COUNTS), _params(window)).to_pylist()
    found: dict[tuple[str, str | None], Reals] = {}
    for row in rows:
        found.setdefault((row["name"], row["platform"]), np.zeros(window.days))[row["d"] - window.from_day] = row["n"]
    return found


def volumes_sql(window: Window) -> str:
    """The query behind `volumes`, complete."""
    return written_out(COUNTS, _params(window))


def of_name(counted: Volumes, name: str) -> Reals | None:
    """Facts of a name a day, over all platforms; None where there are none."""
    mine = [series for (n, _), series in counted.items() if n == name]
    return np.sum(mine, axis=0) if mine else None


def _params(window: Window) -> dict[str, int]:
    return {"from_d": window.from_day, "to_d": window.to_day}
