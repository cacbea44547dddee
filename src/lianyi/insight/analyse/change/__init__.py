"""Why a figure changed: an exact decomposition by factor and by dimension, and what stands out beyond chance."""

from lianyi.insight.analyse.change.change import explain_change
from lianyi.insight.analyse.change.query import factors_query
from lianyi.insight.analyse.change.result import Change, Deduction, Mix, Node, Part

__all__ = ["Change", "Deduction", "Mix", "Node", "Part", "explain_change", "factors_query"]
