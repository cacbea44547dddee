"""The main job: a shop's own exports in, a correct report out; through the command line, as a person does it."""

import datetime as dt
import json
import random
from pathlib import Path

import pytest

from lianyi.cli.app import run

HEADINGS = "订单编号,买家会员名,总金额,买家实际支付金额,退款金额,订单状态,订单创建时间,订单付款时间 ,宝贝标题,宝贝总数量"


def _orders(seed: int = 11) -> list[dict[str, object]]:
    """Fourteen months of a small shop: some closed, some refunded in part or whole; money in fen, paid net of refunds as Tmall writes it."""
    rng = random.Random(seed)
    rows: list[dict[str, object]] = []
    start = dt.datetime.fromisoformat("2023-11-01T09:00:00")
    for i in range(900):
        created = start + dt.timedelta(hours=rng.randrange(0, 24 * 425))
        total = rng.randrange(2_900, 59_900)
        closed = rng.random() < 0.08
        refund = 0 if closed or rng.random() < 0.9 else rng.choice([total, total // 2])
        rows.append(
            {
                "id": 88_000_000 + i,
                "buyer": f"买家{rng.randrange(260)}",
                "total": total,
                "refund": refund,
                "closed": closed,
                "created": created,
                "units": rng.randrange(1, 4),
            }
        )
    return sorted(rows, key=lambda row: row["created"])


def _written(rows: list[dict[str, object]]) -> str:
    lines = [HEADINGS]
    for row in rows:
        paid = 0 if row["closed"] else row["total"] - row["refund"]
        paid_at = "" if row["closed"] else row["created"] + dt.timedelta(minutes=3)
        status = "交易关闭" if row["closed"] else "交易成功"
        cells = [
            f'="{row["id"]}"',
            row["buyer"],
            f"¥{row['total'] / 100:.2f}",
            f"{paid / 100:.2f}",
            f"{row['refund'] / 100:.2f}元",
            status,
            row["created"],
            paid_at,
            "烟酰胺精华",
            row["units"],
        ]
        lines.append(",".join(str(cell) for cell in cells))
    return "\r\n".join(lines) + "\r\n"


@pytest.fixture(scope="module")
def shop(tmp_path_factory) -> Path:
    home = tmp_path_factory.mktemp("shop")
    (home / "订单.csv").write_bytes(_written(_orders()).encode("gb18030"))
    (home / "costs.csv").write_text('日期,费用类型,金额\n2024-06-01,广告费,3000\n2024-09-15,达人费,"1,200.50"\n', encoding="utf-8")
    (home / "targets.csv").write_text("指标,目标值,及格线,权重\nnet_sales,400000,300000,2\nrefund_rate,5%,8%,1\n", encoding="utf-8")
    return home


@pytest.fixture(scope="module")
def workspace(shop) -> Path:
    place = shop / "w"
    assert run(["--workspace", str(place), "import", str(shop / "订单.csv"), "--as", "orders", "--json"]) == 0
    assert run(["--workspace", str(place), "import", str(shop / "costs.csv"), "--as", "costs", "--json"]) == 0
    return place


def _year(row: dict[str, object]) -> bool:
    return (
        not row["closed"]
        and row["created"] + dt.timedelta(minutes=3) >= dt.datetime.fromisoformat("2024-01-01")
        and row["created"] + dt.timedelta(minutes=3) < dt.datetime.fromisoformat("2025-01-01")
    )


def test_the_import_says_what_each_column_became_and_that_the_money_agrees(shop, tmp_path, capsys):
    assert run(["--workspace", str(tmp_path / "w"), "import", str(shop / "订单.csv"), "--as", "orders", "--dry-run", "--json"]) == 0

    file = json.loads(capsys.readouterr().out)["files"][0]
    assert file["encoding"] == "GB18030"
    assert (file["read"], file["accepted"], file["rejected"], file["duplicates"]) == (900, 900, 0, 0)
    assert file["mapping"]["买家实际支付金额"] != "ignored"
    assert {"name": "paid + refund = total", "share": 1.0} in [c for c in file["checks"] if c["name"] == "paid + refund = total"]


def test_sales_are_what_was_paid_and_a_refund_is_never_taken_off_twice(workspace, capsys):
    year = [row for row in _orders() if _year(row)]

    assert (
        run(
            [
                "--workspace",
                str(workspace),
                "measure",
                "gmv",
                "orders",
                "buyers",
                "refunds",
                "net_sales",
                "marketing_cost",
                "--from",
                "2024-01-01",
                "--to",
                "2025-01-01",
                "--json",
            ]
        )
        == 0
    )

    answer = json.loads(capsys.readouterr().out)
    values = {v["metric"]: v["value"] for v in answer["values"]}
    assert values["gmv"] == sum(row["total"] for row in year)
    assert values["orders"] == len(year)
    assert values["buyers"] == len({row["buyer"] for row in year})
    assert values["refunds"] == sum(row["refund"] for row in year)
    assert values["net_sales"] == values["gmv"] - values["refunds"]
    assert values["marketing_cost"] == 420_050
    assert answer["window"] == {"from": "2024-01-01", "to": "2025-01-01", "time_zone": "Asia/Shanghai"}


def test_importing_the_same_file_again_changes_nothing(shop, workspace, capsys):
    assert run(["--workspace", str(workspace), "status", "--json"]) == 0
    before = json.loads(capsys.readouterr().out)

    assert run(["--workspace", str(workspace), "import", str(shop / "订单.csv"), "--as", "orders", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files"][0]["duplicates"] == 900
    assert run(["--workspace", str(workspace), "status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["facts"] == before["facts"]


def test_no_name_of_a_buyer_reaches_the_store(workspace):
    for file in workspace.rglob("*"):
        if file.is_file():
            assert "买家1".encode() not in file.read_bytes(), file


def _evaluated(workspace: Path, out: Path, *more: str, formats: str = "html") -> dict[str, object]:
    words = ["--workspace", str(workspace), "evaluate", "--from", "2024-01-01", "--to", "2025-01-01", "--out", str(out)]
    assert run([*words, "--format", formats, *more]) == 0
    return json.loads((out / "evaluation.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_evaluation_judges_three_methods_and_its_figures_are_the_measured_ones(shop, workspace, tmp_path):
    made = _evaluated(workspace, tmp_path / "out", "--targets", str(shop / "targets.csv"), formats="html,xlsx")

    year = [row for row in _orders() if _year(row)]
    figures = {f["metric"]: f for f in made["figures"]}
    methods = {m["id"]: m for m in made["methods"]}
    assert figures["net_sales"]["value"] == sum(row["total"] - row["refund"] for row in year)
    assert figures["visitors"]["status"] == "no_data"
    assert figures["visitors"]["value"] is None
    assert methods["data_analysis"]["status"] == "evaluable"
    assert methods["targets"]["status"] == "evaluable"
    assert len(methods["targets"]["lines"]) == 2
    assert figures["net_sales"]["target"] == 40_000_000, "targets are written in yuan and held in fen"
    # The data ends on 30 December: 365 of 366 days are gone, and a running total is paced by them.
    assert made["horizon"] == "2024-12-30"
    assert figures["net_sales"]["attainment"] == pytest.approx(figures["net_sales"]["value"] / (40_000_000 * 365 / 366))
    assert figures["refund_rate"]["verdict"] in {"on_track", "miss", "undecided"}
    assert methods["input_output"]["needs"], "without product costs the method says so"
    parts = made["decomposition"]
    assert sum(f["effect"] for f in parts["factors"]) == pytest.approx(parts["change"], abs=1e-3)
    assert {f.name for f in (tmp_path / "out").iterdir()} == {"evaluation.json", "report.html", "report.xlsx"}


@pytest.mark.slow
def test_a_stored_evaluation_gives_the_same_files_again_and_computes_nothing(workspace, tmp_path):
    _evaluated(workspace, tmp_path / "out", formats="html,xlsx,pptx")

    assert (
        run(
            [
                "--workspace",
                str(tmp_path / "nowhere"),
                "report",
                str(tmp_path / "out"),
                "--format",
                "html,xlsx,pptx",
                "--out",
                str(tmp_path / "again"),
            ]
        )
        == 0
    )

    first, again = ({f.name: f.read_bytes() for f in (tmp_path / name).iterdir()} for name in ("out", "again"))
    assert first == again
    assert set(first) == {"evaluation.json", "report.html", "report.xlsx", "report.pptx"}
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.slow
def test_a_month_is_reported_by_its_template_and_a_stored_one_may_change_language(workspace, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert run(["--workspace", str(workspace), "report", "--template", "monthly", "--period", "2024-10", "--format", "html"]) == 0
    page = (tmp_path / "monthly-2024-10" / "report.html").read_text(encoding="utf-8")
    assert "2024年10月 月报" in page
    assert "做得好的" in page

    assert run(["report", "monthly-2024-10", "--template", "monthly", "--format", "html", "--language", "en", "--out", "en"]) == 0
    assert "monthly report, Oct 2024" in (tmp_path / "en" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--template", "partner"], "--partner"),
        (["--template", "campaign", "--campaign", "C1"], "C1"),
        (["--template", "monthly", "--period", "2024-13"], "2024-13"),
    ],
)
def test_a_report_without_what_it_needs_is_refused_and_writes_nothing(workspace, tmp_path, monkeypatch, capsys, words, says):
    monkeypatch.chdir(tmp_path)
    assert run(["--workspace", str(workspace), "report", *words]) == 1
    assert says in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_two_evaluations_of_one_snapshot_differ_in_nothing_but_when_they_were_made(workspace, tmp_path):
    first, second = (_evaluated(workspace, tmp_path / name) for name in ("a", "b"))

    assert {k: v for k, v in first.items() if k != "made_at"} == {k: v for k, v in second.items() if k != "made_at"}


@pytest.mark.slow
def test_an_earlier_snapshot_gives_its_own_figures_again(shop, workspace, tmp_path, capsys):
    run(["--workspace", str(workspace), "status", "--json"])
    snapshot = json.loads(capsys.readouterr().out)["snapshot"]
    before = _evaluated(workspace, tmp_path / "before", "--snapshot", str(snapshot))
    extra = [
        {
            "id": 99,
            "buyer": "新人",
            "total": 1_000_000,
            "refund": 0,
            "closed": False,
            "created": dt.datetime.fromisoformat("2024-06-01T12:00"),
            "units": 1,
        }
    ]
    (tmp_path / "late.csv").write_text(_written(extra), encoding="utf-8")
    assert run(["--workspace", str(workspace), "import", str(tmp_path / "late.csv"), "--as", "orders"]) == 0

    again = _evaluated(workspace, tmp_path / "again", "--snapshot", str(snapshot))
    now = _evaluated(workspace, tmp_path / "now")

    def sold(made):
        return next(f["value"] for f in made["figures"] if f["metric"] == "gmv")

    assert sold(again) == sold(before)
    assert sold(now) == sold(before) + 1_000_000


def test_a_window_without_data_is_refused_and_writes_nothing(workspace, tmp_path, capsys):
    assert (
        run(["--workspace", str(workspace), "evaluate", "--from", "2030-01-01", "--to", "2030-02-01", "--out", str(tmp_path / "out")]) == 1
    )
    assert not (tmp_path / "out").exists()
    assert "2030-01-01..2030-02-01" in capsys.readouterr().err


@pytest.mark.slow
def test_a_report_is_written_in_english_when_asked(workspace, tmp_path):
    _evaluated(workspace, tmp_path / "out", "--language", "en")

    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert '<html lang="en"' in page
    assert "Net sales" in page
