"""The lab's generator, and `lianyi evaluate` of what it made: all methods and the report in every format.

    python -m benchmarks simulate                      100,000 people, 90 days: about 10M facts
    python -m benchmarks.simulate 1000000              a million people: about 100M facts, 1.6 GB of disk

Peers. Simulators of marketing (AMSS, pysimmmulator) make weekly totals of media, not people; generators of purchases (those of
lifetimes, PyMC-Marketing) make one row an order without browsing, friends or campaigns; generators of rows (Faker, dsdgen, our own
`generate_events`) make independent rows in which nothing causes anything. The last is run beside ours, because it fills the same
history with the same columns: the ratio is what people, friends, campaigns and truth cost.
"""

import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.harness import peak_mib, run

DAYS = 90
# What an evaluation of a million people may take on two quiet cores: by the clock, of processor, of memory at its peak.
MOST_SECONDS, MOST_PROCESSOR_SECONDS, MOST_MIB = 300.0, 450.0, 6 * 1024


def lab(home: str, members: str) -> dict[str, Any]:
    """Ours: people who live 90 days, told into a workspace; without twins."""
    from lianyi.lab.simulate import simulate
    from lianyi.lab.worlds import read_world
    from lianyi.stream import workspace

    made = workspace.create(Path(home) / "lab")
    started = time.perf_counter()
    done = simulate(read_world("large"), made, seed=1, members=int(members), days=DAYS, twins=False)
    return _said(made.path, done.facts, started)


def rows(home: str, facts: str) -> dict[str, Any]:
    """Peer: as many independent rows, appended."""
    from benchmarks.generate_events import generate

    started = time.perf_counter()
    generate(Path(home) / "rows", int(facts))
    return _said(Path(home) / "rows", int(facts), started)


def evaluated(home: str, _members: str) -> dict[str, Any]:
    """`lianyi evaluate` of the last half of the 90 days, against the first half."""
    from lianyi.cli.app import run as verb
    from lianyi.kernel.clock import Window, parse_day
    from lianyi.lab.worlds import read_world

    first = parse_day(read_world("large").start)
    window = Window(first + DAYS // 2, first + DAYS)
    out = Path(home) / "evaluation"
    started, before = time.perf_counter(), _processor()
    asked = ["--workspace", str(Path(home) / "lab"), "evaluate", "--from", window.start.isoformat(), "--to", window.end.isoformat()]
    if verb([*asked, "--out", str(out)]):
        raise SystemExit("it could not be evaluated")
    return {
        "seconds": time.perf_counter() - started,
        "processor": _processor() - before,
        "peak_mib": peak_mib(),
        "findings": len(json.loads((out / "evaluation.json").read_text(encoding="utf-8"))["findings"]),
    }


def _processor() -> float:
    spent = resource.getrusage(resource.RUSAGE_SELF)
    return spent.ru_utime + spent.ru_stime


def _said(path: Path, facts: int, started: float) -> dict[str, Any]:
    seconds = time.perf_counter() - started
    size = sum(file.stat().st_size for file in (path / "events").rglob("*.parquet"))
    return {"seconds": seconds, "facts": facts, "bytes": size}


TASKS = {task.__name__: task for task in (lab, rows, evaluated)}


def main(members: int = 100_000) -> None:
    """Each task in a process of its own."""
    module = "benchmarks.simulate"
    with tempfile.TemporaryDirectory(dir=_roomy()) as home:
        made = run(module, "lab", home, str(members))
        facts = made.said["facts"]
        print(f"\nlab: {members:,} people, {DAYS} days, {facts:,} facts")
        _line("lab", made.seconds, made.peak_mib, facts, made.said["bytes"])
        few = min(facts, 3_000_000)
        flat = run(module, "rows", home, str(few))
        _line(f"independent rows ({few:,})", flat.seconds, flat.peak_mib, few, flat.said["bytes"])
        done = run(module, "evaluated", home, str(members))
        print(
            f"  {'evaluated, with its report':<32} {done.seconds:8.1f} s {done.peak_mib:8.0f} MiB   {done.said['processor']:.1f} s of processor,"
            f" {done.said['findings']} findings; a million people may take {MOST_SECONDS:.0f} s, {MOST_MIB} MiB, {MOST_PROCESSOR_SECONDS:.0f} s"
        )


def _line(name: str, seconds: float, peak_mib: float, facts: int, size: int) -> None:
    print(f"  {name:<32} {seconds:8.1f} s {peak_mib:8.0f} MiB   {facts / seconds / 1e6:.2f}M facts/s   {size / facts:.1f} bytes a fact")


def _roomy() -> Path:
    """Where benchmarks keep what is large."""
    path = Path(".bench")
    path.mkdir(exist_ok=True)
    return path


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in TASKS:
        task, *arguments = sys.argv[1:]
        print(json.dumps(TASKS[task](*arguments)))
    else:
        main(*(int(given) for given in sys.argv[1:2]))
