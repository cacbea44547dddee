"""How many pass each step of an ordered funnel, exactly, within a time allowed."""

from lianyi.insight.analyse.funnel.funnel import Funnel, FunnelPart, FunnelStep, funnel

__all__ = ["Funnel", "FunnelPart", "FunnelStep", "funnel"]
