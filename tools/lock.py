"""Write the lock files: every package pinned by hash, for every platform and Python from 3.11 on, without an index address.

    python -m tools.lock

The plain lock is resolved first and constrains the others, so that one version of a package is installed everywhere.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLAIN = "requirements.lock"
OLDER_DUCKDB = "duckdb<2"

# lock file -> what goes into it beside the plain dependencies and the build tools
LOCKS: dict[str, tuple[str, ...]] = {
    PLAIN: (),
    "requirements-dev.lock": ("--extra", "fast", "--extra", "text", "--extra", "pdf", "--extra", "pg", "--group", "dev"),
    "requirements-spark.lock": ("--extra", "spark", "--group", "test"),
    "requirements-duckdb15.lock": ("--group", "test"),
    "requirements-peers.lock": ("--extra", "fast", "--group", "test", "--group", "peers"),
}


def compile_command(name: str, constraints: Path | None) -> list[str]:
    """The command that writes one lock file."""
    command = [
        sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", "--output-file", name, "--no-config", "--quiet",
        "--universal", "--python-version", "3.11", "--fork-strategy", "fewest", "--generate-hashes",
        "--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--custom-compile-command", "make lock",
        "--upgrade", "--group", "build",
    ]  # fmt: skip
    command += LOCKS[name]
    if constraints is not None:
        command += ["--constraint", str(constraints)]
    return command


def older_duckdb() -> str:
    """The plain lock's pins as constraints, but for DuckDB, which is held below 2."""
    pins = [line.removesuffix("\\").strip() for line in (ROOT / PLAIN).read_text().splitlines() if line[:1].isalnum()]
    return "\n".join([pin for pin in pins if not pin.startswith("duckdb==")] + [OLDER_DUCKDB])


def main() -> int:
    """Write every lock file; the exit status of the first that cannot be resolved."""
    for name in LOCKS:
        constraints = None if name == PLAIN else ROOT / PLAIN
        scratch = ROOT / "build" / "duckdb15.constraints"
        if name == "requirements-duckdb15.lock":
            scratch.parent.mkdir(exist_ok=True)
            scratch.write_text(older_duckdb())
            constraints = scratch
        status = subprocess.run(compile_command(name, constraints), cwd=ROOT, check=False).returncode
        if status:
            return status
        print(f"wrote {name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
