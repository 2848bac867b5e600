"""COPY writes every kind of value as it is."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection

from eccs.copying import copy_rows, next_ids
from eccs.models import DatedRule

pytestmark = pytest.mark.django_db


def test_every_kind_of_value_arrives_as_it_left() -> None:
    row = (
        7, None, Decimal("12.340"), datetime(2026, 11, 10, 6, 20, tzinfo=UTC), True, False,
        'tab\t line\n return\r back\\slash \\N \\. "quoted" ₹', json.dumps({"a": "b\\n\t"}), "",
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMPORARY TABLE copied (n int, nothing int, kg numeric(12,3), at timestamptz, yes bool, no bool, words text,"
            " said jsonb, empty text) ON COMMIT DROP"
        )
        cursor.execute("GRANT INSERT ON copied TO eccs_system")
        copy_rows(cursor, "copied", ("n", "nothing", "kg", "at", "yes", "no", "words", "said", "empty"), [row, row])
        cursor.execute("SELECT n, nothing, kg, at, yes, no, words, said::text, empty FROM copied")
        found = cursor.fetchall()
    assert len(found) == 2
    assert found[0][:7] == row[:7]
    assert json.loads(found[0][7]) == json.loads(str(row[7]))
    assert found[0][8] == ""


def test_keys_are_taken_from_the_tables_own_sequence() -> None:
    first, second = next_ids(DatedRule, 3), next_ids(DatedRule, 1)
    assert len({*first, *second}) == 4
    assert next_ids(DatedRule, 0) == []
