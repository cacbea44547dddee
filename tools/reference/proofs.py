"""docs/reference/proofs.md: what must always hold, the bugs planted to see that it is noticed, and the faults that were tried."""

import tomllib
from pathlib import Path
from typing import Any

from tools.reference.errors import make_ready
from tools.reference.markdown import code, page, table

TESTS = Path(__file__).resolve().parents[2] / "tests" / "ops"
FOUND = {
    "day": "一天的业务 · a day's work",
    "kill": "做到一半时 kill -9 · kill -9 while half done",
    "race": "多个进程同时工作 · processes at work together",
}
AUDIT = {"answers": "答复不再成立 · an answer no longer holds", "points": "已付而无积分 · paid, without its points"}


def read(name: str) -> dict[str, Any]:
    """One of the lists, as the tests read it."""
    return tomllib.loads((TESTS / name).read_text(encoding="utf-8"))


def render() -> str:
    """The page."""
    make_ready()
    from lianyi.ops.journal.checking import invariants

    apps: dict[int, list[str]] = {}
    for app, one in invariants():
        apps.setdefault(one.number, []).append(app)
    stated = [
        [
            str(one["number"]),
            one["zh"],
            one["en"],
            ", ".join(dict.fromkeys(apps[one["number"]])),
            ", ".join(code(name) for name in one["held_by"]) + (f" {code(one['seen_by'])}" if "seen_by" in one else ""),
        ]
        for one in read("invariants.toml")["invariant"]
    ]
    planted = [
        [one["zh"], one["en"], FOUND[one["found"]], ", ".join(AUDIT.get(told, code(told)) for told in one["told"])]
        for one in read("faults/planted.toml")["bug"]
    ]
    tried = [
        [one["zh"], one["en"], ", ".join(code(test) for test in one.get("tests", [])), one.get("reason_zh", ""), one.get("reason_en", "")]
        for one in read("faults/faults.toml")["fault"]
    ]
    return page(
        "证明一览 · Proofs",
        "钱、库存与历史靠什么成立。`lianyi check` 逐条核对下列不变量；测试在每次崩溃之后也核对。",
        "What money, stock and history rest on. `lianyi check` runs these invariants; the tests run them after every crash.",
        "## 不变量 · Invariants",
        "“由谁查”是检查所在的部分；“数据库里由何守住”是约束、唯一键与触发器，任何程序都绕不过。留空者数据库守不住，只能靠检查。",
        "*Checked in* is the part whose check it is; *held in the database by* are constraints, unique columns and triggers that no program gets around. "
        "Where that is empty no constraint can say it, and the check is what there is.",
        table(["#", "应当成立", "what must hold", "由谁查 · checked in", "数据库里由何守住 · held in the database by"], stated),
        "## 埋下的错误 · Planted bugs",
        "每一个都曾在别处真实发生过。把它埋进程序，测试必须发现，否则测试本身不合格。",
        "Each is of a kind that somebody has really shipped. Planted in the product, it has to be found, or the tests are no good.",
        table(["错误", "bug", "由何发现 · found by", "谁说出来 · who tells"], planted),
        "## 试过的故障 · Faults that were tried",
        "每一种都有测试；没有的，说明为何。",
        "Each has its tests; where there is none, or it goes only so far, the reason is stated.",
        table(["故障", "fault", "测试 · tests", "说明", "reason"], tried),
    )
