"""Guards that live in the database: what no program may do, whichever program it is.

Each app lists its own in a module `guards` as GUARDS. They are installed after every migration (SQLite's table rebuild drops
triggers) and compared, word for word, with the live ones whenever the server starts and by `lianyi check`.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from lianyi.kernel.errors import Broken
from lianyi.kernel.text import Text

# pg_trigger.tgtype
_PG_BITS = {"ROW": 1, "BEFORE": 2, "INSERT": 4, "DELETE": 8, "UPDATE": 16, "TRUNCATE": 32}


class GuardsMissing(Broken):
    """The database lacks guards that its correctness rests on, so that it is not served."""

    code = "guards_missing"
    message = Text(zh="数据库的保护规则不完整：%(what)s。", en="The database's guards are not as they should be: %(what)s.")
    remedy = Text(
        zh="请运行 lianyi migrate 重新安装，再运行 lianyi check。", en="Run lianyi migrate to install them again, then lianyi check."
    )


@dataclass(frozen=True, slots=True)
class Guard:
    """A trigger, said once for both databases.

    name   : of the trigger, unique
    table  : on which
    moment : BEFORE | AFTER
    event  : INSERT | UPDATE | DELETE; each row
    refuse : (condition over NEW and OLD, what the refusal says); SQL that both databases read alike
    then   : a statement to run when nothing is refused
    only   : "" for both, or sqlite | postgresql
    """

    name: str
    table: str
    moment: str
    event: str
    refuse: tuple[tuple[str, str], ...] = ()
    then: str = ""
    only: str = ""

    def sqlite(self) -> str:
        """The whole statement that creates it on SQLite; kept by SQLite as it is written here."""
        lines = [f"SELECT RAISE(ABORT, {_quoted(says)}) WHERE {condition};" for condition, says in self.refuse]
        if self.then:
            lines.append(f"{self.then};")
        return f"CREATE TRIGGER {self.name} {self.moment} {self.event} ON {self.table} FOR EACH ROW BEGIN\n" + "\n".join(lines) + "\nEND"

    def postgresql_body(self) -> str:
        """The body of its function on PostgreSQL; kept by PostgreSQL as it is written here."""
        lines = [
            f"IF {condition} THEN RAISE EXCEPTION {_quoted(says)} USING ERRCODE = 'check_violation'; END IF;"
            for condition, says in self.refuse
        ]
        if self.then:
            lines.append(f"{self.then};")
        lines.append("RETURN NULL;" if self.moment == "AFTER" else f"RETURN {'OLD' if self.event == 'DELETE' else 'NEW'};")
        return "\nBEGIN\n" + "\n".join(lines) + "\nEND"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def append_only(table: str, *, says: str) -> tuple[Guard, ...]:
    """Guards that let rows neither change nor vanish."""
    return tuple(Guard(f"{table}_no_{event.lower()}", table, "BEFORE", event, ((("1 = 1"), says),)) for event in ("UPDATE", "DELETE"))


def guards(vendor: str) -> list[Guard]:
    """Every app's guards for one database: sqlite | postgresql."""
    found: list[Guard] = []
    for config in apps.get_app_configs():
        name = f"{config.name}.guards"
        if config.name.startswith("lianyi.") and find_spec(name) is not None:
            found += import_module(name).GUARDS
    return [guard for guard in found if guard.only in ("", vendor)]


def install(using: str = "default") -> None:
    """Make the live guards those that the code states, in one transaction. Tables that are not there yet are passed over."""
    connection = connections[using]
    wanted = guards(connection.vendor)
    with transaction.atomic(using=using), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in wanted:
            if guard.table not in tables:
                continue
            if connection.vendor == "sqlite":
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}")
                cursor.execute(guard.sqlite())
            else:
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {guard.name}() RETURNS trigger LANGUAGE plpgsql AS $guard${guard.postgresql_body()}$guard$"
                )
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER {guard.name} {guard.moment} {guard.event} ON {guard.table}"
                    f" FOR EACH ROW EXECUTE FUNCTION {guard.name}()"
                )
                cursor.execute(f"ALTER TABLE {guard.table} ENABLE TRIGGER {guard.name}")


