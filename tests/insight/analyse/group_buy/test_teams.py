import gzip
import json

import pytest

from lianyi.insight.analyse.group_buy.teams import TEAMS, group_buy, team_sizes
from lianyi.kernel.clock import Window
from lianyi.kernel.errors import BadInput, UnknownName
from lianyi.stream.engines.lint import lint
from tests.insight.analyse.analyse_cases import MINUTE, ZONE, at, engine_on

DAY = 19_800
HOUR = 60 * MINUTE


def test_real_teams_have_their_sizes_and_no_success_rate(shared_data):
    folder = shared_data("beibei_group_buying")
    with gzip.open(folder / "test_success.txt.gz", "rt") as file:
        sizes = [len(line.rstrip("\n").split("\t")) - 2 for line in file]
    with gzip.open(folder / "failed.txt.gz", "rt") as file:
        failures = sum(1 for _ in file)

    found = team_sizes(sizes + [0] * failures, [True] * len(sizes) + [False] * failures, sample="one_per_initiator")

    assert (found.completed, found.failed) == (178_642, 211_291)
    assert found.sizes == {1: 177_547, 2: 836, 3: 171, 4: 23, 5: 46, 6: 19}
    assert round(found.mean_size.value, 5) == 1.00854
    assert found.success.value is None
    assert "one row per initiator" in found.explain().en
    assert "无法估计" in found.explain().zh


@pytest.mark.parametrize("sample", ["one_per_initiator", "successes", "failures"])
def test_no_slice_gives_a_success_rate(sample):
    assert team_sizes([1, 0], [True, False], sample=sample).success.value is None
    assert team_sizes([1, 0], [True, False], sample="all").success.value == 0.5


def test_a_sample_must_be_declared_and_known():
    with pytest.raises(UnknownName, match="one_per_initiator"):
        team_sizes([1], [True], sample="one_per_initator")
    with pytest.raises(BadInput):
        team_sizes([1, 2], [True], sample="all")


@pytest.fixture
def engine(tmp_path):
    def opened(team: str, t: int, hours: float | None = 24.0) -> dict[str, object]:
        return {"name": "team_opened", "member_id": f"o-{team}", "subject_id": team, "t": t, "quantity": 3, "value": hours}

    rows = [
        opened("a", at(DAY)),
        opened("b", at(DAY)),
        opened("c", at(DAY)),
        opened("d", at(DAY + 5, 20 * HOUR)),
        opened("e", at(DAY), None),
    ]
    rows += [{"name": "team_joined", "member_id": f"m{i}", "subject_id": "a", "t": at(DAY, i * MINUTE)} for i in (10, 30)]
    rows += [{"name": "team_completed", "subject_id": "a", "t": at(DAY, 30 * MINUTE), "quantity": 3}]
    rows += [{"name": "team_joined", "member_id": f"m{i}", "subject_id": "b", "t": at(DAY, i * HOUR)} for i in (1, 2)]
    rows += [{"name": "team_completed", "subject_id": "b", "t": at(DAY, 2 * HOUR), "quantity": None}]
    rows += [{"name": "team_failed", "subject_id": "e", "t": at(DAY + 3)}]
    opened_engine = engine_on(tmp_path / "w", rows)
    yield opened_engine
    opened_engine.close()


def test_only_teams_that_came_to_their_end_count_towards_success(engine):
    found = group_buy(engine, Window(DAY, DAY + 10), zone=ZONE)

    # c ran out of its 24 hours, e was closed; d still has time.
    assert (found.completed, found.failed, found.open) == (2, 2, 1)
    assert found.success.value == 0.5
    assert found.sizes == {2: 2}
    assert found.within["1h"].value == pytest.approx(0.2)
    assert found.within["24h"].value is not None


def test_no_teams_is_said(engine):
    found = group_buy(engine, Window(DAY + 50, DAY + 60), zone=ZONE)

    assert found.explain().en == "There are no teams."
    assert found.success.value is None
    assert json.loads(json.dumps(found.to_json()))["sizes"] == []


def test_the_query_keeps_to_the_house_dialect_and_the_answer_is_plain(engine):
    found = group_buy(engine, Window(DAY, DAY + 10), zone=ZONE)

    assert lint(TEAMS) == []
    assert json.loads(json.dumps(found.to_json()))["success_rate"]["value"] == 0.5
    assert found.to_table().num_rows == 1
