"""`lianyi take-over` says how many were new; `lianyi import` tells of it where there are operations to take them over."""

import json

import pytest

from lianyi.cli.app import run
from lianyi.stream import workspace as workspaces

MEMBERS = "member_id,joined_at\n13800000001,2026-05-01 10:00:00\n13800000002,2026-05-02 10:00:00\n13800000003,\n"
pytestmark = pytest.mark.django_db


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("LIANYI_LANG", "en")
    monkeypatch.delenv("LIANYI_DATABASE_URL", raising=False)
    (tmp_path / "members.csv").write_text(MEMBERS, encoding="utf-8")
    space = workspaces.create(tmp_path / "w")
    monkeypatch.setenv("LIANYI_HOME", str(space.path))
    return space.path


def test_it_says_how_many_were_new_and_what_was_left_out(home, capsys):
    assert run(["import", str(home.parent / "members.csv")]) == 0
    capsys.readouterr()

    assert run(["take-over"]) == 0
    said = capsys.readouterr().out
    assert run(["take-over", "--json"]) == 0
    again = json.loads(capsys.readouterr().out)

    assert said.splitlines() == [
        "New members 2, groups 0, came into groups 0, left groups 0, products 0.",
        "Left out: members without a day of joining 1",
    ]
    assert again == {"members": 0, "groups": 0, "seats": 0, "left": 0, "products": 0, "left_out": {"undated": 1}}


@pytest.mark.parametrize("has_operations", [False, True])
def test_an_import_tells_of_it_where_there_are_operations(has_operations, home, capsys):
    if has_operations:
        (home / "operations.sqlite3").touch()

    assert run(["import", str(home.parent / "members.csv")]) == 0
    assert ("lianyi take-over" in capsys.readouterr().out) == has_operations
    assert run(["import", str(home.parent / "members.csv")]) == 0
    assert "lianyi take-over" not in capsys.readouterr().out, "nothing new"
