"""How much memory an engine in this process may take: what the workspace says, else a share of the machine."""

import os
from pathlib import Path

MIB = 2**20
# Half of what is there, for the system and others need some, and never more than this unless told: a hundred million facts are evaluated in it.
USUAL_SHARE, USUAL_MOST_MIB = 0.5, 4096
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")


def usual_mib(there_mib: int) -> int:
    """What an engine takes at most where nobody says: half the memory there is, at most 4 GiB.

    there_mib : memory that this process may use

    >>> usual_mib(2048), usual_mib(64 * 1024)
    (1024, 4096)
    """
    return min(int(there_mib * USUAL_SHARE), USUAL_MOST_MIB)


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
