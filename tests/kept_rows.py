"""Rows that many tests begin with, kept as PostgreSQL writes them and put back in one go.

What the migrations put there and the demo cast take a second to make row by row, and a hundredth of it to copy.
"""

from __future__ import annotations

from io import BytesIO

from django.db import connection, transaction


class KeptRows:
    """The rows of some tables at one moment."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, bytes]] = {}

    @classmethod
    def of_all_tables(cls, *, but: KeptRows | None = None) -> KeptRows:
        """All rows of the database, but for those that are kept already."""
        kept = cls()
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                columns = _columns(table)
                earlier = set(but._kept[table][1].splitlines()) if but and table in but._kept else set()
                found = BytesIO()
                cursor.copy_expert(f'COPY (SELECT {columns} FROM "{table}") TO STDOUT', found)
                rows = [line for line in found.getvalue().splitlines() if line not in earlier]
                if rows and table != "django_migrations":
                    kept._kept[table] = columns, b"\n".join(rows) + b"\n"
        return kept

    def lines(self) -> list[str]:
        """Every row as PostgreSQL writes it, but those of the trails and of what people were told, which repeat pages."""
        kept = (
            rows
            for table, (_columns, rows) in self._kept.items()
            if not table.endswith("trail") and "notice" not in table
        )
        return [line for rows in kept for line in str(rows, "utf-8", "replace").splitlines()]

    def put_back(self) -> None:
        """Write them all, or none."""
        with transaction.atomic(), connection.cursor() as cursor:
            for table, (columns, rows) in self._kept.items():
                cursor.copy_expert(f'COPY "{table}" ({columns}) FROM STDIN', BytesIO(rows))


def _columns(table: str) -> str:
    """The columns of a table that can be written, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ',' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''",
            [f'"{table}"'],
        )
        return str(cursor.fetchone()[0])
