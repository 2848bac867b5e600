"""Who acts on the database: told to PostgreSQL with the first statement that follows, and the policies of its tables decide by it.

Three accounts that own no session of their own (docs/security/row-level-security.md). The first works for whoever asks and sees what
the policies let that actor see: told nobody, it sees nothing. The second is the system itself, for which no policy stands in
the way. The third is whoever owns the tables and migrates them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, NamedTuple

from psycopg2.extensions import connection as bare_connection
from psycopg2.extensions import cursor as bare_cursor


class Acting(NamedTuple):
    """In which account the database is asked, and for whom."""

    account: str
    actor: str = ""


NOBODY, SYSTEM, OWNER = Acting("app"), Acting("system"), Acting("owner")
ACTOR = "eccs.actor"
ROLES = {"app": "eccs_app", "system": "eccs_system", "owner": "none"}  # the settings may name the first two otherwise
TOLD_WITH = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")
BETWEEN = ("SAVEPOINT", "RELEASE", "ROLLBACK")  # no rows are touched: it waits for the next statement
_otherwise = NOBODY
_acting: ContextVar[Acting | None] = ContextVar("acting", default=None)


def now() -> Acting:
    """Who acts in this request, task or command."""
    return _acting.get() or _otherwise


def by_default(acting: Acting) -> None:
    """Say who acts in this process wherever nobody was named: the system in a worker and at the console, nobody in a web server."""
    global _otherwise  # noqa: PLW0603 one for the process, said once when it starts
    _otherwise = acting


def act(acting: Acting) -> None:
    """From here on, to the end of the request, somebody else acts."""
    _acting.set(acting)


@contextmanager
def acting_as(acting: Acting) -> Iterator[None]:
    """For a few statements somebody else acts; whatever happens, who acted before does so again."""
    token = _acting.set(acting)
    try:
        yield
    finally:
        _acting.reset(token)


def known_as(**facts: Any) -> Acting:
    """Somebody by what the policies ask: the keys of the person and the firm, and the stations of the postings."""
    return Acting("app", json.dumps({name: fact for name, fact in facts.items() if fact}, separators=(",", ":")))


def _telling(acting: Acting) -> str:
    actor = acting.actor.replace("'", "''").replace("%", "")
    return f"SELECT set_config('role', '{ROLES[acting.account]}', false), set_config('{ACTOR}', '{actor}', false);"


class Line(bare_connection):  # type: ignore[misc]
    """A connection that remembers what it told PostgreSQL last; what was told in a transaction that is undone is undone with it."""

    told: Acting | None = None

    def commit(self) -> None:
        """Keep what was done. Where that fails nobody is known any more."""
        try:
            super().commit()
        except BaseException:
            self.told = None
            raise

    def rollback(self) -> None:
        """Undo it, and what was told in between."""
        self.told = None
        super().rollback()


class Told(bare_cursor):  # type: ignore[misc]
    """A cursor that says who acts before it asks, where that has changed: in front of the statement, on the same way there and back."""

    connection: Line
    _in_front = 0

    def execute(self, query: Any, vars: Any = None) -> None:  # noqa: A002 its name in psycopg2
        """Run a statement, as whoever acts now."""
        acting, line = now(), self.connection
        self._in_front, between = 0, False
        if line.told != acting:
            word = query.lstrip(" (\n\t").split(None, 1)[0].upper() if isinstance(query, str) and query else ""
            between = word in BETWEEN
            if word in TOLD_WITH and self.name is None:
                telling = _telling(acting)
                self._in_front, query = len(telling), telling + query
            elif not between:
                self._say(acting)
        try:
            super().execute(query, vars)
        except BaseException:
            line.told = None
            raise
        if not between:
            line.told = acting
        if isinstance(query, str) and query.startswith("ROLLBACK"):
            line.told = None

    def executemany(self, query: Any, vars_list: Any) -> None:
        """Run a statement many times, as whoever acts now."""
        self._say(now())
        super().executemany(query, vars_list)

    def copy_expert(self, sql: Any, file: Any, size: int = 8192) -> None:
        """Copy rows, as whoever acts now. PostgreSQL takes none from an account that policies bind (eccs/copying.py)."""
        self._say(now())
        super().copy_expert(sql, file, size)

    @property
    def query(self) -> bytes | None:
        """The statement as it was asked, without what was said in front of it."""
        whole: bytes | None = bare_cursor.query.__get__(self)
        return whole[self._in_front :] if whole else whole

    def _say(self, acting: Acting) -> None:
        line = self.connection
        if line.told == acting:
            return
        line.told = None
        with bare_connection.cursor(line, cursor_factory=bare_cursor) as apart:
            apart.execute(_telling(acting))
        line.told = acting
