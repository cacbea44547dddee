"""Django's SQLite backend with a fair turn taken before each transaction and each single write."""

from pathlib import Path
from typing import Any

from django.db.backends.sqlite3 import base

from lianyi.server.sqlite.turn import Turn

READS = ("SELECT", "PRAGMA", "EXPLAIN", "BEGIN", "SAVEPOINT", "RELEASE", "ROLLBACK", "COMMIT", "WITH")


class Cursor(base.SQLiteCursorWrapper):
    """A cursor that takes the turn for a write outside a transaction, for as long as the write lasts."""

    wrapper: "DatabaseWrapper"

    def execute(self, query: str, params: Any = None) -> Any:
        """Run one statement."""
        with self.wrapper.turn_for(query):
            return super().execute(query, params)

    def executemany(self, query: str, param_list: Any) -> Any:
        """Run one statement for each set of parameters."""
        with self.wrapper.turn_for(query):
            return super().executemany(query, param_list)


class _Free:
    """No turn is needed, or it is held already."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, *_: object) -> None:
        return None


FREE = _Free()


class _Single:
    def __init__(self, turn: Turn) -> None:
        self.turn = turn

    def __enter__(self) -> None:
        self.turn.take()

    def __exit__(self, *_: object) -> None:
        self.turn.give_up()


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that waits for its turn before it writes."""

    turn: Turn | None = None

    def get_connection_params(self) -> dict[str, Any]:
        """The parameters of a connection; the turn is known from here on."""
        params: dict[str, Any] = super().get_connection_params()
        name = str(params["database"])
        # A database in memory has no file, and its users are threads of one process that share one cache.
        in_memory = name == ":memory:" or "mode=memory" in name
        self.turn = None if in_memory else Turn(Path(name), float(params.get("timeout", 5)))
        return params

    def create_cursor(self, name: str | None = None) -> Cursor:
        """A cursor."""
        cursor = self.connection.cursor(factory=Cursor)
        cursor.wrapper = self
        return cursor

    def turn_for(self, query: str) -> _Free | _Single:
        """What a statement has to hold while it runs."""
        if self.turn is None or self.turn.held or self.in_atomic_block or query.lstrip()[:9].upper().startswith(READS):
            return FREE
        return _Single(self.turn)

    def _start_transaction_under_autocommit(self) -> None:
        if self.turn is not None:
            with self.wrap_database_errors:
                self.turn.take()
        try:
            super()._start_transaction_under_autocommit()
        except BaseException:
            self._give_up()
            raise

    def _commit(self) -> None:
        # A commit that fails leaves the transaction open: the turn goes with the rollback that follows.
        super()._commit()
        self._give_up()

    def _rollback(self) -> None:
        try:
            super()._rollback()
        finally:
            self._give_up()

    def _close(self) -> None:
        try:
            super()._close()
        finally:
            if self.turn is not None:
                self.turn.let_go()
            self._give_up()

    def _give_up(self) -> None:
        if self.turn is not None:
            self.turn.give_up()
