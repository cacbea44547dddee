import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import CliRunner

from lianyi.cli.analyse import ANALYSES
from lianyi.cli.app import app
from tests.insight.analyse.analyse_cases import MINUTE, at, engine_on

COMMANDS = {
    "anomalies": ["--metrics", "gmv,orders"],
    "attribution": [],
    "change": ["--baseline", "2023-12-01:2024-01-01"],
    "economics": [],
    "fission": ["--reward", "2"],
    "paths": [],
    "rfm": [],
    "tiers": ["--thresholds", "1,5"],
    "word-of-mouth": [],
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows: list[dict[str, Any]] = []
    for i in range(120):
        who, day = f"m{i}", 19_700 + i % 90
        rows += [
            {"name": "member_joined", "member_id": who, "t": at(day), "referrer_id": f"m{i - 7}" if i > 7 else None},
            {"name": "page_viewed", "member_id": who, "t": at(day, MINUTE), "channel": ("kol", "search", "group")[i % 3]},
        ]
        if i % 2:
            rows.append(
                {"name": "order_paid", "member_id": who, "t": at(day, 2 * MINUTE), "order_id": f"o{i}", "quantity": 1, "amount_fen": 100 + i, "product_id": "p"}
            )  # fmt: skip
    rows.append({"name": "cost_booked", "t": at(19_700), "kind": "media", "amount_fen": 500, "subject_id": "acquisition"})
    path = tmp_path_factory.mktemp("shop") / "w"
    engine_on(path, rows, tables={"products": pa.table({"product_id": ["p"], "unit_cost_fen": pa.array([40], pa.int64())})}).close()
    return path


def said(workspace: Path, *words: str, lang: str = "en") -> str:
    ran = CliRunner(env={"LIANYI_LANG": lang}).invoke(app, ["--workspace", str(workspace), "analyse", *words])
    assert ran.exit_code == 0, ran.output
    return str(ran.stdout)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_analysis_speaks_to_people_in_both_languages(workspace: Path, name: str) -> None:
    zh = said(workspace, name, *COMMANDS[name], lang="zh")
    en = said(workspace, name, *COMMANDS[name])

    assert re.search(r"[\u4e00-\u9fff]", zh.splitlines()[0])
    assert not re.search(r"[\u4e00-\u9fff]", en)
    assert name in ANALYSES


def test_cut_points_come_all_or_none(workspace: Path) -> None:
    ran = CliRunner().invoke(app, ["--lang", "en", "--workspace", str(workspace), "analyse", "rfm", "--orders", "1,2,3,4"])

    assert ran.exit_code != 0
