"""Rows of trails, ledgers and signatures edited, removed and cut off by the database's owner, every trigger off: each is to be found and located."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django.db import DatabaseError, connection, transaction

KEPT_APART = {"id", "document_id", "seq", "lane", "noticed_at", "previous", "seal"}
KINDS = ("edited", "sealed anew", "removed", "cut off", "cut off with its head")


@dataclass(frozen=True)
class Tampering:
    """What was done to which row."""

    n: int
    kind: str
    table: str
    pk: int
    about: str  # the document, the lane, or the row


class Tamperer:
    """Does a number of random things, each to another chain or row, and asks the verification once for all."""

    def __init__(self, seed: int) -> None:
        from eccs import heads, trail

        self.seed, self.chained = seed, dict(trail.chains())
        self.rows = heads.rows()
        self.models = {one._meta.db_table: one for one in _models()}
        self.done: list[Tampering] = []
        self._touched: set[tuple[str, Any]] = set()

    def round(self, n: int, most: int) -> list[Tampering]:
        """Tampering after tampering until so many, or until every chain and row was touched once; then what was not found."""
        self.done, self._touched = [], set()
        chance = random.Random(f"{self.seed}:{n}")
        there = [(table, row) for table in (*self.chained, *self.rows) for row in self._rows_of(table)]
        chance.shuffle(there)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            _unchecked(cursor, (*self.chained, *self.rows))
            for table, row in there:
                if len(self.done) >= most:
                    break
                self._one(chance, table, row)
            cursor.execute("SET session_replication_role = origin")
        return self._not_found()

    def _rows_of(self, table: str) -> list[tuple[int, Any]]:
        """Each row with the chain it belongs to; a row of a ledger is a chain of its own."""
        chain = self.chained.get(table, "id")
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT id, "{chain}" FROM "{table}" ORDER BY id')
            return [(pk, of) for pk, of in cursor.fetchall()]

    def _one(self, chance: random.Random, table: str, row: tuple[int, Any]) -> None:
        pk, chain = row
        if (table, chain) in self._touched:
            return
        kind = chance.choice(KINDS if table in self.chained else ("edited", "removed"))
        about = self._named(table, pk, chain)
        did: Callable[..., bool] = getattr(self, "_" + kind.replace(" ", "_"))
        if did(chance, table, pk, chain):
            self._touched.add((table, chain))
            self.done.append(Tampering(len(self.done), kind, table, pk, about))

    def _named(self, table: str, pk: int, chain: Any) -> str:
        if self.chained.get(table) == "lane":
            return f"audit log of {chain or 'no station'}"
        model: Any = self.models[table]
        if table in self.chained:
            return str(model._meta.get_field("document").related_model._default_manager.get(pk=chain))
        return f"{model._meta.verbose_name} {pk}"

    def _edited(self, chance: random.Random, table: str, pk: int, chain: Any) -> bool:
        """One column of one row, to something that it was not."""
        columns = [one for one in self.models[table]._meta.concrete_fields if one.column not in KEPT_APART]
        for field in chance.sample(columns, len(columns)):
            change = _changed(chance, field)
            if not change:
                continue
            with (
                suppress(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):  # too long, or not unique: the next
                cursor.execute(
                    f'UPDATE "{table}" SET "{field.column}" = {change} WHERE id = %s AND "{field.column}" IS DISTINCT FROM {change}',
                    [pk],
                )
                if cursor.rowcount:
                    return True
        return False

    def _sealed_anew(self, chance: random.Random, table: str, pk: int, chain: Any) -> bool:
        """A line edited and its whole chain sealed again from there to the head, as who knows how would do it."""
        from eccs import trail

        if self.chained[table] == "lane" or not self._edited(chance, table, pk, chain):
            return False
        head, lines = trail.START, self.models[table]._default_manager.filter(document=chain).order_by("seq")
        with connection.cursor() as cursor:
            for line in lines:
                before, head = head, trail.seal(head, line.facts())
                cursor.execute(f'UPDATE "{table}" SET previous = %s, seal = %s WHERE id = %s', [before, head, line.pk])
        self._set_head(table, chain, head)
        return True

    def _removed(self, chance: random.Random, table: str, pk: int, chain: Any) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}" WHERE id = %s', [pk])
        return True

    def _cut_off(self, chance: random.Random, table: str, pk: int, chain: Any) -> bool:
        """This line of a chain and all after it."""
        with connection.cursor() as cursor:
            cursor.execute(f'DELETE FROM "{table}" WHERE "{self.chained[table]}" = %s AND id >= %s', [chain, pk])
        return True

    def _cut_off_with_its_head(self, chance: random.Random, table: str, pk: int, chain: Any) -> bool:
        """The same, and the document made to say that it never had more: only a head outside the database knows better."""
        self._cut_off(chance, table, pk, chain)
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT seal FROM "{table}" WHERE "{self.chained[table]}" = %s ORDER BY seq DESC LIMIT 1', [chain]
            )
            found = cursor.fetchone()
        self._set_head(table, chain, found[0] if found else "")
        return True

    def _set_head(self, table: str, chain: Any, head: str) -> None:
        of, name, length, end = "eccs_auditlane", "name", "length", "head"
        if self.chained[table] != "lane":
            of, name = self.models[table]._meta.get_field("document").related_model._meta.db_table, "id"
            length, end = "trail_length", "trail_head"
        with connection.cursor() as cursor:
            cursor.execute(
                f'UPDATE "{of}" SET {end} = %s, {length} = (SELECT count(*) FROM "{table}" WHERE "{self.chained[table]}" = %s) WHERE {name} = %s',
                [head, chain, chain],
            )  # fmt: skip

    def _not_found(self) -> list[Tampering]:
        """What the nightly verification does not name: the document with a line, or the row."""
        from eccs import chain_checks

        told: dict[str, list[str]] = {}
        for one in chain_checks.check_all():
            told.setdefault(re.sub(r" \(.*\)$", "", one.where) if one.where.split(" (")[0][-1:].isdigit() else one.where, []).append(one.what)  # fmt: skip
        return [
            one for one in self.done if not any(re.search(r"line|Line|row", what) for what in told.get(one.about, []))
        ]


def _unchecked(cursor: Any, tables: Iterable[str]) -> None:
    """The owner takes the checks of the database away first."""
    cursor.execute(
        "SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'c' AND conrelid::regclass::text = ANY(%s)",
        [list(tables)],
    )
    for table, name in cursor.fetchall():
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def _models() -> list[Any]:
    from django.apps import apps

    return list(apps.get_models())


def _changed(chance: random.Random, field: Any) -> str:
    """What a column is set to, in SQL; nothing for a kind that is not changed here."""
    column, kind = f'"{field.column}"', field.get_internal_type()
    if kind in ("CharField", "TextField"):
        longest = field.max_length or 1000
        return chance.choice((f"left({column} || 'x', {longest})", "'x'", f"upper({column})", f"reverse({column})"))
    if kind in ("DecimalField", "PositiveIntegerField", "PositiveBigIntegerField", "IntegerField", "BigIntegerField"):
        return f"{column} + {chance.choice(('1', '2', '10'))}"
    if kind == "DateTimeField":
        return f"{column} + interval '{chance.choice(('1 microsecond', '1 second', '1 day', '1 year'))}'"
    if kind == "JSONField":
        return """'{"x": "y"}'::jsonb"""
    if kind == "BinaryField":
        return (
            f"set_byte({column}, 0, (get_byte({column}, 0) + 1) % 256)"
            if chance.random() < 0.5
            else f"{column} || '\\x00'::bytea"
        )
    return ""


def run(seed: int, wanted: int, tell: Callable[[str], None]) -> int:
    """Round after round on the same rows, each given back, until so many things were done; how many were not found."""
    from eccs import heads
    from tools.attack.world import given_back

    heads.take()
    sound = list(heads.faults())
    for fault in sound:
        tell(f"✗ before anything was done: {fault}")
    kinds: Counter[str] = Counter()
    missed, done, n, begun, checked = len(sound), 0, 0, time.monotonic(), 0.0
    while done < wanted:
        with given_back():
            tamperer = Tamperer(seed)
            lost = tamperer.round(n, wanted - done)
        for one in lost:
            tell(f"✗ not found, seed {seed} round {n}: {one}")
        missed += len(lost)
        kinds.update(one.kind for one in tamperer.done)
        done, n = done + len(tamperer.done), n + 1
        if not tamperer.done:
            break
    checked = time.monotonic() - begun
    tell(f"{done:,} tamperings in {n} rounds, {dict(kinds)}: {missed} not found; {checked:.0f} seconds")
    return missed
