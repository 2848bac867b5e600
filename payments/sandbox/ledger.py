"""The sandbox bank's own books, in SQLite: orders to pay a challan, and confirmations still to be sent."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from pathlib import Path

from payments.bank import PAYABLE_FOR, Payment, Status

INDIA = timezone(timedelta(hours=5, minutes=30))

_TABLES = """
CREATE TABLE IF NOT EXISTS orders (
    challan TEXT PRIMARY KEY,
    token TEXT NOT NULL UNIQUE,
    amount_paise INTEGER NOT NULL CHECK (amount_paise > 0),
    payer TEXT NOT NULL,
    return_url TEXT NOT NULL,
    customer TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'PENDING' CHECK (status IN ('PENDING', 'PAID', 'FAILED')),
    bank_transaction TEXT UNIQUE,
    decided_at TEXT,
    behaviour TEXT NOT NULL DEFAULT 'HONEST',
    CHECK ((status = 'PENDING') = (bank_transaction IS NULL))
);
CREATE TABLE IF NOT EXISTS serials (last INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS payouts (
    withdrawal TEXT PRIMARY KEY,
    amount_paise INTEGER NOT NULL CHECK (amount_paise > 0),
    bank_transaction TEXT NOT NULL UNIQUE,
    decided_at TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS post (
    id INTEGER PRIMARY KEY,
    challan TEXT NOT NULL REFERENCES orders (challan),
    due_at REAL NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    done_at REAL
);
"""


class Behaviour(StrEnum):
    """How the sandbox bank tells ECCS what happened. All but the first are what banks do on bad days."""

    HONEST = "HONEST"
    ONLY_CONFIRMATION = "ONLY_CONFIRMATION"
    ONLY_RETURN = "ONLY_RETURN"
    TWICE = "TWICE"
    LATE = "LATE"
    DROP = "DROP"
    WRONG_AMOUNT = "WRONG_AMOUNT"
    OTHER_AMOUNT = "OTHER_AMOUNT"
    SILENT = "SILENT"

    @property
    def sends_back(self) -> bool:
        """Whether the browser carries an answer back."""
        return self not in (Behaviour.DROP, Behaviour.LATE, Behaviour.ONLY_CONFIRMATION, Behaviour.SILENT)

    @property
    def surplus_paise(self) -> int:
        """How much more than was asked for the bank truly debits: a rupee where it debits another amount."""
        return 100 if self is Behaviour.OTHER_AMOUNT else 0

    def confirmations(self, late_seconds: float) -> tuple[float, ...]:
        """After how many seconds each confirmation is sent."""
        if self in (Behaviour.DROP, Behaviour.ONLY_RETURN, Behaviour.SILENT):
            return ()
        if self is Behaviour.LATE:
            return (late_seconds,)
        return (0.0, 0.0) if self is Behaviour.TWICE else (0.0,)


@dataclass(frozen=True)
class Order:
    """One order to pay one challan. Amounts are in paise."""

    challan: str
    token: str
    amount_paise: int
    payer: str
    return_url: str
    customer: str
    asked_at: datetime
    status: Status
    bank_transaction: str
    decided_at: datetime | None
    behaviour: Behaviour

    def standing(self, now: datetime) -> Status:
        """How it went: an order nobody decided in time has failed for good."""
        return Status.FAILED if self.status is Status.PENDING and now > self.asked_at + PAYABLE_FOR else self.status

    @property
    def told_paise(self) -> int:
        """The amount the bank tells unasked: one rupee too much where it is to be wrong."""
        return self.amount_paise + (100 if self.behaviour is Behaviour.WRONG_AMOUNT else 0)


@dataclass(frozen=True)
class Payout:
    """What the bank paid out for one withdrawal from a cash ledger. Amounts are in paise."""

    withdrawal: str
    amount_paise: int
    bank_transaction: str
    decided_at: datetime


class Contradiction(Exception):
    """A second payment message for a challan, or order for a withdrawal, that says something else than the first."""


def _order(row: sqlite3.Row) -> Order:
    return Order(
        challan=row["challan"], token=row["token"], amount_paise=row["amount_paise"], payer=row["payer"],
        return_url=row["return_url"], customer=row["customer"], asked_at=datetime.fromisoformat(row["asked_at"]),
        status=Status(row["status"]), bank_transaction=row["bank_transaction"] or "",
        decided_at=datetime.fromisoformat(row["decided_at"]) if row["decided_at"] else None,
        behaviour=Behaviour(row["behaviour"]),
    )  # fmt: skip


def _payout(row: sqlite3.Row) -> Payout:
    at = datetime.fromisoformat(row["decided_at"])
    return Payout(row["withdrawal"], row["amount_paise"], row["bank_transaction"], at)


class Ledger:
    """The books. Every entry is one transaction on the disk, so a killed bank remembers what it did."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as books:
            books.execute("PRAGMA journal_mode = WAL")
            books.executescript(_TABLES)
            books.execute("INSERT INTO serials SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM serials)")

    def _connect(self) -> sqlite3.Connection:
        books = sqlite3.connect(self.path, timeout=10, isolation_level=None)
        books.row_factory = sqlite3.Row
        return books

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as books, books:
            books.execute("BEGIN IMMEDIATE")
            yield books

    def _one(self, where: str, value: str) -> Order | None:
        with closing(self._connect()) as books:
            row = books.execute(f"SELECT * FROM orders WHERE {where} = ?", [value]).fetchone()  # noqa: S608 our own column
        return _order(row) if row else None

    def order_of(self, challan: str) -> Order | None:
        """The order for a challan, if the bank has one."""
        return self._one("challan", challan)

    def order_by_token(self, token: str) -> Order | None:
        """The order whose page this is."""
        return self._one("token", token)

    def accept(self, payment: Payment, customer: str) -> Order:
        """Open the order of a payment message, or go on with the one there is: a challan has one order only."""
        with self._writing() as books:
            books.execute(
                "INSERT INTO orders (challan, token, amount_paise, payer, return_url, customer, asked_at) "
                "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (challan) DO UPDATE SET return_url = excluded.return_url, "
                "customer = excluded.customer, asked_at = max(asked_at, excluded.asked_at) "
                "WHERE status = 'PENDING' AND amount_paise = excluded.amount_paise",
                [
                    payment.challan, secrets.token_urlsafe(24), payment.amount_paise, payment.payer, payment.return_url,
                    customer, payment.sent_at.isoformat(),
                ],
            )  # fmt: skip
        order = self.order_of(payment.challan)
        if order is None or order.amount_paise != payment.amount_paise:
            raise Contradiction
        return order

    def decide(self, token: str, status: Status, behaviour: Behaviour, now: datetime, late_seconds: float) -> None:
        """Debit or decline, once, and put the confirmations into the post. A decided or lapsed order stays as it is."""
        with self._writing() as books:
            row = books.execute("SELECT * FROM orders WHERE token = ?", [token]).fetchone()
            if row is None or _order(row).standing(now) is not Status.PENDING:
                return
            number = self._next_number(books, now)
            surplus = behaviour.surplus_paise if status is Status.PAID else 0
            books.execute(
                "UPDATE orders SET status = ?, bank_transaction = ?, decided_at = ?, behaviour = ?, amount_paise = amount_paise + ? "
                "WHERE token = ?",
                [status, number, now.isoformat(), behaviour, surplus, token],
            )
            books.executemany(
                "INSERT INTO post (challan, due_at) VALUES (?, ?)",
                [(row["challan"], now.timestamp() + seconds) for seconds in behaviour.confirmations(late_seconds)],
            )

    @staticmethod
    def _next_number(books: sqlite3.Connection, now: datetime) -> str:
        serial = books.execute("UPDATE serials SET last = last + 1 RETURNING last").fetchone()[0]
        return f"SBX{now.astimezone(INDIA):%y%m%d}{serial:09d}"

    def pay_out(self, withdrawal: str, amount_paise: int, now: datetime) -> Payout:
        """Pay a withdrawal out, once: asked for again it is the payment that was made."""
        with self._writing() as books:
            row = books.execute("SELECT * FROM payouts WHERE withdrawal = ?", [withdrawal]).fetchone()
            if row is None:
                made = [withdrawal, amount_paise, self._next_number(books, now), now.isoformat()]
                row = books.execute("INSERT INTO payouts VALUES (?, ?, ?, ?) RETURNING *", made).fetchone()
        found = _payout(row)
        if found.amount_paise != amount_paise:
            raise Contradiction
        return found

    def payouts_of(self, day: date) -> list[Payout]:
        """Every payment out of a day, India's time, in the order of the transaction numbers."""
        with closing(self._connect()) as books:
            rows = books.execute("SELECT * FROM payouts ORDER BY bank_transaction").fetchall()
        return [one for one in map(_payout, rows) if one.decided_at.astimezone(INDIA).date() == day]

    def due(self, now: datetime) -> list[tuple[int, int, Order]]:
        """Confirmations to be sent now: their number in the post, how often they were tried, and the order."""
        with closing(self._connect()) as books:
            rows = books.execute(
                "SELECT post.id AS post_id, post.tries AS tries, orders.* FROM post JOIN orders USING (challan) "
                "WHERE done_at IS NULL AND due_at <= ? ORDER BY post.id",
                [now.timestamp()],
            ).fetchall()
        return [(row["post_id"], row["tries"], _order(row)) for row in rows]

    def delivered(self, post_id: int, now: datetime) -> None:
        """ECCS has the confirmation."""
        with self._writing() as books:
            books.execute("UPDATE post SET done_at = ? WHERE id = ?", [now.timestamp(), post_id])

    def put_off(self, post_id: int, until: datetime | None, now: datetime) -> None:
        """Try again later; without a time, give up."""
        with self._writing() as books:
            books.execute(
                "UPDATE post SET tries = tries + 1, due_at = coalesce(?, due_at), done_at = ? WHERE id = ?",
                [until.timestamp() if until else None, None if until else now.timestamp(), post_id],
            )

    def debits_of(self, day: date) -> list[Order]:
        """Every debit of a day, India's time, in the order of the transaction numbers."""
        start = datetime(day.year, day.month, day.day, tzinfo=INDIA)
        with closing(self._connect()) as books:
            rows = books.execute("SELECT * FROM orders WHERE status = 'PAID' ORDER BY bank_transaction").fetchall()
        orders = [_order(row) for row in rows]
        return [o for o in orders if o.decided_at and start <= o.decided_at < start + timedelta(days=1)]


def utc_now() -> datetime:
    """Now."""
    return datetime.now(UTC)
