from django.db import migrations

from eccs.protection import keep_trail

KEPT = """
CREATE FUNCTION payments_keep_books() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the books are append-only: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""

BALANCED = """
CREATE FUNCTION payments_balance_entry() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    entry bigint := CASE TG_TABLE_NAME WHEN 'payments_cashline' THEN (to_jsonb(NEW) ->> 'entry_id')::bigint ELSE (to_jsonb(NEW) ->> 'id')::bigint END;
    lines bigint;
    total numeric;
BEGIN
    SELECT count(*), coalesce(sum(amount), 0) INTO lines, total FROM payments_cashline WHERE entry_id = entry;
    IF lines < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'entry % is not balanced: % lines come to %', entry, lines, total USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""


def balanced(table):
    """At the end of the transaction every entry that was written has at least two lines, and they come to nought."""
    return migrations.RunSQL(
        f"CREATE CONSTRAINT TRIGGER {table}_balanced AFTER INSERT ON {table} DEFERRABLE INITIALLY DEFERRED "
        f"FOR EACH ROW EXECUTE FUNCTION payments_balance_entry()",
        f"DROP TRIGGER {table}_balanced ON {table}",
    )


class Migration(migrations.Migration):
    """The trails of challans and differences and the books are only ever added to, and every entry is balanced."""

    replaces = [
        ("payments", "0002_kept"),
        ("payments", "0009_books_kept"),
    ]

    dependencies = [("payments", "0001_tables"), ("eccs", "0002_guards")]

    operations = [
        *(keep_trail(f"payments_{kind}trail") for kind in ("challan", "bankdifference")),
        migrations.RunSQL(KEPT, "DROP FUNCTION payments_keep_books()"),
        *(keep_trail(table, "payments_keep_books") for table in ("payments_cashentry", "payments_cashline")),
        migrations.RunSQL(BALANCED, "DROP FUNCTION payments_balance_entry()"),
        *(balanced(table) for table in ("payments_cashentry", "payments_cashline")),
    ]
