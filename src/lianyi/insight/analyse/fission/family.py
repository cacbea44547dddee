"""One family of invitations, as far as it can be drawn: from a member downwards, those with the most behind them first."""

from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
import pyarrow as pa

from lianyi.insight.analyse.coding import coded
from lianyi.insight.analyse.fission.fission import MEMBERS
from lianyi.insight.analyse.fission.forest import Forest, forest
from lianyi.kernel.errors import NotThere
from lianyi.kernel.text import Text
from lianyi.stream.engines.base import Engine

# Refunds on record are subtracted; who never paid has no row.
BOUGHT = """
SELECT e.member_id AS who, CAST(sum(CASE WHEN e.name = 'order_paid' THEN e.amount_fen ELSE 0 - e.amount_fen END) AS BIGINT) AS net_fen
FROM events AS e JOIN family_members AS f ON f.who = e.member_id
WHERE e.name IN ('order_paid', 'order_refunded')
GROUP BY e.member_id
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """One member of a family.

    parent  : who brought them; None for the one it begins with
    depth   : generations below the one it begins with
    invited : members they brought themselves; below: with all that followed
    hidden  : of those they brought, how many are not listed
    net_fen : what they paid in all, net of refunds
    """

    member: str
    parent: str | None
    depth: int
    invited: int
    below: int
    hidden: int
    net_fen: int


@dataclass(frozen=True, slots=True)
class Family:
    """A family from a member downwards.

    root      : whom it begins with
    brought_by: who brought that member, None when nobody did
    relatives : the root first, then those listed, parents before children
    size      : members in the whole family, the root counted
    roots     : (member, members below), the largest families of the history
    """

    root: str
    brought_by: str | None
    relatives: tuple[Relative, ...]
    size: int
    roots: tuple[tuple[str, int], ...]
    snapshot: int


def family(engine: Engine, root: str | None = None, *, most: int = 60, roots: int = 12) -> Family | None:
    """A family for drawing: the members with most behind them are listed first, until `most` are.

    root   : a member; None takes the one with most behind them
    most   : members listed at most
    roots  : how many of the largest families are named
    Raises NotThere for a member who is not on record.
    Returns None when nobody was ever brought by anybody.
    Cost   one row a member comes back; arrays of a million members take about a second.
    """
    engine.keep("fission_members", MEMBERS)
    rows = engine.run("SELECT j.who AS who, j.joined_t AS joined_t, j.referrer AS referrer FROM fission_members AS j")
    (who, referrer), words = coded([rows.column("who"), rows.column("referrer")])
    parent = np.full(len(words), -1, dtype=np.int64)
    parent[who] = referrer
    joined = np.zeros(len(words), dtype=np.int64)
    joined[who] = rows.column("joined_t").to_numpy()
    found = forest(parent, order=joined)
    heads = np.flatnonzero((found.parent < 0) & (found.below > 0))
    if not len(heads):
        return None
    heads = heads[np.lexsort((heads, -found.below[heads]))]
    if root is None:
        at = int(heads[0])
    elif root in words:
        at = words.index(root)
    else:
        raise NotThere(what=Text(zh="会员", en="member"), given=root)
    listed = _listed(found, at, most)
    engine.offer("family_members", pa.table({"who": [words[i] for i in listed]}))
    bought = {row["who"]: int(row["net_fen"]) for row in engine.run(BOUGHT).to_pylist()}
    children = found.children
    shown_below = np.bincount([int(found.parent[i]) for i in listed if i != at], minlength=len(words))
    return Family(
        root=words[at],
        brought_by=words[int(found.parent[at])] if found.parent[at] >= 0 else None,
        relatives=tuple(
            Relative(
                member=words[i],
                parent=None if i == at else words[int(found.parent[i])],
                depth=int(found.depth[i] - found.depth[at]),
                invited=int(children[i]),
                below=int(found.below[i]),
                hidden=int(children[i] - shown_below[i]),
                net_fen=bought.get(words[i], 0),
            )
            for i in listed
        ),
        size=int(found.below[at]) + 1,
        roots=tuple((words[i], int(found.below[i])) for i in heads[:roots].tolist()),
        snapshot=engine.snapshot.version,
    )


def _listed(found: Forest, at: int, most: int) -> list[int]:
    """Indices to list, parents before children: of all who could come next, always the one with most behind them."""
    children: dict[int, list[int]] = {}
    for i in np.flatnonzero((found.parent >= 0) & (found.root == found.root[at])).tolist():
        children.setdefault(int(found.parent[i]), []).append(i)
    listed: list[int] = []
    waiting = [(-int(found.below[at]), at)]
    while waiting and len(listed) < most:
        _, i = heappop(waiting)
        listed.append(i)
        for child in children.get(i, []):
            heappush(waiting, (-int(found.below[child]), child))
    return listed
