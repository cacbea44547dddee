"""How the lock files are resolved."""

from pathlib import Path

from tools.lock import LOCKS, ROOT, compile_command, older_duckdb


def test_every_lock_file_is_resolved_universally_with_hashes_and_without_addresses():
    for name in LOCKS:
        command = compile_command(name, None)
        assert {"--universal", "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-config"} <= set(command)
        assert command[command.index("--output-file") + 1] == name


def test_the_lock_files_in_the_repository_are_those_that_are_resolved():
    assert {path.name for path in ROOT.glob("*.lock")} == set(LOCKS)


def test_constraints_are_handed_on():
    assert compile_command("requirements-dev.lock", Path("requirements.lock"))[-2:] == ["--constraint", "requirements.lock"]


def test_the_older_duckdb_frees_that_one_pin_only():
    pins = older_duckdb().splitlines()
    plain = [line for line in (ROOT / "requirements.lock").read_text(encoding="utf-8").splitlines() if line[:1].isalnum()]

    assert pins[-1] == "duckdb<2"
    assert len(pins) == len(plain)
    assert [pin for pin in pins if "\\" in pin] == []
    assert [pin for pin in pins if pin.startswith("duckdb==")] == []
