"""Members, their groups and products that the imported history knows, taken over by the operations, so that the team sees whom and what it knows already."""

import datetime as dt
import json
import re
import secrets
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from lianyi.kernel.actor import Actor
from lianyi.kernel.text import Text
from lianyi.ops.journal.commands import Result, execute
from lianyi.ops.members.groups import KnownGroup, KnownSeat, Seated, adopt_groups, adopt_seats
from lianyi.ops.members.rules import TagUnusable, tag_name
from lianyi.ops.members.services import Known, adopt
from lianyi.ops.shop.lists import list_product_ids
from lianyi.ops.shop.refusals import PriceUnusable
from lianyi.ops.shop.services import add_product
from lianyi.stream.engines import open_engine
from lianyi.stream.engines.base import Engine
from lianyi.stream.log.table import EventLog
from lianyi.stream.workspace import Workspace

KEPT = "taken-over.json"
AT_ONCE = 4_000
LONGEST_ID = 40
LONGEST_GROUP_ID = 64
MEMBERS = "SELECT member_id, joined_t, left_d, tier, channel, platform, referrer_id, tags FROM members"
PRODUCTS = "SELECT product_id, title, category, brand, price_fen, unit_cost_fen FROM products"
# Groups of the reference table, and those that only facts speak of, by their id.
GROUPS = """
    SELECT named.group_id, coalesce(stated.title, named.group_id) AS title
    FROM (SELECT group_id FROM groups UNION SELECT group_id FROM seats) AS named
    LEFT JOIN groups AS stated ON stated.group_id = named.group_id
"""
# Of each member of each group: when they last came in, and when they left it if they did not come again.
SEATS = """
    SELECT group_id, member_id, joined_t, CASE WHEN joined_t IS NULL OR left_t >= joined_t THEN left_t END AS left_t FROM (
        SELECT group_id, member_id, max(CASE WHEN name = 'group_joined' THEN t END) AS joined_t, max(CASE WHEN name = 'group_left' THEN t END) AS left_t
        FROM events WHERE name IN ('group_joined', 'group_left') AND group_id IS NOT NULL AND member_id IS NOT NULL AND t <= $now GROUP BY group_id, member_id
    ) AS moves WHERE joined_t IS NOT NULL OR left_t IS NOT NULL
"""
BETWEEN = re.compile(r"[,，、;；|]")
LEFT_OUT = {
    "undated": Text(zh="没有加入时间的会员", en="members without a day of joining"),
    "to_come": Text(zh="加入时间在现在之后的会员", en="members whose day of joining is still to come"),
    "gone": Text(zh="已经退出的会员", en="members who have left"),
    "unusable_id": Text(zh="编号太长或含控制字符的行", en="rows whose id is too long or holds control characters"),
    "unusable_tag": Text(
        zh="太长或含控制字符的标签（会员照常接入）", en="tags that are too long or hold control characters (their members were taken)"
    ),
    "unpriced": Text(zh="没有可用售价的商品", en="products without a price that can be used"),
}
"""Why a row of the history is left to the history."""


@dataclass(frozen=True, slots=True)
class Taking:
    """The last time that it was done, or is being done. state : running | done | failed | stopped; at : when it began; taken : fields of Taken, once done."""

    state: str
    at: dt.datetime
    taken: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """How many were new to the operations.

    seats    : members who are in a group now and were not; left : who were in it and are not
    left_out : reason (a key of LEFT_OUT) -> how many; only reasons that were met
    """

    members: int = 0
    groups: int = 0
    seats: int = 0
    left: int = 0
    products: int = 0
    left_out: dict[str, int] = field(default_factory=dict)

    @property
    def any(self) -> bool:
        """Whether anything changed."""
        return bool(self.members or self.groups or self.seats or self.left or self.products)


def take_over(
    workspace: Workspace, *, actor: Actor, at: dt.datetime, pieces: int = 0, progress: Callable[[int, int], object] | None = None
) -> Taken:
    """Take over every member who had joined by then, every group, who is in it, and every product that the operations do not have.

    pieces   : stock that each new product begins with
    progress : called with how many rows were looked at, of how many
    Safe to be done again and to be interrupted: what is here is left as it is, but for who left a group since, or came again. Who was erased does not
    come back. A row that the operations cannot hold is left out and counted. What was done is one entry of the audit log, beside those of its pieces.
    Cost: both tables and the facts of groups are read once and handed on 4,000 rows at a time, so only the engine's share grows with them, and spills;
    about 0.25 ms a new member, a command for each new product. Raises NotAllowed.
    """
    actor.require("member.write")
    state, taken = "failed", Taken()
    _note(workspace, Taking("running", at, {}))
    try:
        engine = open_engine(workspace, EventLog(workspace).snapshot())
        try:
            taken = _Run(actor, at, pieces, progress or (lambda done, total: None)).over(engine)
        finally:
            engine.close()
        state = "done"
    finally:
        _note(workspace, Taking(state, at, asdict(taken) if state == "done" else {}))

    def do() -> Result:
        return asdict(taken)

    execute(key=f"take-over:{secrets.token_urlsafe(12)}", name="flows.take_over", actor=actor, at=at, payload=asdict(taken), do=do)
    return taken


