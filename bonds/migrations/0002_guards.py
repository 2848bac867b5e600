from django.db import migrations

from eccs.protection import keep_trail

LEDGER = """
CREATE FUNCTION bonds_keep_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""


class Migration(migrations.Migration):
    """The trails and the ledger of bonds are only ever added to."""

    replaces = [
        ("bonds", "0002_kept"),
    ]

    dependencies = [("bonds", "0001_tables"), ("eccs", "0002_guards")]

    operations = [
        *(keep_trail(table) for table in ("bonds_bondtrail", "bonds_bondmastertrail")),
        migrations.RunSQL(LEDGER, "DROP FUNCTION bonds_keep_ledger()"),
        keep_trail("bonds_bondentry", "bonds_keep_ledger"),
    ]
