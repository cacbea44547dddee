"""Members, their groups and products that the imported history knows, taken over by the operations, so that the team sees whom and what it knows already."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.ops.members.groups import KnownGroup, KnownSeat, adopt_groups
from lianyi.ops.members.services import Known, adopt
from lianyi.ops.shop.lists import list_product_ids
from lianyi.ops.shop.services import add_product
from lianyi.stream.opening import opened
from lianyi.stream.workspace import Workspace

AT_ONCE = 4_000
# Who is in a group: came in, and did not leave since.
SEATS = """
    SELECT member_id, group_id, max(CASE WHEN name = 'group_joined' THEN t END) AS joined_t FROM events
    WHERE name IN ('group_joined', 'group_left') AND group_id IS NOT NULL AND member_id IS NOT NULL
    GROUP BY member_id, group_id
    HAVING max(CASE WHEN name = 'group_joined' THEN t END) > coalesce(max(CASE WHEN name = 'group_left' THEN t END), -1)
    ORDER BY group_id, member_id
"""
BETWEEN = re.compile(r"[,，、;；|]")


@dataclass(frozen=True, slots=True)
class Taken:
    """How many were new to the operations."""

    members: int
    products: int
    seats: int


def take_over(workspace: Workspace, *, actor: Actor, at: dt.datetime, pieces: int = 0) -> Taken:
    """Take over every member who had joined by then and every product that the operations do not have; safe to be done again.

    pieces : stock that each new product begins with
    Cost: one read of both tables, one command for 4,000 members, one for each product. Raises NotAllowed.
    """
    actor.require("member.write")
    with opened(workspace) as engine:
        members = engine.run("SELECT * FROM members ORDER BY joined_t, member_id").to_pylist()
        products = engine.run("SELECT * FROM products ORDER BY product_id").to_pylist()
        groups = engine.run("SELECT group_id, title FROM groups ORDER BY group_id").to_pylist()
        seats = engine.run(SEATS).to_pylist()
    known = [
        one for one in (_known(row) for row in members if row["joined_t"] is not None and row["left_d"] is None) if one.joined_at <= at
    ]
    fresh = sum(adopt(actor=actor, at=at, known=known[start : start + AT_ONCE]) for start in range(0, len(known), AT_ONCE))
    inside = adopt_groups(
        actor=actor, at=at, groups=_groups(groups, seats),
        seats=[KnownSeat(group_id=row["group_id"], member_id=row["member_id"], joined_at=_instant(row["joined_t"])) for row in seats],
    )  # fmt: skip
    here = set(list_product_ids())
    missing = [row for row in products if row["product_id"] not in here and row["price_fen"] is not None]
    for row in missing:
        add_product(
            actor=actor, at=at, title=row["title"] or row["product_id"], price_fen=row["price_fen"], pieces=pieces, public_id=row["product_id"],
            category=row["category"] or "", brand=row["brand"] or "", unit_cost_fen=row["unit_cost_fen"],
        )  # fmt: skip
    return Taken(fresh, len(missing), inside)


def _groups(stated: list[dict[str, Any]], seats: list[dict[str, Any]]) -> list[KnownGroup]:
    """Groups of the reference table, and those that only facts speak of, by their id."""
    titles = {row["group_id"]: row["group_id"] for row in seats} | {row["group_id"]: row["title"] or row["group_id"] for row in stated}
    return [KnownGroup(group_id=group_id, title=title) for group_id, title in titles.items()]


def _instant(t: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(t / 1e6, dt.UTC)


def _known(row: dict[str, Any]) -> Known:
    return Known(
        member_id=row["member_id"],
        joined_at=_instant(row["joined_t"]),
        tier=row["tier"] or "",
        channel=row["channel"] or "",
        platform=row["platform"] or "",
        referrer_id=row["referrer_id"] or "",
        tags=tuple(word.strip() for word in BETWEEN.split(row["tags"] or "") if word.strip()),
    )
