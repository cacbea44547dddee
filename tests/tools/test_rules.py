"""Every rule fires on a planted violation, says where, and leaves the honest form alone."""

import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tools.rules.__main__ import RULES, violations

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTED = '"""What it is for."""\n'

# rule, file, code that breaks it, line that is named
PLANTED = [
    ("foreign-table", "lianyi/ops/shop/go.py", "from lianyi.ops.members.selectors import Member\nMember.objects.all()\n", 2),
    ("banned-module-name", "lianyi/stream/utils.py", DOCUMENTED, 1),
    ("banned-module-name", "lianyi/stream/_helpers.py", DOCUMENTED, 1),
    ("banned-module-name", "lianyi/stream/data/__init__.py", DOCUMENTED, 1),
    ("kernel-stands-alone", "lianyi/kernel/money.py", DOCUMENTED + "import numpy as np\n", 2),
    ("kernel-stands-alone", "lianyi/kernel/money.py", DOCUMENTED + "from lianyi.stream import log\n", 2),
    ("silent-except", "lianyi/cli/go.py", "try:\n    go()\nexcept:\n    raise\n", 3),
    ("silent-except", "lianyi/cli/go.py", "try:\n    go()\nexcept Exception:\n    pass\n", 3),
    ("silent-except", "lianyi/cli/go.py", "try:\n    go()\nexcept (ValueError, BaseException):\n    ...\n", 3),
    ("silent-except", "lianyi/cli/go.py", "for x in xs:\n    try:\n        go(x)\n    except Exception:\n        continue\n", 4),
    ("silent-except", "lianyi/cli/go.py", "def f():\n    try:\n        return go()\n    except Exception:\n        return None\n", 4),
    ("silent-except", "lianyi/cli/go.py", "from contextlib import suppress\nwith suppress(Exception):\n    go()\n", 2),
    ("hidden-clock", "lianyi/stream/log.py", DOCUMENTED + "import datetime as dt\nnow = dt.datetime.now(dt.UTC)\n", 3),
    ("hidden-clock", "lianyi/stream/log.py", DOCUMENTED + "from datetime import date\ntoday = date.today()\n", 3),
    ("hidden-clock", "lianyi/stream/log.py", DOCUMENTED + "from time import time_ns as tick\nclock = tick\n", 3),
    ("undocumented", "lianyi/insight/measure/sums.py", DOCUMENTED + "def total(xs):\n    return sum(xs)\n", 2),
    ("undocumented", "lianyi/stream/log.py", DOCUMENTED + "class Log:\n    size = 0\n", 2),
    ("undocumented", "lianyi/stream/log.py", "size = 0\n", 1),
    ("assembled-text", "lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nn = 3\nText(zh=f"{n} 行", en="rows")\n', 3),
    ("assembled-text", "lianyi/cli/go.py", 'from lianyi.kernel import text as t\nt.Text(zh="行", en="%s rows" % 3)\n', 2),
    ("assembled-text", "lianyi/cli/go.py", 'class Full:\n    message = "full: {}".format(3)\n', 2),
    ("wrong-placeholders", "lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nText(zh="%(n)s 行", en="%(rows)s rows")\n', 2),
    ("wrong-placeholders", "lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nText(zh="%s 行", en="rows")\n', 2),
    ("wrong-placeholders", "lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nText(zh="%(n)s 占 5%", en="%(n)s is 5%%")\n', 2),
    ("wrong-placeholders", "lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nText(zh="5%%", en="5%")\n', 2),
    ("wrong-placeholders", "lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nText(zh="%(n)行", en="%(n)s rows")\n', 2),
    (
        "assembled-text",
        "lianyi/cli/go.py",
        'from lianyi.kernel.numbers import sentence\nn = 3\nsentence(f"{n} 行", "%(n)s rows", n=n)\n',
        3,
    ),
    (
        "wrong-placeholders",
        "lianyi/cli/go.py",
        'from lianyi.kernel.numbers import sentence\nsentence("%(n)s 行", "%(n)s rows", rows=3)\n',
        2,
    ),
    ("wrong-placeholders", "lianyi/cli/go.py", 'from lianyi.kernel.numbers import sentence\nsentence("%(n)s 行", "rows", n=3)\n', 2),
    ("half-said", "lianyi/web/go.py", 'shown("已保存")\n', 1),
    ("half-said", "lianyi/web/go.py", 'said = {"zh": "好", "en": "good"}\nlabel = "已保存"\n', 2),
    ("half-said", "lianyi/ops/go.py", 'term("活动价", unit="fen")\n', 1),
    ("wrong-placeholders", "lianyi/cli/go.py", 'from lianyi.kernel.numbers import sentence\nsentence("95%% 区间", "95% interval")\n', 2),
]

HONEST = [
    (
        "lianyi/web/go.py",
        '"""说明"""\nterm("活动价", "price")\nsaid = "好" if is_zh else "good"\nsay(zh="好", en="good", hint={"zh": "好", "en": "good"})\n',
    ),
    ("lianyi/web/go.py", 'term("微信 WeChat")\n\n\nclass Meta:\n    verbose_name = "会员"\n'),
    (
        "lianyi/cli/go.py",
        'from lianyi.kernel.numbers import sentence\nzh, en = "共 %(n)s 行", "%(n)s rows"\nsentence(zh + "。", en + ".", n=3)\n',
    ),
    ("lianyi/cli/go.py", 'from lianyi.kernel.numbers import sentence\nsentence("%(n)s 行，95%%", "%(n)s rows, 95%%", n=3)\n'),
    ("lianyi/cli/go.py", 'from lianyi.kernel.numbers import sentence\nsentence("%(n)s 行", "%(n)s rows", **parts)\n'),
    ("lianyi/stream/staging.py", DOCUMENTED),
    ("lianyi/kernel/money.py", DOCUMENTED + "import datetime as dt\nfrom lianyi.kernel.text import Text\n"),
    ("lianyi/cli/go.py", "import contextlib\nwith contextlib.suppress(FileNotFoundError):\n    go()\n"),
    ("lianyi/cli/go.py", "try:\n    go()\nexcept Exception as fault:\n    raise SystemExit(2) from fault\n"),
    ("lianyi/cli/go.py", "import datetime as dt\nnow = dt.datetime.now(dt.UTC)\n"),
    ("lianyi/stream/log.py", DOCUMENTED + "import time\nstart = time.perf_counter()\n"),
    ("lianyi/stream/log.py", DOCUMENTED + "def _private(x):\n    return x\n"),
    ("lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nText(zh="%(n)s 行，占 %(share).1f%%", en="%(n)s rows, %(share).1f%%")\n'),
    ("lianyi/cli/go.py", 'from lianyi.kernel.text import Text\nText(zh="95% 区间", en="95% interval")\n'),
]


def planted(folder: Path, name: str, code: str) -> Path:
    target = folder / name
    target.parent.mkdir(parents=True)
    target.write_text(dedent(code), encoding="utf-8")
    return target


@pytest.mark.parametrize("rule,name,code,line", PLANTED)
def test_a_planted_violation_is_found_at_its_line(tmp_path, rule, name, code, line):
    target = planted(tmp_path, name, code)

    found = violations(tmp_path)

    assert [(violation.rule, violation.path, violation.line) for violation in found] == [(rule, target, line)]


@pytest.mark.parametrize("name,code", HONEST)
def test_the_honest_form_passes(tmp_path, name, code):
    planted(tmp_path, name, code)

    assert violations(tmp_path) == []


def test_every_rule_has_a_planted_violation():
    written = {rule.__name__ for rule in RULES}
    named = {rule.replace("-", "_") for rule, *_ in PLANTED}

    assert written == named


def test_the_command_fails_and_prints_the_line(tmp_path):
    target = planted(tmp_path, "lianyi/stream/misc.py", DOCUMENTED)

    ran = subprocess.run([sys.executable, "-m", "tools.rules", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert ran.returncode == 1
    assert ran.stdout.startswith(f"{target}:1: banned-module-name: ")


def test_the_command_passes_on_an_empty_folder(tmp_path):
    ran = subprocess.run([sys.executable, "-m", "tools.rules", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stdout) == (0, "")
