"""Every analysis answers in one envelope, documented key by key in both languages, and says why where it cannot answer."""

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from lianyi.cli.analyse import ANALYSES
from lianyi.cli.app import app
from lianyi.insight.analyse.answer import ENVELOPE
from lianyi.insight.analyse.cards import cards, read
from lianyi.insight.analyse.estimate import GRADES
from lianyi.kernel.errors import Broken
from lianyi.stream import workspace as workspaces
from lianyi.stream.log.table import EventLog
from tests.insight.analyse.analyse_cases import MINUTE, at, facts
from tests.stream.world import made_world

ROOT = Path(__file__).resolve().parents[2]
ESTIMATE = {"value", "interval", "n", "grade", "because"}
# How each is asked; those with {file} are asked about a file.
ASKED: dict[str, list[str]] = {
    "activity": [],
    "anomalies": ["--metrics", "gmv,orders"],
    "attribution": [],
    "change": ["--from", "2024-02-15", "--to", "2024-03-15"],
    "community": [],
    "content": ["--by", "hour"],
    "duplicates": [],
    "economics": [],
    "fission": ["--reward", "2"],
    "funnel": ["--steps", "page_viewed,order_paid", "--within", "7d", "--by", "platform"],
    "group-buy": [],
    "index": ["{plan}", "{values}"],
    "keywords": [],
    "originality": [],
    "paths": [],
    "retention": ["--cohort", "week"],
    "rfm": [],
    "sentiment": [],
    "service": [],
    "sessions": [],
    "survey": ["--weight-by", "tier"],
    "tiers": ["--thresholds", "1,5"],
    "topics": [],
    "word-of-mouth": ["--within", "7"],
    "variants": ["{tests}", "--test", "test", "--trials", "shown", "--hits", "clicked"],
}
# Slow to load what it stands on.
EACH = [pytest.param(name, marks=pytest.mark.slow) if name == "topics" else name for name in ASKED]
NEED_A_FILE = {"index", "variants"}
# Where the keys are the operator's own words (channels, indicators, limits), not ours.
OWN_WORDS = {
    "by",
    "parts",
    "effects",
    "weights",
    "scores",
    "table",
    "judgements",
    "over_credit",
    "within",
    "filled_within",
    "chance",
    "places",
    "model",
    "words",
}
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


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("shop")
    made, tables = made_world(4_000)
    log = EventLog(workspaces.create(home / "w"))
    log.append(made, tables=tables, source="test")
    log.append(facts(spoken()), source="test")
    log.append(facts(shared()), source="test")
    (home / "plan.toml").write_text(PLAN, encoding="utf-8")
    (home / "values.csv").write_text("channel,sales,refunds\na,90,5%\nb,50,0.02\nc,20,\n", encoding="utf-8")
    (home / "tests.csv").write_text("test,shown,clicked\na,1000,50\na,1000,100\nb,1000,50\nb,1000,51\n", encoding="utf-8")
    return home


def spoken() -> Iterator[dict[str, Any]]:
    """What the made world lacks: posts and comments with words in them."""
    titles = ["今天晚上八点直播间见不见不散欢迎新老朋友", "换季护肤三步走清洁补水防晒一样不能少呀"]
    words = [["物流", "快递", "包裹"], ["客服", "态度", "回复"]]
    for i in range(60):
        t = at(19_730 + i % 20, i * MINUTE)
        yield {"name": "content_published", "content_id": f"said{i}", "t": t, "body": json.dumps({"title": titles[i % 2]})}
        text = f"{words[i % 2][i % 3]}{words[i % 2][(i + 1) % 3]}{'很满意' if i % 3 else '太差了'}"
        yield {"name": "content_commented", "content_id": f"said{i}", "member_id": f"m{i}", "t": t, "body": json.dumps({"text": text})}


def shared() -> Iterator[dict[str, Any]]:
    """What the made world lacks: friends' shares, every second one withheld, and orders after some."""
    for i in range(80):
        t, name = at(19_735 + i % 10, i * MINUTE), ("content_exposed", "share_withheld")[i % 2]
        yield {"name": name, "content_id": "said0", "member_id": f"w{i}", "referrer_id": "m1", "channel": "social", "t": t}
        if i % 4 == 0:
            yield {"name": "order_paid", "member_id": f"w{i}", "order_id": f"w{i}", "quantity": 1, "amount_fen": 900, "t": t + 60 * MINUTE}


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace in which next to nothing happened."""
    home = tmp_path_factory.mktemp("quiet")
    EventLog(workspaces.create(home / "w")).append(facts([{"name": "coupon_issued", "t": at(19_800)}]), source="test")
    return home


@pytest.fixture(scope="module")
def answers(shop: Path) -> Callable[[str], dict[str, Any]]:
    """The answer of each, asked once."""
    return cache(lambda name: told(shop, name))


def told(home: Path, name: str) -> dict[str, Any]:
    words = [word.format(plan=home / "plan.toml", values=home / "values.csv", tests=home / "tests.csv") for word in ASKED[name]]
    ran = CliRunner().invoke(app, ["--workspace", str(home / "w"), "analyse", name, *words, "--json"])
    assert ran.exit_code == 0, f"{name}: {ran.output}"

    def strange(constant: str) -> None:
        raise AssertionError(f"{name} says {constant}, which is no JSON")

    found: dict[str, Any] = json.loads(ran.stdout, parse_constant=strange)
    return found


def estimates(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(value, dict):
        if {"value", "because"} <= set(value):
            yield path, value
        for key, inner in value.items():
            yield from estimates(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from estimates(inner, f"{path}[]")


def keys(value: Any) -> set[str]:
    """Every key below, without those of estimates and of maps whose keys are somebody's own words."""
    if isinstance(value, list):
        return {key for inner in value for key in keys(inner)}
    if not isinstance(value, dict):
        return set()
    mine = set(value) - (ESTIMATE if set(value) >= ESTIMATE else {"zh", "en"} if set(value) == {"zh", "en"} else set())
    return mine | {key for name, inner in value.items() if name not in OWN_WORDS for key in keys(inner)}


