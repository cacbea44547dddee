"""Removing files that nobody can need any more. Called with the write lock held, so no running writer owns what is found."""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import Path

from lianyi.stream.log import delta


def event_files_kept(path: Path, *, now_us: int, retention_hours: float, versions: Collection[int]) -> set[str]:
    """The event files that must stay, relative to the table: the current ones, those that left it within the retention (a
    query may still be reading them), and those of cited versions."""
    table = delta.load(path)
    kept = set(delta.table_paths(table))
    for number in _recent(path, table.version(), now_us - retention_hours * 3600e6):
        kept |= {line["remove"]["path"] for line in delta.log_lines(path, number) if "remove" in line}
    for version in versions:
        kept |= set(delta.table_paths(delta.load(path, version)))
    return kept


def table_versions_kept(path: Path, *, now_us: int, retention_hours: float, versions: Collection[int]) -> dict[str, set[int]]:
    """The versions of each reference table that must stay, by the same rule."""
    latest = delta.load(path).version()
    recent = _recent(path, latest, now_us - retention_hours * 3600e6)
    # The version that was current when the retention began counts as well: a query may have begun with it.
    oldest = min([*recent, latest])
    kept: dict[str, set[int]] = {}
    for number in {latest, max(oldest - 1, 0), *recent, *versions}:
        for name, version in delta.pinned_tables(path, number).items():
            kept.setdefault(name, set()).add(version)
    return kept


def reference_files_kept(root: Path, kept: Mapping[str, Iterable[int]]) -> set[Path]:
    """The reference files of the versions to keep; of the list of erased members only the newest is ever read."""
    return {
        root / name / path
        for name, versions in kept.items()
        for version in (versions if name != "erased" else [max(versions)])
        for path in delta.table_paths(delta.load(root / name, version))
    }


def remove_all_but(folder: Path, kept: Collection[Path], *, spare: Callable[[Path], bool] = lambda _: False) -> tuple[int, int]:
    """Delete every Parquet file under a folder that is not kept, and unfinished log entries; says (files, bytes).

    spare : asked of each file that would go; True keeps it
    """
    files = size = 0
    for file in sorted(folder.rglob("*")):
        unfinished = "_delta_log" in file.parts and (file.suffix == ".tmp" or file.name.startswith("_commit_"))
        data = file.suffix == ".parquet" and "_delta_log" not in file.parts
        if not file.is_file() or not (unfinished or data) or file in kept or spare(file):
            continue
        size += file.stat().st_size
        file.unlink()
        files += 1
    for month in folder.glob("m=*"):
        if not any(month.iterdir()):
            month.rmdir()
    return files, size


def _recent(path: Path, latest: int, since_us: float) -> list[int]:
    """Versions committed after an instant, newest first."""
    found = []
    for number in range(latest, -1, -1):
        try:
            stamps = [info["timestamp"] for info in delta.commit_infos(path, number)]
        except (FileNotFoundError, json.JSONDecodeError):
            break
        if stamps and max(stamps) * 1000 <= since_us:
            break
        found.append(number)
    return found
