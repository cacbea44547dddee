"""How much memory a question may take in this process: what the workspace says, else a share of the machine; and how much of it DuckDB may."""

import os
from pathlib import Path

MIB = 2**20
# Half of what is there, for the system and others need some, and never more than this unless told: a hundred million facts are evaluated in it.
USUAL_SHARE, USUAL_MOST_MIB = 0.5, 4096
# DuckDB counts what it holds in buffers, not what it has asked of the system, nor what comes back to Python and the analysis itself: sessions
# and paths in SQL over 10M facts took 360 to 415 MiB beside a limit of 400; over 50M the process kept 2.5 GB when DuckDB had 1.5.
DUCKDB_SHARE = 0.6
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def usual_mib(there_mib: int) -> int:
    """What a question takes at most where nobody says: half the memory there is, at most 4 GiB.

    there_mib : memory that this process may use

    >>> usual_mib(2048), usual_mib(64 * 1024)
    (1024, 4096)
    """
    return min(int(there_mib * USUAL_SHARE), USUAL_MOST_MIB)


def duckdb_mib(bound_mib: int) -> int:
    """What DuckDB may count of a bound on the process.

    >>> duckdb_mib(2500), duckdb_mib(4096)
    (1500, 2457)
    """
    return int(bound_mib * DUCKDB_SHARE)


def machine_mib(cgroup_limit: Path = CGROUP_LIMIT) -> int:
    """Memory that this process may use: the machine's, or what its container was given.

    cgroup_limit : where Linux says what the container was given; "max" or no such file means all of it
    """
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        given = cgroup_limit.read_text(encoding="ascii").strip()
    except OSError:
        given = "max"
    return (there if given == "max" else min(there, int(given))) // MIB