def section(page: Path, name: str) -> str:
    found = re.search(rf"^## [^\n]*(?<![\w-]){name}(?![\w-]).*?(?=^## |\Z)", page.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return found[0] if found else ""


def test_every_analysis_is_asked_here() -> None:
    assert set(ASKED) == set(ANALYSES)


@pytest.mark.parametrize("name", EACH)
def test_the_envelope_is_the_same_everywhere(answers: Callable[[str], dict[str, Any]], name: str) -> None:
    answer = answers(name)

    assert [key for key in answer if key in ENVELOPE] == list(ENVELOPE)
    assert list(answer)[-1] == "explain"
    assert answer["schema"] == f"lianyi.{name}/1"
    assert answer["version"] >= 1
    assert answer["n"] > 0
    assert (answer["snapshot"] is None) == (answer["window"] is None) == (name in NEED_A_FILE)
    assert answer["grade"] == answer["headline"]["grade"]
    assert set(answer["headline"]) == {"figure", *ESTIMATE}
    assert answer["explain"]["zh"] != answer["explain"]["en"]


@pytest.mark.parametrize("name", EACH)
def test_an_estimate_has_a_value_or_the_reason_why_there_is_none(answers: Callable[[str], dict[str, Any]], name: str) -> None:
    found = list(estimates(answers(name)))

    assert found
    for path, estimate in found:
        assert set(estimate) >= ESTIMATE, path
        assert estimate["grade"] in GRADES, path
        assert estimate["n"] >= 0, path
        if estimate["value"] is None:
            assert all(estimate["because"][language] for language in ("zh", "en")), path
            assert estimate["interval"] is None, path
        else:
            assert estimate["because"] is None, path
        if estimate["interval"] is not None:
            low, high = estimate["interval"]
            assert low <= estimate["value"] + 1e-9, path
            assert estimate["value"] <= high + 1e-9, path


@pytest.mark.parametrize("language", ["", ".zh-CN"])
@pytest.mark.parametrize("name", EACH)
def test_every_key_is_documented(answers: Callable[[str], dict[str, Any]], name: str, language: str) -> None:
    told_of = "".join(section(ROOT / "docs" / "reference" / f"{page}{language}.md", name) for page in ("analyses", "analyses-text"))
    documented = set(re.findall(r"`([\w.]+)`", told_of))
    own = {key: value for key, value in answers(name).items() if key not in ENVELOPE}

    assert keys(own) - documented - {"from", "to"} == set()
    # And nothing is documented that is not there: the first column of the table names keys.
    first = {key for row in re.findall(r"^\| (.*?) \|", told_of, re.MULTILINE) for key in re.findall(r"`(\w+)`", row)}
    assert {key for key in first if key not in keys(own)} == set()


@pytest.mark.parametrize("name", sorted(set(ASKED) - NEED_A_FILE))
def test_where_nothing_is_on_record_that_is_said(quiet: Path, name: str) -> None:
    answer = told(quiet, name)

    assert answer["headline"]["value"] is None
    assert all(answer["headline"]["because"][language] for language in ("zh", "en"))
    assert answer["explain"]["zh"]


# ---- method cards ----


def test_every_analysis_has_its_method_card_and_no_card_is_without_one() -> None:
    assert set(cards()) == set(ANALYSES)


@pytest.mark.parametrize("name", ANALYSES)
def test_the_tests_that_prove_a_card_exist(name: str) -> None:
    for proof in cards()[name].proof:
        file, _, test = proof.partition("::")
        assert re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE), proof


@pytest.mark.parametrize("name", ["funnel", "index", "retention"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_explain_shows_the_card_and_asks_for_nothing(name: str, language: str, tmp_path: Path) -> None:
    ran = CliRunner(env={"LIANYI_LANG": language}).invoke(app, ["--workspace", str(tmp_path / "w"), "analyse", name, "--explain"])

    assert ran.exit_code == 0
    for heading, text in cards()[name].pairs(language):
        assert f"{heading}: {text}" in ran.stdout
    assert not (tmp_path / "w").exists()


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"surprise": 1}, "unknown key surprise"),
        ({"grade": "E"}, "grade is one of"),
        ({"proof": []}, "proof names tests"),
        ({"proof": ["see the tests"]}, "proof names tests"),
        ({"limits": {"zh": "无"}}, "limits"),
    ],
)
def test_a_card_with_a_fault_is_refused_and_says_which(change: dict[str, Any], wrong: str) -> None:
    entry = tomllib.loads(resources.files("lianyi.insight.analyse.cards").joinpath("funnel.toml").read_text(encoding="utf-8"))
    assert read("mine", entry).proof == cards()["funnel"].proof
    with pytest.raises(Broken, match=r"cards/mine\.toml") as refused:
        read("mine", {**entry, **change})
    assert wrong in refused.value.say("en")


def test_a_card_without_a_field_is_refused() -> None:
    with pytest.raises(Broken, match="no answers"):
        read("mine", {})