def lift(using: str = "default") -> None:
    """Take the live guards away: before SQLite rebuilds tables."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        for guard in guards(connection.vendor):
            if guard.table in tables:
                cursor.execute(f"DROP TRIGGER IF EXISTS {guard.name}" + ("" if connection.vendor == "sqlite" else f" ON {guard.table}"))


@contextmanager
def lifted(using: str = "default") -> Iterator[None]:
    """Without guards for a while."""
    lift(using)
    try:
        yield
    finally:
        install(using)


def differences(using: str = "default") -> list[str]:
    """How the live guards differ from those that the code states; empty when they do not."""
    connection = connections[using]
    wanted = guards(connection.vendor)
    live = _live_sqlite(connection) if connection.vendor == "sqlite" else _live_postgresql(connection)
    found = []
    for guard in wanted:
        if guard.name not in live:
            found.append(f"{guard.name} is missing")
        elif live[guard.name] != _stated(guard, connection.vendor):
            found.append(f"{guard.name} was changed")
    ours = {guard.table for guard in wanted}
    names = {guard.name for guard in wanted}
    found += [f"{name} is not ours" for name, (table, *_) in sorted(live.items()) if name not in names and table in ours]
    return found


def require(using: str = "default") -> None:
    """Raises GuardsMissing when a live guard differs from what the code states."""
    if found := differences(using):
        raise GuardsMissing(what="; ".join(found[:5]))


def _stated(guard: Guard, vendor: str) -> tuple[Any, ...]:
    if vendor == "sqlite":
        return (guard.table, guard.sqlite())
    bits = _PG_BITS["ROW"] + _PG_BITS[guard.event] + (_PG_BITS["BEFORE"] if guard.moment == "BEFORE" else 0)
    return (guard.table, bits, "O", True, guard.postgresql_body())


def _live_sqlite(connection: BaseDatabaseWrapper) -> dict[str, tuple[Any, ...]]:
    return {
        name: (table, text)
        for name, table, text in _rows(connection, "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'")
    }


def _live_postgresql(connection: BaseDatabaseWrapper) -> dict[str, tuple[Any, ...]]:
    rows = _rows(
        connection,
        "SELECT t.tgname, c.relname, t.tgtype, t.tgenabled, t.tgqual IS NULL AND t.tgattr = ''::int2vector, p.prosrc"
        " FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_proc AS p ON p.oid = t.tgfoid"
        " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace",
    )
    return {
        name: (table, bits, enabled if isinstance(enabled, str) else enabled.decode(), plain, body)
        for name, table, bits, enabled, plain, body in rows
    }


def _rows(connection: BaseDatabaseWrapper, sql: str) -> Sequence[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found: Sequence[tuple[Any, ...]] = cursor.fetchall()
    return found


def before_migrating(*, using: str, plan: Sequence[Any] = (), **_: Any) -> None:
    """Django is about to migrate: on SQLite nobody else writes until it is done, and the guards stand aside for table rebuilds."""
    if not plan:
        return
    connection = connections[using]
    if connection.vendor == "sqlite":
        turn = getattr(connection, "turn", None)
        if turn is not None:
            connection.ensure_connection()
            turn.keep()
        lift(using)
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0")


def after_migrating(*, using: str, sender: Any, **_: Any) -> None:
    """Django has migrated: guards go up again and are checked. Sent once for each app; the last one counts."""
    if sender.label == _last_label():
        install(using)
        require(using)
        turn = getattr(connections[using], "turn", None)
        if turn is not None:
            turn.let_go()


def _last_label() -> str:
    return [config.label for config in apps.get_app_configs() if config.models_module is not None][-1]
