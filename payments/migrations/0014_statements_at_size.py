from django.db import migrations, models

TIMES = """
ALTER TABLE payments_cashline DISABLE TRIGGER USER;
UPDATE payments_cashline l SET at = e.at FROM payments_cashentry e WHERE e.id = l.entry_id;
ALTER TABLE payments_cashline ENABLE TRIGGER USER
"""

BALANCED = """
CREATE OR REPLACE FUNCTION payments_balance_entry() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    entry bigint := CASE TG_TABLE_NAME WHEN 'payments_cashline' THEN (to_jsonb(NEW) ->> 'entry_id')::bigint ELSE (to_jsonb(NEW) ->> 'id')::bigint END;
    lines bigint;
    total numeric;
    strangers bigint;
BEGIN
    SELECT count(*), coalesce(sum(l.amount), 0), count(*) FILTER (WHERE l.at <> e.at) INTO lines, total, strangers
    FROM payments_cashline l JOIN payments_cashentry e ON e.id = l.entry_id WHERE l.entry_id = entry;
    IF lines < 2 OR total <> 0 THEN
        RAISE EXCEPTION 'entry % is not balanced: % lines come to %', entry, lines, total USING ERRCODE = 'check_violation';
    END IF;
    IF strangers > 0 THEN
        RAISE EXCEPTION 'entry %: % lines tell another moment', entry, strangers USING ERRCODE = 'check_violation';
    END IF;
    RETURN NULL;
END $$
"""


class Migration(migrations.Migration):
    """A statement finds its days in the index of the account, however old the ledger is: each line bears the moment of its entry."""

    dependencies = [("payments", "0013_second_wall")]

    operations = [
        migrations.AddField("cashline", "at", models.DateTimeField(null=True)),
        migrations.RunSQL(TIMES, migrations.RunSQL.noop),
        migrations.AlterField("cashline", "at", models.DateTimeField()),
        migrations.AddIndex(
            "cashline", models.Index(fields=["account", "at", "id"], include=["amount"], name="cash_statement_since")
        ),
        migrations.RunSQL(BALANCED, migrations.RunSQL.noop),
    ]
