"""The analyses of contents, texts, surveys, care and community on the command line: every one answers in JSON and in words."""

import json

import numpy as np
import pyarrow as pa
import pytest

from lianyi.cli.app import run
from lianyi.stream import workspace
from lianyi.stream.log.table import EventLog
from tests.insight.analyse.analyse_cases import MINUTE, at, facts

DAY = 19_800


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LIANYI_LANG", "en")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    path = tmp_path_factory.mktemp("shop") / "w"
    rows = []
    for i in range(12):
        t = at(DAY + i % 6, (9 + i % 2) * 60 * MINUTE)
        rows += [
            {
                "name": "content_published",
                "content_id": f"c{i}",
                "t": t,
                "body": json.dumps({"title": "今天晚上八点直播间见不见不散欢迎新老朋友"}),
            },
            {"name": "content_viewed", "content_id": f"c{i}", "t": t, "quantity": 100},
            {"name": "content_liked", "content_id": f"c{i}", "t": t, "quantity": 5 + i},
            {
                "name": "content_commented",
                "content_id": f"c{i}",
                "member_id": f"m{i}",
                "subject_id": f"k{i}",
                "t": t,
                "body": json.dumps({"text": "很满意，下次还来" if i % 3 else "太差了，退货"}),
            },
            {"name": "message_replied", "subject_id": f"k{i}", "t": t + i * MINUTE},
            {"name": "survey_answered", "member_id": f"m{i}", "subject_id": "s", "kind": "nps", "value": float(i % 11), "t": t},
            {"name": "team_opened", "member_id": f"m{i}", "subject_id": f"t{i}", "t": t, "quantity": 2, "value": 24.0},
        ]
    rows += [
        {"name": "complaint_opened", "subject_id": "x", "kind": "late", "t": at(DAY)},
        {"name": "page_viewed", "member_id": "m", "t": at(DAY + 20)},
    ]
    log = EventLog(workspace.create(path, zone_name="Asia/Shanghai", currency="CNY"))
    log.append(facts(rows), tables={"surveys": pa.table({"survey_id": ["s"], "sent": [50]})}, source="test")
    return path


