"""Several processes at once: importers of the same and of different facts, and readers while the house is kept."""

from multiprocessing.context import ForkServerContext
from pathlib import Path

import pytest

from tests.faults import work
from tests.faults.test_kill import check_whole

pytestmark = pytest.mark.fault
QUERIES = 150


def written(said: Path) -> list[tuple[int, int]]:
    """(portion, facts written) of every acknowledged append."""
    return [(int(a), int(b)) for a, b in (line.split() for line in work.heard(said) if line[0].isdigit())]


@pytest.mark.parametrize("spans", [[(0, 12), (0, 12), (0, 12)], [(0, 10), (10, 20)], [(0, 12), (6, 18)]])
def test_importers_at_once_write_every_fact_once(
    processes: ForkServerContext, home: Path, tmp_path: Path, spans: list[tuple[int, int]]
) -> None:
    said = [tmp_path / f"said-{n}" for n in range(len(spans))]
    started = [
        processes.Process(target=work.append_portions, args=(home, file, first, last))
        for file, (first, last) in zip(said, spans, strict=True)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join(120)
        assert process.exitcode == 0

    everything = {n for first, last in spans for n in range(first, last)}
    assert check_whole(home, everything) == everything
    assert sum(facts for file in said for _, facts in written(file)) == len(everything) * work.ROWS
    assert [n for file, span in zip(said, spans, strict=True) for n, _ in written(file)] == [n for span in spans for n in range(*span)]


def test_readers_never_fail_and_never_see_less_while_the_house_is_kept(processes: ForkServerContext, home: Path, tmp_path: Path) -> None:
    work.append_portions(home, tmp_path / "before", 0, 6)
    said = {name: tmp_path / name for name in ("reader-1", "reader-2", "importer", "keeper")}
    readers = [processes.Process(target=work.query_often, args=(home, said[f"reader-{n}"], QUERIES)) for n in (1, 2)]
    importer = processes.Process(target=work.append_portions, args=(home, said["importer"], 6, 10_000))
    # Files go two seconds after they left the current version: far longer than a query here, far shorter than the test.
    keeper = processes.Process(target=work.keep_house, args=(home, said["keeper"], 10_000, False, 2 / 3600))
    everyone = [*readers, importer, keeper]
    for process in everyone:
        process.start()
    try:
        for reader in readers:
            reader.join(400)
        assert importer.is_alive()
        assert keeper.is_alive()
    finally:
        for process in everyone:
            process.kill()
            process.join()

    for n in (1, 2):
        lines = work.heard(said[f"reader-{n}"])
        assert [line for line in lines if line.startswith("fault")] == []
        counts = [tuple(int(x) for x in line.split()) for line in lines[1:]]
        assert len(counts) == QUERIES
        assert all(rows == ids for rows, ids, _ in counts)
        assert all(who == work.MEMBERS for _, _, who in counts)
        assert counts == sorted(counts)
        assert counts[-1][0] > counts[0][0]
    assert len([line for line in work.heard(said["keeper"]) if line.startswith("maintained")]) >= 3
    check_whole(home, {n for n, _ in written(said["importer"])})
