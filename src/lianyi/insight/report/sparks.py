"""Where the strokes of a sparkline run, in a unit square: x from the first period to the last, y up from the smallest value."""

from dataclasses import dataclass

from lianyi.insight.report.cells import Spark

Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Strokes:
    """Strokes between neighbouring known values: solid between finished periods, dashed to an unfinished one; the last point."""

    solid: tuple[tuple[Place, Place], ...]
    dashed: tuple[tuple[Place, Place], ...]
    end: Place
    open: bool


def strokes(spark: Spark) -> Strokes:
    """The strokes of a sparkline with at least two known values.

    >>> found = strokes(Spark((("2024-01-01", 1.0, True), ("2024-02-01", 3.0, True), ("2024-03-01", 2.0, False)), "month", "count"))
    >>> found.solid, found.dashed, found.open
    ((((0.0, 0.0), (0.5, 1.0)),), (((0.5, 1.0), (1.0, 0.5)),), True)
    """
    known = [value for _, value, _ in spark.points if value is not None]
    low = min(known)
    span = (max(known) - low) or 1.0
    last = max(len(spark.points) - 1, 1)
    places = [None if value is None else (i / last, (value - low) / span) for i, (_, value, _) in enumerate(spark.points)]
    solid: list[tuple[Place, Place]] = []
    dashed: list[tuple[Place, Place]] = []
    for i in range(1, len(places)):
        before, here = places[i - 1], places[i]
        if before is None or here is None:
            continue
        finished = spark.points[i][2] and spark.points[i - 1][2]
        (solid if finished else dashed).append((before, here))
    at, end = next((i, place) for i, place in reversed(list(enumerate(places))) if place is not None)
    return Strokes(tuple(solid), tuple(dashed), end, not spark.points[at][2])