@pytest.mark.parametrize(
    "name,options,expected",
    [
        ("content", ["--by", "hour"], lambda a: a["posts"] == 12 and len(a["groups"]) == 2),
        ("content", ["--metric", "engagement_rate", "--within", "0"], lambda a: len(a["leaders"]) == 12),
        ("originality", [], lambda a: a["items"][0]["originality"] == 0.0),
        ("duplicates", [], lambda a: a["spare"] == 11),
        ("sentiment", [], lambda a: (a["positive"], a["negative"]) == (8, 4)),
        ("survey", [], lambda a: a["response_rate"]["value"] == 0.24),
        ("service", [], lambda a: a["replies"]["within"]["2h"]["value"] == 1.0),
        ("community", [], lambda a: a["figures"]["creators"]["n"] == 13),
        ("group-buy", [], lambda a: a["failed"] == 12),
    ],
)
def test_an_analysis_answers_in_json_and_in_words(home, capsys, name, options, expected):
    assert run(["--workspace", str(home), "analyse", name, *options, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"].startswith("lianyi.")
    assert set(answer["explain"]) == {"zh", "en"}
    assert expected(answer)
    assert run(["--workspace", str(home), "analyse", name, *options]) == 0
    assert len(capsys.readouterr().out.splitlines()) >= 1


def test_variants_of_a_file(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("test,shown,clicked\na,1000,50\na,1000,100\nb,1000,50\nb,1000,51\n")
    ask = ["analyse", "variants", str(tmp_path / "t.csv"), "--test", "test", "--trials", "shown", "--hits", "clicked"]

    assert run([*ask, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["significant"] == {"plain": 1, "benjamini_hochberg": 1, "bonferroni": 1}
    assert run(ask) == 0
    assert "1 stand" in capsys.readouterr().out
    assert run([*ask[:-1], "click"]) == 1
    assert "Did you mean clicked?" in capsys.readouterr().err


def test_texts_of_a_file_in_another_encoding(tmp_path, capsys):
    text = "今天晚上八点直播间见不见不散欢迎新老朋友"
    (tmp_path / "t.csv").write_bytes(f"编号,内容\n一,{text}\n二,{text}\n".encode("gb18030"))

    assert run(["analyse", "originality", str(tmp_path / "t.csv"), "--text", "内容", "--id", "编号", "--json"]) == 0
    assert {i["id"]: i["copied"] for i in json.loads(capsys.readouterr().out)["items"]} == {"一": 0.0, "二": 1.0}
    assert run(["analyse", "duplicates", str(tmp_path / "t.csv")]) == 1
    assert "--text" in capsys.readouterr().err


def test_a_slice_of_teams_has_no_success_rate_and_a_file_must_say_what_it_is(tmp_path, capsys):
    (tmp_path / "t.csv").write_text("n,done\n1,1\n0,0\n")
    ask = ["analyse", "group-buy", str(tmp_path / "t.csv"), "--participants", "n", "--completed", "done"]

    assert run([*ask, "--sample", "one_per_initiator", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["success_rate"]["value"] is None
    assert run(ask) == 1
    assert "--sample" in capsys.readouterr().err


PLAN = """
[index]
name = { zh = "渠道效益", en = "Channel benefit" }
period = "2024"
mix = { judged = 0.6, critic = 0.4 }
[groups.all]
name = { zh = "全部", en = "All" }
[indicators.sales]
name = { zh = "销售", en = "Sales" }
group = "all"
floor = 0
target = 100
[indicators.refunds]
name = { zh = "退款率", en = "Refunds" }
group = "all"
floor = 0.2
target = 0.0
[judgements]
all = [[1, "3"], ["1/3", 1]]
"""


def test_an_index_is_frozen_and_used_again(tmp_path, capsys):
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    (tmp_path / "v.csv").write_text("channel,sales,refunds\na,90,5%\nb,50,0.02\nc,20,\n")
    ask = ["analyse", "index", str(tmp_path / "plan.toml"), str(tmp_path / "v.csv")]

    assert run([*ask, "--freeze", str(tmp_path / "w.json"), "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert [a["rank"] for a in first["alternatives"]] == [1.0, 2.0, None]
    assert run([*ask, "--weights", str(tmp_path / "w.json"), "--json"]) == 0
    again = json.loads(capsys.readouterr().out)
    assert again["frozen"] == {"hash": first["frozen"]["hash"], "given": True}
    assert run(ask) == 0
    assert "index = " in capsys.readouterr().out
    (tmp_path / "w.json").write_text((tmp_path / "w.json").read_text().replace("0.7", "0.8"))
    assert run([*ask, "--weights", str(tmp_path / "w.json")]) == 1
    assert "does not match its hash" in capsys.readouterr().err


@pytest.mark.slow
def test_a_model_is_trained_and_read(tmp_path, capsys):
    pytest.importorskip("sklearn")
    rng = np.random.default_rng(1)
    good, bad = ["满意", "好用", "漂亮", "推荐"], ["失望", "难用", "破损", "退货"]
    rows = [f"{''.join(rng.choice(good if i % 2 else bad, 3))}第{i}次,{i % 2}" for i in range(240)]
    (tmp_path / "l.csv").write_text("内容,标签\n" + "\n".join(rows) + "\n", encoding="utf-8")
    model = str(tmp_path / "m.zip")

    assert run(["train", "sentiment", str(tmp_path / "l.csv"), "--text", "内容", "--label", "标签", "--out", model, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["accuracy"] > 0.95
    assert run(["analyse", "sentiment", str(tmp_path / "l.csv"), "--text", "内容", "--model", model, "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert (answer["method"], answer["texts"]) == ("model", 240)
    assert abs(answer["net"]["value"]) < 0.1
    assert run(["analyse", "topics", str(tmp_path / "l.csv"), "--text", "内容", "--count", "2", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["topics"]) == 2
    assert run(["analyse", "sentiment", str(tmp_path / "l.csv"), "--text", "内容", "--model", str(tmp_path / "l.csv")]) == 1
    assert "no sentiment model" in capsys.readouterr().err
