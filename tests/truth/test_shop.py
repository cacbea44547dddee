"""Money, funnel, posts and questionnaires against what is true."""

import dataclasses

import numpy as np
import pyarrow.parquet as pq
import pytest

from lianyi.insight.analyse.content.performance import performance
from lianyi.insight.analyse.economics.economics import economics
from lianyi.insight.analyse.funnel.funnel import funnel
from lianyi.insight.analyse.group_buy.teams import group_buy
from lianyi.insight.measure import measure
from lianyi.lab.cast.setting import setting
from lianyi.lab.life.buying import CHECKOUT_SHARE, PAYS_SHARE, TEAM_FILLS_SHARE
from lianyi.lab.truth.ledger import lived
from lianyi.lab.worlds import read_world
from lianyi.lab.worlds.world import Campaign
from tests.truth.truth_cases import engine_on, least_of, over_worlds, told, window, worlds

pytestmark = pytest.mark.truth
MEMBERS, DAYS = 3000, 100


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return told(tmp_path_factory.mktemp("shop") / "w", "null", seed=21, members=MEMBERS, days=DAYS)


def test_the_statement_is_the_ledger_to_the_fen(made):
    ledger = lived(setting(read_world("null"), 21, members=MEMBERS, days=DAYS))
    with engine_on(made) as engine:
        margins = economics(engine, window("null", 0, DAYS)).margins
        gross, refunds = (v.value for v in measure(engine, ["gmv", "refunds"], window("null", 0, DAYS)))

    assert margins.orders == len(ledger.who)
    assert gross == ledger.gross_fen.sum()
    assert margins.net_sales == gross - refunds
    # The limit: what will still come back is not yet known, so a window's end always looks better than it turns out.
    assert margins.net_sales > ledger.net_fen.sum()


def test_the_way_to_checkout_has_its_true_share_every_day(made):
    truth = CHECKOUT_SHARE * PAYS_SHARE
    with engine_on(made) as engine:
        found = [
            funnel(engine, ["checkout_started", "order_paid"], window("null", day, day + 1), per="session").conversion
            for day in range(DAYS)
        ]

    assert np.mean([one.value for one in found]) == pytest.approx(truth, abs=0.02)
    assert sum(one.interval[0] <= truth <= one.interval[1] for one in found) >= least_of(len(found))


def test_a_funnel_knows_only_what_was_recorded(tmp_path):
    """Its limit: where checkouts go unrecorded, those who paid are not seen to have come that way."""

    def asked(engine, made):
        found = funnel(engine, ["checkout_started", "order_paid"], window("tracking_loss", 60, 90), per="session", by="platform")
        return {part.value: part.steps[0].actors for part in found.parts}

    (first,) = over_worlds(tmp_path, "tracking_loss", range(1), 2500, 90, asked)

    assert first["微信·安卓"] < 0.5 * first["微信·苹果"]


def test_the_leaderboard_finds_better_posts_than_the_raw_rates(tmp_path):
    def asked(engine, made):
        quality = pq.read_table(made.path / "truth" / "contents.parquet").to_pydict()
        real = dict(zip(quality["content_id"], quality["quality"], strict=True))
        leaders = performance(engine, window("null", 0, DAYS), metric="content_ctr", by="format", zone=made.zone).leaders[:15]
        sql = """SELECT e.content_id, sum(CASE WHEN e.name = 'content_clicked' THEN 1.0 ELSE 0 END) / sum(CASE WHEN e.name = 'content_exposed' THEN 1 ELSE 0 END) AS rate
            FROM events AS e WHERE e.name IN ('content_exposed', 'content_clicked') GROUP BY e.content_id ORDER BY 2 DESC NULLS LAST, 1"""
        raw = [row["content_id"] for row in engine.run(sql, {}).to_pylist()[:15]]
        return np.mean([real[one.content_id] for one in leaders]), np.mean([real[one] for one in raw]), np.mean(list(real.values()))

    found = np.array(over_worlds(tmp_path, "null", range(4), 1500, DAYS, asked))

    # shrunken and ordered by the lower bound: far better than the usual post, and better than the raw order
    assert found[:, 0].mean() > 1.5 * found[:, 2].mean()
    assert found[:, 0].mean() > found[:, 1].mean()


def test_answers_flatter_the_brand_where_those_who_turned_away_stay_silent(tmp_path):
    """The limit of every survey: its interval knows how many answered, not who did not; weighting by what is on record cannot mend it."""

    def asked(engine, made):
        real = pq.read_table(made.path / "truth" / "members.parquet").to_pydict()
        alive = dict(zip(real["member_id"], real["alive"], strict=True))
        sql = "SELECT DISTINCT e.member_id FROM events AS e WHERE e.name = 'survey_answered'"
        answered = [alive[row["member_id"]] for row in engine.run(sql, {}).to_pylist()]
        return np.mean(answered), np.mean(list(alive.values()))

    (found,) = over_worlds(tmp_path, "null", range(1), 6000, 60, asked)

    assert found[0] > found[1] + 0.08


def test_teams_fill_as_often_as_they_do(tmp_path):
    campaign = Campaign(id="team", title="拼团", mechanic="group_buy", from_day=5, days=40, aware_share=0.9, holdout_share=0.0, lift=0.8)
    world = dataclasses.replace(read_world("null"), campaigns=(campaign,), detail=0)
    found = over_worlds(tmp_path, world, worlds(10, 20), 700, 50, lambda e, m: group_buy(e, window(world, 0, 50), zone=m.zone).success)

    assert np.mean([one.value for one in found]) == pytest.approx(TEAM_FILLS_SHARE, abs=0.03)
    assert sum(one.interval[0] <= TEAM_FILLS_SHARE <= one.interval[1] for one in found) >= least_of(len(found))
