"""How the command line answers: statuses, languages, did-you-mean, global options anywhere."""

import pytest

from lianyi.cli.app import VERBS, run


@pytest.fixture(autouse=True)
def english(monkeypatch):
    monkeypatch.setenv("LIANYI_LANG", "en")


def test_every_verb_explains_itself(capsys):
    for verb in VERBS:
        assert run([verb, "--help"]) == 0
        assert verb in capsys.readouterr().out


def test_an_unknown_verb_is_refused_with_the_nearest_one(capsys):
    assert run(["meassure"]) == 1
    assert "Did you mean measure?" in capsys.readouterr().err


def test_an_unknown_analysis_is_refused_with_the_nearest_one(capsys):
    assert run(["analyse", "funel", "--steps", "a,b"]) == 1
    assert "Did you mean funnel?" in capsys.readouterr().err


def test_a_missing_argument_is_bad_input_not_a_fault(capsys):
    assert run(["measure", "gmv"]) == 1
    assert "--from" in capsys.readouterr().err


def test_init_makes_a_workspace_and_checks_the_settings_of_an_existing_one(tmp_path, capsys):
    home = tmp_path / "shop"

    assert run(["init", str(home), "--currency", "gbp", "--time-zone", "Europe/London"]) == 0
    assert run(["init", str(home), "--currency", "GBP"]) == 0
    settings = (home / "workspace.toml").read_text()
    capsys.readouterr()

    assert run(["init", str(home), "--currency", "CNY"]) == 1
    assert "its currency is GBP, not CNY" in capsys.readouterr().err
    assert (home / "workspace.toml").read_text() == settings


@pytest.mark.parametrize("arguments", [["--time-zone", "Mars/Base"], ["--currency", "yuan"]])
def test_init_refuses_settings_that_cannot_be_and_leaves_nothing(arguments, tmp_path):
    assert run(["init", str(tmp_path / "shop"), *arguments]) == 1
    assert not (tmp_path / "shop").exists()


def test_the_workspace_may_be_named_after_the_verb(tmp_path, capsys):
    assert run(["status", "--workspace", str(tmp_path / "late"), "--json"]) == 0
    assert (tmp_path / "late" / "workspace.toml").exists()


def test_a_question_to_an_empty_workspace_says_what_to_do(tmp_path, capsys):
    assert run(["--workspace", str(tmp_path / "w"), "measure", "gmv", "--from", "2024-01-01", "--to", "2024-02-01"]) == 1

    said = capsys.readouterr().err
    assert "holds no data yet" in said
    assert "lianyi import" in said


def test_the_home_variable_chooses_the_workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("LIANYI_HOME", str(tmp_path / "home"))

    assert run(["status"]) == 0
    assert (tmp_path / "home" / "workspace.toml").exists()


def test_a_folder_that_cannot_be_made_is_bad_input(tmp_path, capsys):
    (tmp_path / "file").write_text("not a folder")

    assert run(["--workspace", str(tmp_path / "file" / "w"), "status"]) == 1
    assert "cannot be used" in capsys.readouterr().err


def test_messages_are_chinese_unless_asked_otherwise(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("sys.argv", ["lianyi", "--lang", "zh"])

    assert run(["--workspace", str(tmp_path / "w"), "evaluate"]) == 1
    assert "还没有数据" in capsys.readouterr().err
