"""The generated import contracts are current, follow the packages that exist, and a broken one is noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.contracts import ROOT, TARGET, written

pytest.importorskip("importlinter", reason="the linter is in the development environment only")


def house(folder: Path, *modules: str, **code: str) -> Path:
    """A small lianyi of its own with these modules; `code` by module name with __ for a dot."""
    shutil.copy(ROOT / "pyproject.toml", folder)
    for module in ("kernel", *modules):
        target = folder / "src" / "lianyi" / Path(*module.split(".")) / "__init__.py"
        target.parent.mkdir(parents=True, exist_ok=True)
        for parent in target.relative_to(folder / "src").parents[:-1]:
            (folder / "src" / parent / "__init__.py").touch()
        target.write_text(code.get(module.replace(".", "__"), ""))
    (folder / TARGET).write_text(written(folder))
    return folder


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "import sys; sys.path.insert(0, 'src'); from importlinter.cli import lint_imports_command; lint_imports_command()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": "src", "COLUMNS": "200"},
    )


def test_the_contracts_are_what_the_packages_ask_for():
    assert (ROOT / TARGET).read_text(encoding="utf-8") == written(ROOT), "stale: run make docs"


def test_a_floor_appears_in_its_place_once_it_has_a_package(tmp_path):
    text = written(house(tmp_path, "cli", "flows", "insight.measure"))

    assert "layers =\n    cli\n    flows\n    insight\n    kernel\n" in text


def test_siblings_of_one_floor_may_not_import_each_other(tmp_path):
    text = written(house(tmp_path, "web", "cli"))

    assert "layers =\n    web | cli\n    kernel\n" in text


def test_a_house_in_order_passes(tmp_path):
    house(tmp_path, "stream", "cli", stream="from lianyi import kernel", cli="import lianyi.stream")

    ran = lint(tmp_path)

    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize(
    "modules,code,contract",
    [
        (("stream",), {"kernel": "import lianyi.stream"}, "A lower floor never imports a higher one"),
        (("cellar",), {}, "A lower floor never imports a higher one"),
        (("insight.measure", "insight.report"), {"insight__measure": "import lianyi.insight.report"}, "Inside insight the same"),
        (
            ("stream.log", "stream.intake"),
            {"stream__log": "import lianyi.stream.intake", "stream__intake": "import lianyi.stream.log"},
            "No two siblings",
        ),
        (("stream",), {"stream": "import django"}, "Numbers and facts know no web framework"),
        (("cli",), {"cli": "import altair"}, "Charts are Vega-Lite JSON, without a charting library"),
        ((), {"kernel": "import numpy"}, "The kernel stands on the standard library"),
        (("stream.log",), {"stream__log": "import duckdb"}, "Only stream.engines.duckdb may import duckdb"),
        (("cli",), {"cli": "import pyspark"}, "Only stream.engines.spark may import pyspark"),
        (("ops.shop", "ops.members.models"), {"ops__shop": "import lianyi.ops.members.models"}, "Only ops.members touches its models"),
        (("ops.shop.rules",), {"ops__shop__rules": "import django"}, "What the operations decide"),
        (
            ("ops.shop.selectors", "ops.shop.services"),
            {"ops__shop__selectors": "import lianyi.ops.shop.services"},
            "Selectors never import services",
        ),
    ],
)
def test_a_broken_contract_is_noticed(tmp_path, modules, code, contract):
    house(tmp_path, *modules, **code)

    ran = lint(tmp_path)

    assert ran.returncode == 1
    broken = [line for line in ran.stdout.splitlines() if line.endswith("BROKEN")]
    assert [line.startswith(contract) for line in broken] == [True], ran.stdout
