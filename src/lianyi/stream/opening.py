"""Opening a workspace's history for questions."""

from collections.abc import Iterator
from contextlib import contextmanager

from lianyi.kernel.errors import BadInput
from lianyi.kernel.text import Text
from lianyi.stream.engines import open_engine
from lianyi.stream.engines.base import Engine
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace


class NoFacts(BadInput):
    """A question was asked of an empty workspace."""

    code = "no_facts"
    message = Text(zh="工作区 %(path)s 里还没有数据。", en="The workspace %(path)s holds no data yet.")
    remedy = Text(zh="先导入：lianyi import 订单.csv --as orders", en="Import some first: lianyi import orders.csv --as orders")


@contextmanager
def opened(workspace: Workspace, version: int | None = None) -> Iterator[Engine]:
    """An engine on the newest snapshot, or a named one; closed afterwards. Raises NoFacts when there is nothing to ask."""
    snapshot = EventLog(workspace).snapshot(version)
    if not snapshot.files:
        raise NoFacts(path=str(workspace.path))
    engine = open_engine(workspace, snapshot)
    try:
        yield engine
    finally:
        engine.close()
