"""What is taken off a manifest, or replaced by another upload, is asked for in every table that points to it: by an index."""

from __future__ import annotations

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

DELETED = ("manifests_houseairwaybill", "manifests_package", "manifests_bag", "manifests_masterairwaybill")
WITHOUT_INDEX = """
SELECT con.conrelid::regclass::text || '.' || a.attname
FROM pg_constraint con JOIN pg_attribute a ON a.attrelid = con.conrelid AND a.attnum = con.conkey[1]
WHERE con.contype = 'f' AND con.confrelid = ANY(%s::regclass[]) AND NOT EXISTS (
    SELECT 1 FROM pg_index i WHERE i.indrelid = con.conrelid AND i.indkey[0] = a.attnum AND (
        i.indpred IS NULL OR pg_get_expr(i.indpred, i.indrelid) = format('(%%I IS NOT NULL)', a.attname)
    )
)
"""


def test_twenty_thousand_shipments_are_taken_off_without_reading_whole_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_INDEX, [list(DELETED)])
        assert cursor.fetchall() == []
