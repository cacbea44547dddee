"""python -m tools.reference [--check]."""

import sys
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from tools.reference import api, commands, compliance, errors, evaluation, events, methods, metrics, proofs

ROOT = Path(__file__).resolve().parents[2]
FOLDER = Path("docs") / "reference"
# page -> its renderer
PAGES: dict[str, Callable[[], str]] = {
    "errors": errors.render,
    "events": events.render,
    "evaluation": evaluation.render,
    "metrics": metrics.render,
    "methods": partial(methods.render, "en"),
    "methods.zh-CN": partial(methods.render, "zh"),
    "compliance": partial(compliance.render, "en"),
    "compliance.zh-CN": partial(compliance.render, "zh"),
    "proofs": proofs.render,
    "api": api.render,
    "cli": partial(commands.render, "en"),
    "cli.zh-CN": partial(commands.render, "zh"),
}


def stale(root: Path = ROOT, *, names: Iterable[str] = PAGES) -> list[tuple[Path, str]]:
    """Pages that are not what would be written, with what would be."""
    found = []
    for name in names:
        target = root / FOLDER / f"{name}.md"
        text = PAGES[name]()
        if not target.is_file() or target.read_text(encoding="utf-8") != text:
            found.append((target, text))
    return found


def main(arguments: list[str]) -> int:
    """Write or check the pages; 1 when one is stale."""
    check = "--check" in arguments
    found = stale()
    for target, text in found:
        if check:
            print(f"{target.relative_to(ROOT)} is stale: run `make docs` and commit it", file=sys.stderr)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            print(f"wrote {target.relative_to(ROOT)}")
    return 1 if check and found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
