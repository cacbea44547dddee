"""`lianyi forget` reaches the operations of the workspace as well as its history."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]


def program(home, *arguments):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANYI_")}
    environment |= {"LIANYI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "lianyi.server.settings", "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-m", *arguments], env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_member_of_the_shop_is_erased_in_its_database_too(tmp_path):
    home = tmp_path / "w"
    program(home, "lianyi.cli", "migrate")
    mei = json.loads(program(home, "tests.browser.team", "member", '{"phone": "13800000001"}'))

    program(home, "lianyi.cli", "forget", mei)

    with sqlite3.connect(home / "operations.sqlite3") as database:
        assert database.execute("SELECT count(*) FROM members_member WHERE erased_at IS NOT NULL").fetchone() == (1,)
        assert database.execute("SELECT count(*) FROM journal_fact WHERE fact LIKE ?", [f"%{mei}%"]).fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM journal_command WHERE result LIKE ?", [f"%{mei}%"]).fetchone() == (0,)
    checked = json.loads(program(home, "lianyi.cli", "check", "--json"))
    assert {row["number"] for row in checked if row["status"] == "broken"} == set()


def test_where_only_history_is_kept_no_database_is_made(tmp_path):
    home = tmp_path / "w"
    program(home, "lianyi.cli", "forget", "m_0")
    assert not (home / "operations.sqlite3").exists()
