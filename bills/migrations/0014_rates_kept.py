from django.db import migrations

from eccs.protection import keep_trail

FUNCTION = """
CREATE FUNCTION bills_keep_rates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.file_id IS NULL AND TG_OP = 'DELETE' THEN
        RETURN OLD;
    ELSIF OLD.file_id IS NULL THEN
        RETURN NEW;
    ELSIF TG_OP = 'DELETE' AND OLD.from_date > (now() AT TIME ZONE 'Asia/Kolkata')::date THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rates that were approved are only added to: % on % is refused', TG_OP, TG_TABLE_NAME;
END $$
"""


def keep(table):
    return (
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION bills_keep_rates()",
        f"DROP TRIGGER {table}_kept ON {table}",
    )


class Migration(migrations.Migration):
    """Approved rates are never rewritten; those that have not begun can be taken back."""

    dependencies = [("bills", "0013_rate_files"), ("eccs", "0002_kept")]

    operations = [
        keep_trail("bills_ratefiletrail"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION bills_keep_rates()"),
        *(migrations.RunSQL(*keep(table)) for table in ("bills_tariffrate", "bills_exchangerate")),
    ]