def find_taking(workspace: Workspace) -> Taking | None:
    """The last time, None where it was never done."""
    try:
        kept: dict[str, Any] = json.loads((workspace.path / KEPT).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return Taking(kept["state"], dt.datetime.fromisoformat(kept["at"]), dict(kept["taken"]))


def note_stopped(workspace: Workspace) -> bool:
    """Say that a take-over which is noted as running is not run by anybody any more; False where none is."""
    found = find_taking(workspace)
    if found is None or found.state != "running":
        return False
    _note(workspace, replace(found, state="stopped"))
    return True


def _note(workspace: Workspace, taking: Taking) -> None:
    # Whole or not at all: a page may read it at any moment, and somebody else may write it.
    aside = workspace.path / f".{KEPT}.{secrets.token_hex(4)}"
    aside.write_text(json.dumps(asdict(taking) | {"at": taking.at.isoformat()}), encoding="utf-8")
    aside.replace(workspace.path / KEPT)


class _Run:
    """One take-over under way."""

    def __init__(self, actor: Actor, at: dt.datetime, pieces: int, progress: Callable[[int, int], object]) -> None:
        self.actor, self.at, self.pieces, self.progress = actor, at, pieces, progress
        self.left_out: Counter[str] = Counter()

    def over(self, engine: Engine) -> Taken:
        """All of it, one source after the other."""
        engine.keep("seats", SEATS, {"now": int(self.at.timestamp() * 1_000_000)})
        # A referrer comes before whom they brought, so that they are there; groups and members before seats.
        sources = (
            ("members", MEMBERS, "joined_t, member_id", self._members),
            ("groups", GROUPS, "group_id", self._groups),
            ("seats", "SELECT group_id, member_id, joined_t, left_t FROM seats", "group_id, member_id", self._seats),
            ("products", PRODUCTS, "product_id", self._products),
        )
        self.products_here = set(list_product_ids())
        for name, sql, order, _ in sources:
            engine.keep(f"take_{name}", f"SELECT *, row_number() OVER (ORDER BY {order}) AS place FROM ({sql}) AS rows")
        sizes = {name: int(engine.run(f"SELECT count(*) AS n FROM take_{name}").column("n")[0].as_py()) for name, *_ in sources}
        done, total, counts = 0, sum(sizes.values()), Counter[str]()
        for name, _, _, take in sources:
            for rows in _in_pieces(engine, f"take_{name}", sizes[name]):
                counts.update(take(rows))
                done += len(rows)
                self.progress(done, total)
        return Taken(**counts, left_out={reason: n for reason, n in self.left_out.items() if n})

    def _members(self, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
        known = [one for one in (self._known(row) for row in rows) if one is not None]
        return {"members": adopt(actor=self.actor, at=self.at, known=known)}

    def _groups(self, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
        groups = [
            KnownGroup(group_id=row["group_id"], title=_printable(row["title"]))
            for row in rows
            if self._is_usable(row["group_id"], LONGEST_GROUP_ID)
        ]
        return {"groups": adopt_groups(actor=self.actor, at=self.at, groups=groups)}

    def _seats(self, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
        # Who is only known to have left was in the group before that, if at all.
        seats = [
            KnownSeat(
                group_id=row["group_id"],
                member_id=row["member_id"],
                joined_at=_instant(row["joined_t"] if row["joined_t"] is not None else row["left_t"]),
                left_at=None if row["left_t"] is None else _instant(row["left_t"]),
            )
            for row in rows
        ]
        seated: Seated = adopt_seats(actor=self.actor, at=self.at, seats=seats)
        return {"seats": seated.came, "left": seated.left}

    def _products(self, rows: Sequence[dict[str, Any]]) -> dict[str, int]:
        n = 0
        for row in rows:
            if row["product_id"] in self.products_here or not self._is_usable(row["product_id"], LONGEST_ID):
                continue
            cost = row["unit_cost_fen"]
            try:
                add_product(
                    actor=self.actor, at=self.at, title=(_printable(row["title"]) or row["product_id"])[:120], pieces=self.pieces,
                    price_fen=-1 if row["price_fen"] is None else row["price_fen"], public_id=row["product_id"],
                    category=_printable(row["category"])[:60], brand=_printable(row["brand"])[:60],
                    unit_cost_fen=cost if cost is not None and cost >= 0 else None,
                )  # fmt: skip
            except PriceUnusable:
                self.left_out["unpriced"] += 1
            else:
                n += 1
        return {"products": n}

    def _known(self, row: dict[str, Any]) -> Known | None:
        """A member as the operations take one; None for who is left out, with the reason counted."""
        if not self._is_usable(row["member_id"], LONGEST_ID):
            return None
        reason = "gone" if row["left_d"] is not None else "undated" if row["joined_t"] is None else ""
        if not reason and _instant(row["joined_t"]) > self.at:
            reason = "to_come"
        if reason:
            self.left_out[reason] += 1
            return None
        return Known(
            member_id=row["member_id"],
            joined_at=_instant(row["joined_t"]),
            tier=_printable(row["tier"]),
            channel=_printable(row["channel"]),
            platform=_printable(row["platform"]),
            referrer_id=row["referrer_id"] or "",
            tags=tuple(self._tags(row["tags"] or "")),
        )

    def _tags(self, said: str) -> Iterator[str]:
        for word in BETWEEN.split(said):
            if word.strip():
                try:
                    yield tag_name(word)
                except TagUnusable:
                    self.left_out["unusable_tag"] += 1

    def _is_usable(self, public_id: str, longest: int) -> bool:
        usable = 0 < len(public_id) <= longest and public_id.isprintable()
        self.left_out["unusable_id"] += not usable
        return usable


def _in_pieces(engine: Engine, name: str, n: int) -> Iterator[list[dict[str, Any]]]:
    """The rows of what is kept under a name, in their order, a few thousand at a time."""
    for start in range(0, n, AT_ONCE):
        yield engine.run(
            f"SELECT * FROM {name} WHERE place > $start AND place <= $until ORDER BY place", {"start": start, "until": start + AT_ONCE}
        ).to_pylist()
    engine.drop(name)


def _instant(t: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(t / 1e6, dt.UTC)


def _printable(said: str | None) -> str:
    """A text without what no database and no page can show."""
    return "".join(sign for sign in said or "" if sign.isprintable())
