"""The queries of contents, texts, surveys, care and community can be written for every engine."""

import pytest

from lianyi.insight.analyse.care import service
from lianyi.insight.analyse.community import health
from lianyi.insight.analyse.content import posts, wording
from lianyi.insight.analyse.group_buy import teams
from lianyi.insight.analyse.survey import survey
from lianyi.insight.analyse.text import opinion
from lianyi.stream.engines.dialect import transpile

PARAMS = {"from_d": 1, "to_d": 2, "end_t": 3, "power_d": 0, "within": None, "survey": None}
QUERIES = {
    "inbound": service.INBOUND.format(which=service.WHICH["human"]),
    "complaints": service.COMPLAINTS,
    "active_days": health.ACTIVE_DAYS,
    "taking_part": health.TAKING_PART,
    "answered": health.ANSWERED,
    "ties": health.TIES,
    "newcomers": health.NEWCOMERS,
    "groups": health.GROUPS,
    "posts": posts.POSTS,
    "drawn": posts.DRAWN.format(names="'content_viewed'"),
    "wording": wording.WORDING,
    "teams": teams.TEAMS,
    "answers": survey.ANSWERS,
    "sent": survey.SENT,
    "members": survey.MEMBERS.format(columns="m.tier AS tier", known="m.tier IS NOT NULL"),
    "texts": opinion.TEXTS.format(names="'review_posted'"),
}


@pytest.mark.parametrize("target", ["spark", "clickhouse", "duckdb"])
@pytest.mark.parametrize("name", QUERIES)
def test_a_query_can_be_written_for_every_engine(name, target):
    written = transpile(QUERIES[name], target, PARAMS)

    assert "$" not in written.replace("'$.", "'")
    assert written.upper().count("SELECT") >= QUERIES[name].upper().count("SELECT")
