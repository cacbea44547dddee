"""What every analysis is asked on every engine, and how two answers differ."""

import json
import math
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from lianyi.insight.analyse.activity import activity
from lianyi.insight.analyse.anomalies.daily import daily_anomalies
from lianyi.insight.analyse.attribution.attribution import attribution
from lianyi.insight.analyse.care.service import service
from lianyi.insight.analyse.change import explain_change
from lianyi.insight.analyse.community.health import health
from lianyi.insight.analyse.content.performance import performance
from lianyi.insight.analyse.content.wording import content_duplicates, content_originality
from lianyi.insight.analyse.economics.economics import economics
from lianyi.insight.analyse.fission.fission import fission
from lianyi.insight.analyse.funnel import funnel
from lianyi.insight.analyse.group_buy.teams import group_buy
from lianyi.insight.analyse.paths.paths import paths
from lianyi.insight.analyse.paths.visits import visits
from lianyi.insight.analyse.retention import retention
from lianyi.insight.analyse.search.keywords import keywords
from lianyi.insight.analyse.segments.rfm import member_tiers, rfm
from lianyi.insight.analyse.survey.survey import survey
from lianyi.insight.analyse.text.opinion import sentiment
from lianyi.insight.analyse.word_of_mouth.word_of_mouth import word_of_mouth
from lianyi.kernel.clock import Window
from lianyi.stream import workspace
from lianyi.stream.engines.base import Engine
from lianyi.stream.engines.duckdb import DuckDBEngine
from lianyi.stream.log.table import EventLog
from tests.insight.analyse.analyse_cases import ZONE
from tests.stream.world import FIRST_DAY

MADE = Window(FIRST_DAY + 40, FIRST_DAY + 100)
STEPS = ["product_viewed", "cart_added", "order_paid", "product_viewed"]
# Every analysis of the command line, as it is asked of an engine. Those of files alone are no business of an engine.
EACH: dict[str, Callable[[Engine], Any]] = {
    "activity": lambda e: activity(e, MADE, active="any"),
    "anomalies": lambda e: daily_anomalies(e, MADE, metrics=["gmv", "orders"]),
    "attribution": lambda e: attribution(e, MADE),
    "change": lambda e: explain_change(e, MADE, MADE.previous()),
    "community": lambda e: health(e, MADE),
    "content": lambda e: performance(e, MADE, zone=ZONE, by="topic", metric="engagement_rate", within_days=None),
    "duplicates": lambda e: content_duplicates(e, MADE),
    "economics": lambda e: economics(e, MADE),
    "fission": lambda e: fission(e, MADE, reward_fen=200),
    "funnel": lambda e: funnel(e, STEPS, MADE, within_days=5, by="channel"),
    "group-buy": lambda e: group_buy(e, MADE, zone=ZONE),
    "keywords": lambda e: keywords(e, MADE),
    "originality": lambda e: content_originality(e, MADE),
    "paths": lambda e: paths(e, MADE, every_event=True),
    "retention": lambda e: retention(e, MADE, cohort="week", unbounded=True),
    "rfm": lambda e: rfm(e, MADE),
    "sentiment": lambda e: sentiment(e, MADE),
    "service": lambda e: service(e, MADE, zone=ZONE, answers="human"),
    "sessions": lambda e: visits(e, MADE),
    "survey": lambda e: survey(e, MADE, rake_by=["tier"]),
    "tiers": lambda e: member_tiers(e, MADE, [100, 900]),
    "word-of-mouth": lambda e: word_of_mouth(e, MADE),
}


def differences(expected: Any, found: Any, path: str = "") -> list[str]:
    """Where two answers differ: numbers by more than twelve digits, anything else at all."""
    if isinstance(expected, dict) and isinstance(found, dict):
        told = [f"{path}.{key}: only on one engine" for key in set(expected) ^ set(found)]
        return told + [d for key in expected if key in found for d in differences(expected[key], found[key], f"{path}.{key}")]
    if isinstance(expected, list | tuple) and isinstance(found, list | tuple):
        if len(expected) != len(found):
            return [f"{path}: {len(expected)} against {len(found)}"]
        return [d for i, pair in enumerate(zip(expected, found, strict=True)) for d in differences(*pair, f"{path}[{i}]")]
    if isinstance(expected, float) and isinstance(found, int | float):
        return [] if math.isclose(expected, found, rel_tol=1e-11, abs_tol=1e-11) else [f"{path}: {expected} against {found}"]
    return [] if expected == found and isinstance(found, type(expected)) else [f"{path}: {expected!r} against {found!r}"]


if __name__ == "__main__":
    engine = DuckDBEngine(EventLog(workspace.load(Path(sys.argv[1]))).snapshot())
    json.dump({"duckdb": version("duckdb"), "answers": {name: ask(engine).to_json() for name, ask in EACH.items()}}, sys.stdout)
