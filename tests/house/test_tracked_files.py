"""What may not be in any tracked file: this or that machine, an index address, a file too long to read."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-spark.lock", "requirements-duckdb15.lock", "requirements-peers.lock")
LONGEST = {"src": 500, "tools": 300, "tests": 700, "benchmarks": 500}
# Written in pieces, so that this file does not find itself.
MACHINE = re.compile(r"""(?:^|[\s"'`(=:,])/(?:wor""" + r"""k|roo""" + r"""t|hom""" + r"""e|op""" + r"""t)/\w""", re.MULTILINE)
REGISTRY = re.compile("|".join(("py" + r"pi\.org", "python" + r"hosted\.org", "npm" + r"js\.(?:org|com)", "deb\\." + r"debian\.org")))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


def texts() -> list[tuple[Path, str]]:
    found = []
    for path in tracked():
        raw = path.read_bytes()
        if b"\0" not in raw[:8192]:
            found.append((path.relative_to(ROOT), raw.decode("utf-8", errors="replace")))
    return found


def test_no_tracked_file_names_a_path_of_some_machine():
    assert [(str(path), found[0].strip()) for path, text in texts() if (found := MACHINE.search(text))] == []


def test_no_tracked_file_names_a_package_registry():
    assert [(str(path), found[0]) for path, text in texts() if (found := REGISTRY.search(text))] == []


@pytest.mark.parametrize("line", ["see /wor" + "k/main", 'Path("/roo' + 't/x")', "cd /hom" + "e/lin/shop"])
def test_a_machine_path_would_be_found(line):
    assert MACHINE.search(line)


@pytest.mark.parametrize("line", ["https://example.com/work/done", "a/work/b", "/opt is a folder", "src/lianyi/kernel"])
def test_an_innocent_path_would_not(line):
    assert not MACHINE.search(line)


def pins(name: str) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9.-]+)==([^ ;\\]+)", (ROOT / name).read_text(encoding="utf-8"), re.MULTILINE))


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_file_holds_pins_and_hashes_and_no_address(name):
    lines = [line for line in (ROOT / name).read_text(encoding="utf-8").splitlines() if line.strip() and not line.lstrip().startswith("#")]
    requirements = [line for line in lines if not line.startswith(" ")]

    assert [line for line in requirements if not re.match(r"[a-z0-9.-]+==\S+( ; .+)? \\$", line)] == []
    assert [line for line in lines if line.startswith(" ") and not re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line)] == []
    # after every requirement at least one hash
    assert [line for line, after in zip(lines, [*lines[1:], ""], strict=True) if line in requirements and "--hash" not in after] == []


@pytest.mark.parametrize("name", LOCKS[1:])
def test_one_version_of_a_package_is_installed_everywhere(name):
    plain, other = pins(LOCKS[0]), pins(name)

    differing = {package for package in plain if plain[package] != other.get(package)}

    assert differing == ({"duckdb"} if name == "requirements-duckdb15.lock" else set())


def test_the_older_duckdb_is_locked_below_2():
    assert pins("requirements-duckdb15.lock")["duckdb"].startswith("1.5.")


def test_no_file_is_too_long_to_be_read():
    long = {
        str(path.relative_to(ROOT)): lines
        for folder, limit in LONGEST.items()
        for path in (ROOT / folder).rglob("*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > limit
    }

    assert long == {}


def test_every_folder_of_the_product_with_code_is_a_package():
    folders = {path.parent for path in (ROOT / "src" / "lianyi").rglob("*.py")}

    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []
