"""What must always be true of the journal, the stream, and the database itself."""

import json
import re

from django.apps import apps
from django.db import connection
from django.db.models import Count, Max, Min

from lianyi.kernel.text import Text
from lianyi.ops.journal import triggers
from lianyi.ops.journal.canonical import microseconds, sha256
from lianyi.ops.journal.checking import Found, Invariant, Scope
from lianyi.ops.journal.models import Command, Fact
from lianyi.ops.journal.relay import APPLICATION, GENESIS, linked
from lianyi.stream.engines.duckdb import DuckDBEngine

AT_ONCE = 5_000
LATE_SECONDS = 60
CONSTRAINT = re.compile(r'CONSTRAINT "(\w+)"')
AMOUNTS = ("_fen", "amount", "balance", "points", "quantity", "remaining", "total", "available", "held", "sold")
INEXACT = ("real", "float", "double", "decimal", "numeric")


def commands_are_answered(scope: Scope, found: Found) -> None:
    """Every command in the log has its answer, and every fact's command is in the log."""
    found.checked += Command.objects.count()
    for key in Command.objects.filter(result="").values_list("key", flat=True)[:100]:
        found.fault(f"command {key} has no answer")
    known = Command.objects.values("key")
    for key in Fact.objects.exclude(command_key="").exclude(command_key__in=known).values_list("command_key", flat=True).distinct()[:100]:
        found.fault(f"facts of a command {key} that the log does not have")


def numbers_are_dense(scope: Scope, found: Found) -> None:
    """Numbers run from 1 without a gap, and no fact is there twice."""
    numbered = Fact.objects.filter(seq__isnull=False).aggregate(first=Min("seq"), last=Max("seq"), n=Count("seq"))
    found.checked += numbered["n"]
    if numbered["n"] and (numbered["first"], numbered["last"]) != (1, numbered["n"]):
        found.fault(f"{numbered['n']} numbers from {numbered['first']} to {numbered['last']}")
    for uid in Fact.objects.values("uid").annotate(n=Count("id")).filter(n__gt=1).values_list("uid", flat=True)[:100]:
        found.fault(f"fact {uid} is there twice")


def chain_holds(scope: Scope, found: Found) -> None:
    """Every link is that of its fact and the one before; every fact says what it said; the stream knows the same head."""
    before, ours = GENESIS, ""
    rows = Fact.objects.filter(seq__isnull=False).order_by("seq").values_list("seq", "uid", "digest", "link", "salt", "fact", "redacted_at")
    noted, delivered = scope.log.noted("link"), scope.log.delivered(APPLICATION)
    for seq, uid, digest, link, salt, fact, redacted_at in rows.iterator(AT_ONCE):
        found.checked += 1
        if linked(before, seq, uid, digest) != link:
            found.fault(f"the chain breaks at {seq}")
        # Only an erasure takes a salt away, and then nobody can tell what was written.
        if sha256(salt, uid, fact) != digest and (salt or redacted_at is None):
            found.fault(f"fact {seq} is not what was written")
        before = link
        if seq == delivered:
            ours = link
    if delivered and noted != ours:
        found.fault(f"the stream's head at {delivered} is not the journal's")


def stream_is_a_prefix(scope: Scope, found: Found) -> None:
    """What the stream has of ours is the journal up to some number, word for word; erased members' facts are in neither."""
    delivered = scope.log.delivered(APPLICATION)
    columns = "seq, hex(event_id) AS uid, name, t, member_id, order_id, product_id, campaign_id, quantity, amount_fen"
    engine = DuckDBEngine(scope.log.snapshot(), threads=1)
    try:
        rows = engine.run(f"SELECT {columns} FROM events WHERE seq IS NOT NULL ORDER BY seq").to_pylist()
    finally:
        engine.close()
    there = {row["seq"]: row for row in rows}
    if len(there) != len(rows):
        found.fault("a number is in the stream twice")
    if there and max(there) > delivered:
        found.fault(f"the stream has {max(there)}, beyond what it says was delivered ({delivered})")
    for fact in Fact.objects.filter(seq__isnull=False, seq__lte=delivered).order_by("seq").iterator(AT_ONCE):
        found.checked += 1
        row = there.pop(fact.seq, None)
        if fact.redacted_at is not None and not fact.salt and not fact.member_id:
            continue
        if row is None:
            found.fault(f"fact {fact.seq} is not in the stream")
            continue
        said = json.loads(fact.fact)
        fields = ("member_id", "order_id", "product_id", "campaign_id", "quantity", "amount_fen")
        if (row["uid"].lower(), row["name"], row["t"]) != (fact.uid, fact.name, microseconds(fact.at)) or any(
            row[name] != said.get(name) for name in fields
        ):
            found.fault(f"fact {fact.seq} differs in the stream")
    for seq in there:
        found.fault(f"the stream's fact {seq} is not in the journal")


