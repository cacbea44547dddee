"""The public scoring scheme of the Numenta Anomaly Benchmark (standard profile), from its definition (Lavin and Ahmad 2015).

A detection inside a labelled window earns more the earlier it comes, only the best of a window counts; one outside costs .11 times a
sigmoid of its distance behind the last window; a window without a detection costs 1. The threshold is the best one for all files
together. 0 is what a silent detector gets, 100 a perfect one. The first 15% of a file (at most 750 rows) are probation.
"""

import csv
import gzip
import json
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Reals = npt.NDArray[np.float64]
FALSE_ALARM = 0.11


@dataclass(frozen=True)
class Series:
    name: str
    values: Reals
    windows: list[tuple[int, int]]  # first and last row


def load(folder: Path) -> list[Series]:
    labels = json.loads((folder / "combined_windows.json").read_text())
    found = []
    for path in sorted(folder.glob("*.csv.gz")):
        name = path.name.removesuffix(".gz")
        with gzip.open(path, "rt") as file:
            rows = list(csv.DictReader(file))
        t = np.array([r["timestamp"] for r in rows], dtype="datetime64[s]")
        key = ("realTweets/" if name.startswith("Twitter") else "realAdExchange/") + name
        windows = [
            (int(np.searchsorted(t, np.datetime64(a[:19]))), int(np.searchsorted(t, np.datetime64(b[:19]), side="right")) - 1)
            for a, b in labels[key]
        ]
        found.append(Series(name, np.array([float(r["value"]) for r in rows]), windows))
    return found


def sigmoid(place: Reals) -> Reals:
    return np.where(place > 3, -1.0, 2 / (1 + np.exp(5 * np.minimum(place, 3))) - 1)


def worth(series: Series) -> tuple[Reals, npt.NDArray[np.int64]]:
    """What an alarm on each row earns, and which window the row lies in (-1 for none)."""
    n = len(series.values)
    gain, which = np.full(n, -1.0), np.full(n, -1)
    for k, (first, last) in enumerate(series.windows):
        inside = np.arange(first, last + 1)
        gain[inside] = sigmoid(-(last - inside + 1) / (last - first + 1)) / sigmoid(np.array([-1.0]))
        which[inside] = k
        until = series.windows[k + 1][0] if k + 1 < len(series.windows) else n
        behind = np.arange(last + 1, until)
        gain[behind] = sigmoid((behind - last) / max(last - first, 1))
    return gain, which


def nab_score(corpus: list[Series], scores: list[Reals]) -> float:
    everything = np.concatenate(scores)
    thresholds = np.unique(np.quantile(everything, 1 - np.geomspace(1e-5, 0.5, 400)))
    prepared = [worth(s) for s in corpus]
    windows = sum(len(s.windows) for s in corpus)
    best = -math.inf
    for threshold in thresholds:
        raw = 0.0
        for series, score, (gain, which) in zip(corpus, scores, prepared, strict=True):
            alarm = score >= threshold
            alarm[: min(math.floor(0.15 * len(score)), 750)] = False
            rows = np.flatnonzero(alarm)
            raw += FALSE_ALARM * gain[rows[which[rows] < 0]].sum()
            caught = np.full(len(series.windows), -1.0)
            hits = rows[which[rows] >= 0]
            np.maximum.at(caught, which[hits], gain[hits])
            raw += caught.sum()
        best = max(best, raw)
    return 100 * (best + windows) / (2 * windows)


def gaussian_tail(values: Reals, window: int = 6400, step: int = 100) -> Reals:
    """The benchmark's own windowed Gaussian: one minus the tail probability under mean and deviation of the last window."""
    score = np.zeros(len(values))
    mean = deviation = 0.0
    for i in range(1, len(values)):
        if i < window or (i - window) % step == 0:
            past = values[max(0, i - window) : i]
            mean, deviation = float(past.mean()), float(past.std()) or 1e-6
        score[i] = 1 - 0.5 * math.erfc(abs(values[i] - mean) / deviation / math.sqrt(2))
    return score
