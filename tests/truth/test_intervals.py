"""Many worlds in which nothing happens: every interval that is printed covers, or is listed with the reason why it does not."""

import tomllib
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from lianyi.insight.analyse.activity import activity
from lianyi.insight.analyse.anomalies.daily import daily_anomalies
from lianyi.insight.analyse.attribution.attribution import attribution
from lianyi.insight.analyse.care.service import service
from lianyi.insight.analyse.community.health import health
from lianyi.insight.analyse.content.performance import performance
from lianyi.insight.analyse.economics.economics import economics
from lianyi.insight.analyse.fission.fission import fission
from lianyi.insight.analyse.funnel.funnel import funnel
from lianyi.insight.analyse.paths.paths import paths
from lianyi.insight.analyse.segments.rfm import rfm
from lianyi.insight.analyse.survey.survey import survey
from lianyi.insight.measure import catalogue, measure
from tests.truth.truth_cases import Said, at_length, cover, estimates, least_of, over_worlds, window, worlds

pytestmark = pytest.mark.truth
WORLDS, MEMBERS, DAYS = worlds(32, 100), 400, 60
LIMITS = tomllib.loads((Path(__file__).parent / "limits.toml").read_text(encoding="utf-8"))
# Enough of the worlds must have something to say, and enough to say it from.
MIN_SHARE, MIN_N = 0.8, 10
# The middle of the estimates is what a quantile is about; of the rest the mean.
QUANTILES = ("median", "p75", "p90")


def asked(engine, made):
    """Every interval one world gives, by where it stands."""
    span = window("null", 20, DAYS)
    wanted = [name for name, metric in catalogue().items() if metric.interval != "none"]
    said = [
        Said(f"measure/{v.metric}", float(v.value), v.interval, v.n or 0)
        for v in measure(engine, wanted, span, zone=made.zone)
        if v.value is not None
    ]
    answers = {
        "activity": activity(engine, span),
        "anomalies": daily_anomalies(engine, span),
        "attribution": attribution(engine, span),
        "community": health(engine, span),
        "content": performance(engine, span, metric="content_ctr", by="format", zone=made.zone),
        "economics": economics(engine, span),
        "fission": fission(engine, span),
        "funnel": funnel(engine, ["product_viewed", "cart_added", "order_paid"], span, within_days=7),
        "paths": paths(engine, span),
        "rfm": rfm(engine, span),
        "service": service(engine, span, zone=made.zone),
        "survey": survey(engine, span),
    }
    for name, answer in answers.items():
        # A leaderboard's places are other posts in every world.
        said += [one for one in estimates(answer.to_json(), (name,)) if "/leaders/" not in one.path]
    return said


@pytest.fixture(scope="module")
def covers(tmp_path_factory):
    """Path -> the share of worlds whose interval holds what all worlds together say, and how wide it is against what it should be."""
    by_path = defaultdict(list)
    for world in over_worlds(tmp_path_factory.mktemp("null"), "null", WORLDS, MEMBERS, DAYS, asked):
        for one in world:
            if one.interval is not None and one.n >= MIN_N:
                by_path[one.path].append(one)
    found = {}
    for path, said in by_path.items():
        if len(said) >= MIN_SHARE * len(WORLDS):
            middle = np.median if any(word in path for word in QUANTILES) else np.mean
            found[path] = cover(said, float(middle([one.value for one in said])))
    return found


def test_enough_is_said_to_be_judged(covers):
    assert len(covers) >= 60
    assert {path.partition("/")[0] for path in covers} >= {"measure", "community", "service", "funnel", "attribution", "survey"}


def test_intervals_cover_what_they_say_or_are_known_not_to(covers):
    short = {path: share for path, share in covers.items() if share < least_of(len(WORLDS)) / len(WORLDS)}

    assert {path: share for path, share in short.items() if path not in LIMITS} == {}


@at_length
def test_the_list_of_those_that_do_not_only_shrinks(covers):
    assert {path: covers.get(path) for path in LIMITS if covers.get(path, 1.0) >= 0.93} == {}


@pytest.mark.parametrize("page", ["trust.md", "trust.zh-CN.md"])
def test_limits_are_told_to_people(page):
    text = (Path(__file__).parents[2] / "docs" / "guide" / page).read_text(encoding="utf-8")

    assert [
        path for path in LIMITS if not any(word in text for word in (f"`{path.split('/')[1]}`", f"`analyse {path.split('/')[0]}`"))
    ] == []