def relay_is_not_late(scope: Scope, found: Found) -> None:
    """Facts reach the stream soon."""
    delivered = scope.log.delivered(APPLICATION)
    waiting = Fact.objects.exclude(seq__lte=delivered) if delivered else Fact.objects.all()
    oldest = waiting.order_by("id").values_list("at", flat=True).first()
    found.expect(
        oldest is None or (scope.at - oldest).total_seconds() <= LATE_SECONDS,
        f"{waiting.count()} facts wait for the relay, the oldest since {oldest and oldest.isoformat()}",
    )


def guards_are_live(scope: Scope, found: Found) -> None:
    """The database's triggers and constraints are those that the code states."""
    found.checked += len(triggers.guards(connection.vendor))
    for difference in triggers.differences():
        found.fault(difference)
    for model in our_models():
        live = named_parts(model._meta.db_table)
        for stated in (*model._meta.constraints, *model._meta.indexes):
            found.expect(stated.name in live, f"{model._meta.db_table}: {stated.name} is missing")


def named_parts(table: str) -> set[str]:
    """Names of the constraints and indexes that a live table has."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE tbl_name = %s AND type IN ('table', 'index')", [table])
            return {part for name, text in cursor.fetchall() for part in (name, *CONSTRAINT.findall(text or ""))}
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = to_regclass(%s) AND convalidated UNION ALL"
            " SELECT c.relname FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE i.indrelid = to_regclass(%s) AND i.indisvalid",
            [table, table],
        )
        return {name for (name,) in cursor.fetchall()}


def amounts_are_whole(scope: Scope, found: Found) -> None:
    """No amount is a float or a decimal; measures (a target, a share) may be."""
    for model in our_models():
        for name, kind in column_kinds(model._meta.db_table):
            if name.endswith(AMOUNTS):
                found.expect(not any(word in kind.lower() for word in INEXACT), f"{model._meta.db_table}.{name} is {kind}")


def column_kinds(table: str) -> list[tuple[str, str]]:
    """The columns of a live table with their types, in the database's own words."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, type FROM pragma_table_info(%s)", [table])
        else:
            cursor.execute(
                "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND table_schema = current_schema()",
                [table],
            )
        rows: list[tuple[str, str]] = cursor.fetchall()
    return rows


def our_models() -> list[type]:
    """The tables of our own apps."""
    return [model for config in apps.get_app_configs() if config.name.startswith("lianyi.ops.") for model in config.get_models()]


INVARIANTS = (
    Invariant(5, Text(zh="做过的命令都有答复", en="Every command carried out has its answer"), commands_are_answered),
    Invariant(26, Text(zh="事实编号从 1 起连续，没有重复", en="Facts are numbered from 1 without a gap, none twice"), numbers_are_dense),
    Invariant(28, Text(zh="历史是账簿的前缀，逐条一致", en="The stream is a prefix of the journal, word for word"), stream_is_a_prefix),
    Invariant(28, Text(zh="事实及时到达历史", en="Facts reach the stream in time"), relay_is_not_late, alarm=True),
    Invariant(29, Text(zh="链首可重算，与历史一致", en="The chain's head recomputes, and the stream has the same"), chain_holds),
    Invariant(30, Text(zh="数据库的保护规则与约束齐全", en="The database's guards and constraints are all live"), guards_are_live),
    Invariant(31, Text(zh="没有金额或件数是浮点或小数", en="No amount is a float or a decimal"), amounts_are_whole),
)
