"""Metrics: definitions as data, measured on one snapshot of the history."""

from lianyi.insight.measure.catalogue import Metric, catalogue, metric
from lianyi.insight.measure.compute import horizon, measure, measure_all
from lianyi.insight.measure.dimensions import Dimension, dimension, dimensions
from lianyi.insight.measure.explain import Explanation, explain
from lianyi.insight.measure.output import to_csv, to_json
from lianyi.insight.measure.values import NO_DATA, OK, UNDEFINED, MetricValue

__all__ = [
    "NO_DATA",
    "OK",
    "UNDEFINED",
    "Dimension",
    "Explanation",
    "Metric",
    "MetricValue",
    "catalogue",
    "dimension",
    "dimensions",
    "explain",
    "horizon",
    "measure",
    "measure_all",
    "metric",
    "to_csv",
    "to_json",
]
