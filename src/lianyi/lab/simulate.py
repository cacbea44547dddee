"""From a world to a workspace: facts, reference tables and, beside them, the truth."""

import hashlib
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pyarrow as pa

from lianyi.kernel.errors import UnknownName
from lianyi.lab.cast.setting import setting
from lianyi.lab.telling.tell import Telling
from lianyi.lab.worlds.world import World
from lianyi.stream.log.table import EventLog
from lianyi.stream.record import FACT
from lianyi.stream.workspace import Workspace

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Simulated:
    """What a simulation wrote: facts; facts delivered twice, which the history knew again; reference tables."""

    version: int
    facts: int
    repeated: int
    tables: tuple[str, ...]


def simulate(
    world: World,
    workspace: Workspace,
    *,
    seed: int,
    members: int,
    days: int,
    without: Collection[str] = (),
    progress: Progress = lambda share: None,
) -> Simulated:
    """Live through a world and write what it leaves into an empty workspace.

    members : population, members and those who may become members; days : how many are lived and told
    without : causes to leave out (`World.causes`)
    Raises    UnknownName for a cause the world does not have; ValueError when the workspace has facts; DiskFull, WriterBusy.
    Cost      about a million facts a second on two cores; memory 0.6 GiB a million people.
    """
    for cause in without:
        if cause not in world.causes:
            raise UnknownName(what="cause", given=cause, allowed=list(world.causes))
    telling = Telling(setting(world, seed, members=members, days=days, without=without), workspace, _run(world, seed, members))
    log = EventLog(workspace)
    source = f"simulated {world.name}, seed {seed}"

    def told() -> Iterator[pa.RecordBatch]:
        for batch in _ahead(telling.batches()):
            yield batch
            if telling.lived:
                progress(telling.lived / days)

    begun = log.begin(pa.RecordBatchReader.from_batches(FACT, told()), source=source)
    again = log.append(pa.Table.from_batches(telling.again, schema=FACT), tables=telling.tables(), source=source)
    return Simulated(again.version, begun.written, again.known, again.tables)


def _run(world: World, seed: int, members: int) -> int:
    """22 bits that tell the facts of one run from those of another."""
    digest = hashlib.blake2b(f"{world.name}/{seed}/{members}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) & 0x3FFFFF


def _ahead(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The same batches, the next one made while the last is written."""
    with ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, batches, None)
        while (batch := coming.result()) is not None:
            coming = pool.submit(next, batches, None)
            yield batch
