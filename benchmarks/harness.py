"""Running one task of a benchmark in a process of its own, with its time and its peak memory by the system's own account."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True)
class Run:
    """One process: wall seconds it says its work took (start-up left out), peak MiB, and what else it says."""

    seconds: float
    peak_mib: float
    said: dict[str, Any]


def run(module: str, task: str, *arguments: str, python: Path | None = None) -> Run:
    """Run `python -m module task arguments`, whose last line is JSON with at least `seconds`.

    python : another environment's interpreter, which runs the file `module` instead
    """
    command = [sys.executable, "-m", module] if python is None else [str(python), module]
    process = subprocess.Popen([*command, task, *arguments], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = process.stdout.read().splitlines()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{module} {task} ended with {process.returncode}")
    said = json.loads(lines[-1])
    return Run(said["seconds"], said.get("peak_mib", usage.ru_maxrss / 1024), said)


def peak_mib() -> float:
    """The most memory this process has held. What the system tells its parent begins with the parent's own."""
    status = Path("/proc/self/status").read_text(encoding="utf-8")
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def interleaved(module: str, tasks: Sequence[str], *arguments: str, rounds: int = 3) -> dict[str, Run]:
    """Each task in turn, several rounds, so that a machine that slows down slows all alike; the median round of each."""
    runs: dict[str, list[Run]] = {task: [] for task in tasks}
    for _ in range(rounds):
        for task in tasks:
            runs[task].append(run(module, task, *arguments))
    chosen = {}
    for task, done in runs.items():
        middle = median(r.seconds for r in done)
        chosen[task] = min(done, key=lambda r: abs(r.seconds - middle))
    return chosen


def table(title: str, runs: dict[str, Run], ours: str) -> None:
    """Print time and memory of each task, and how many times as long as ours it took."""
    print(f"\n{title}")
    for task, done in runs.items():
        ratio = done.seconds / runs[ours].seconds
        print(f"  {task:<28} {done.seconds:9.2f} s  x{ratio:6.2f}   {done.peak_mib:8.0f} MiB")
