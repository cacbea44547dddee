"""Analyses as the console shows them: one file each, all on one page of the same make."""

from lianyi.kernel.errors import UnknownName
from lianyi.web.console.explorers import attribution, community, content, fission, funnel, paths, retention, rfm
from lianyi.web.console.explorers.shown import Explorer

EXPLORERS: dict[str, Explorer] = {
    module.EXPLORER.id: module.EXPLORER for module in (funnel, retention, paths, rfm, attribution, fission, content, community)
}


def explorer(name: str) -> Explorer:
    """One explorer. Raises UnknownName."""
    if name not in EXPLORERS:
        raise UnknownName(what="analysis", given=name, allowed=list(EXPLORERS))
    return EXPLORERS[name]
